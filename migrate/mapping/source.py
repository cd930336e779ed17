"""Which items a mapping is about."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema, field_validator

from migrate.mapping.condition import Condition
from migrate.mapping.part import Named, Part, tuples
from migrate.mapping.problems import Given

_MODEL_FORM = "^[A-Za-z_][A-Za-z0-9_]*$"
_MODEL = re.compile(_MODEL_FORM.removesuffix("$") + r"\Z")


def _model_name(name: str) -> str:
    if not _MODEL.match(name):
        raise ValueError("model is a GraphQL type's name: letters, digits and _")
    return name


class Source(Part):
    """Which items: the model, its DynamoDB key, its tombstone mark and its filter."""

    model: Annotated[
        str,
        AfterValidator(_model_name),
        WithJsonSchema({"type": "string", "pattern": _MODEL_FORM}),
    ]
    key: Annotated[tuple[Named, ...], BeforeValidator(tuples)] = ("id",)
    tombstone: Annotated[Named | None, Given] = None
    where: Annotated[Condition | None, Given] = None

    @field_validator("key")
    @classmethod
    def _one_or_two(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not 1 <= len(value) <= 2 or len(set(value)) < len(value):
            raise ValueError("key names the partition key and at most one sort key")
        return value
