"""What every part of a mapping is: frozen, strict, and without keys that nobody knows."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from migrate.mapping.path import parse


class Part(BaseModel):
    """Base of the models of a mapping file."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True
    )


def _path_text(name: str) -> str:
    parse(name)
    return name


def tuples(value: Any) -> Any:
    """Lists as tuples, so that a mapping is frozen in all its parts."""
    return tuple(value) if isinstance(value, list) else value


Named = Annotated[str, Field(min_length=1)]
Leave = dict[Annotated[str, AfterValidator(_path_text)], Named]
"""Paths of attributes that are not carried over, each with its reason."""
