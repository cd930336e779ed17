"""`uuid5:`: an id derived from named parts, the same on every run and on both paths."""

from __future__ import annotations

import json
import uuid
from typing import Any

from pydantic import Field, ValidationError, model_validator

from migrate.item.number import canonical
from migrate.item.refusal import Refusal
from migrate.mapping.path import OnePath, Path
from migrate.mapping.problems import Finding, raise_all
from migrate.mapping.transforms.base import Scope, Transform

# UUID5(NAMESPACE_DNS, ...) of nothing that resolves: a constant of the language, never changed,
# because every derived id in every target depends on it (docs/reference/mapping-language.md).
NAMESPACE = uuid.UUID("9d0c6f9e-3b0b-5c8e-9a53-0d6ed2b4b7f1")


class AttributePart(Transform):
    """`{from: NAME}`: an attribute of the item, or of the element inside `children`."""

    path: OnePath = Field(alias="from")


class ParentPart(Transform):
    """`{parent: NAME}`: inside `children`, an attribute of the item."""

    path: OnePath = Field(alias="parent")


class PositionPart(Transform):
    """`{position: FIRST}`: the element's place in its list."""

    first: int = Field(alias="position")


Part = str | AttributePart | ParentPart | PositionPart


class DerivedId(Transform):
    """UUID version 5 of the parts' texts."""

    parts: tuple[Part, ...] = Field(alias="uuid5", min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _parts(cls, value: Any) -> Any:
        parts = value.get("uuid5") if isinstance(value, dict) else None
        if not isinstance(parts, list) or not parts:
            raise_all("uuid5", [(("uuid5",), "uuid5 takes a list of one or more parts", "")])
        return {"uuid5": tuple(_parts_of(parts or []))}

    def item_paths(self, *, in_child: bool) -> list[Path]:
        kinds = (ParentPart,) if in_child else (AttributePart,)
        return [part.path for part in self.parts if isinstance(part, kinds)]

    def element_paths(self, *, in_child: bool) -> list[Path]:
        if not in_child:
            return []
        return [part.path for part in self.parts if isinstance(part, AttributePart)]

    def compile(self, scope: Scope) -> str:
        texts = ", ".join(self._text(part, scope) for part in self.parts)
        return f"{scope.constant(derive)}({texts})"

    @staticmethod
    def _text(part: Part, scope: Scope) -> str:
        if isinstance(part, str):
            return repr(part)
        if isinstance(part, PositionPart):
            return f"str(p + {part.first})"
        variable = "e" if scope.in_child and isinstance(part, AttributePart) else "i"
        return f"{scope.constant(part_text)}({scope.attribute(variable, (part.path,))})"


def _parts_of(parts: list[Any]) -> list[Part]:
    """All that is wrong with any part at once."""
    found: list[Part] = []
    wrong: list[Finding] = []
    for place, part in enumerate(parts):
        try:
            found.append(_part(part))
        except ValidationError as error:
            wrong += [(("uuid5", place, *one["loc"]), one["msg"], "") for one in error.errors()]
        except ValueError as error:
            wrong.append((("uuid5", place), str(error), ""))
    raise_all("uuid5", wrong)
    return found


def _part(part: Any) -> Part:
    if isinstance(part, str):
        return part
    kinds: dict[str, type[AttributePart | ParentPart | PositionPart]] = {
        "from": AttributePart, "parent": ParentPart, "position": PositionPart,
    }  # fmt: skip
    if isinstance(part, dict) and len(part) == 1 and next(iter(part)) in kinds:
        return kinds[next(iter(part))].model_validate(part)
    raise ValueError("a part of uuid5 is a text, {from: NAME}, {parent: NAME} or {position: FIRST}")


def part_text(attribute: dict[str, str] | None) -> str:
    """The text of a part: S as stored, N canonical. Raises Refusal."""
    if attribute is None or "NULL" in attribute:
        raise Refusal("required")
    if "S" in attribute:
        return attribute["S"]
    if "N" in attribute:
        return canonical(attribute["N"])
    raise Refusal("type-mismatch")


def derive(*texts: str) -> dict[str, Any]:
    """The derived id as an S attribute. `texts` holds no lone surrogate once stored (Refusal)."""
    name = json.dumps(texts, ensure_ascii=False, separators=(",", ":"))
    try:
        return {"S": str(uuid.uuid5(NAMESPACE, name))}
    except UnicodeEncodeError:
        raise Refusal("bad-unicode") from None
