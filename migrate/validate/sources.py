"""Where a column's value comes from: one independent reading for each transform."""

from __future__ import annotations

import importlib
import json
import uuid
from collections.abc import Callable
from typing import Any

from migrate.errors import FixInputError
from migrate.mapping import constant
from migrate.mapping.path import Path
from migrate.mapping.transforms import (
    DerivedId,
    Element,
    FixedValue,
    FromAttribute,
    FromParent,
    NamedFunction,
    Position,
    Rest,
    Transform,
)
from migrate.mapping.transforms.derived_id import AttributePart, Part, PositionPart
from migrate.validate.conditions import Attributes
from migrate.validate.numbers import canonical_number
from migrate.validate.plain import attribute_of, plain_of
from migrate.validate.refused import Attribute, Refused

# Written here again, from docs/reference/mapping-language.md: a slip in the loader's shows.
_NAMESPACE = uuid.UUID("9d0c6f9e-3b0b-5c8e-9a53-0d6ed2b4b7f1")


class Scope:
    """What a column may look at: the item, the element with its place, the unknown attributes."""

    __slots__ = ("attributes", "element", "item", "position", "unknown")

    def __init__(self, item: Attributes, unknown: Attributes) -> None:
        self.item = item
        self.unknown = unknown
        self.attributes = item
        """What `from` reads: the item's attributes, or the element's inside a child list."""
        self.element: Attribute | None = None
        self.position = 0

    def enter(self, element: Attribute, position: int) -> None:
        """Look at one element of a list from now on."""
        self.element = element
        self.position = position
        self.attributes = element.get("M") or {}


ValueSource = Callable[[Scope], Attribute | None]
Walk = Callable[[Attributes], Attribute | None]


def source_of(transform: Transform) -> ValueSource:
    """The function that finds a column's attribute; None stands for absent. It raises Refused."""
    return SOURCES[type(transform)](transform)


def walk_of(path: Path) -> Walk:
    """The attribute at `path`, None where it is absent. Raises Refused at what is no map."""
    if len(path) == 1:
        name = path[0]
        return lambda attributes: attributes.get(name)
    *above, last = path

    def walk(attributes: Attributes) -> Attribute | None:
        for step in above:
            found = attributes.get(step)
            if found is None or "NULL" in found:
                return None
            if "M" not in found:
                raise Refused("type-mismatch")
            attributes = found["M"]
        return attributes.get(last)

    return walk


def _first_of(paths: tuple[Path, ...]) -> Walk:
    walks = [walk_of(path) for path in paths]
    if len(walks) == 1:
        return walks[0]

    def first(attributes: Attributes) -> Attribute | None:
        null: Attribute | None = None
        for walk in walks:
            found = walk(attributes)
            if found is not None and "NULL" not in found:
                return found
            null = null or found
        return null

    return first


def _from_attribute(transform: FromAttribute) -> ValueSource:
    first = _first_of(transform.paths)
    return lambda scope: first(scope.attributes)


def _from_parent(transform: FromParent) -> ValueSource:
    first = _first_of(transform.paths)
    return lambda scope: first(scope.item)


def _fixed(transform: FixedValue) -> ValueSource:
    attribute = constant.attribute(transform.value)
    return lambda _: attribute


def _position(transform: Position) -> ValueSource:
    first = transform.first
    return lambda scope: {"N": str(scope.position + first)}


def _element(transform: Element) -> ValueSource:  # noqa: ARG001
    return lambda scope: scope.element


def _rest(transform: Rest) -> ValueSource:  # noqa: ARG001
    return lambda scope: {"M": scope.unknown} if scope.unknown else None


def _derived_id(transform: DerivedId) -> ValueSource:
    parts = [_part(part) for part in transform.parts]

    def derive(scope: Scope) -> Attribute:
        texts = [part(scope) for part in parts]
        name = json.dumps(texts, ensure_ascii=False, separators=(",", ":"))
        try:
            return {"S": str(uuid.uuid5(_NAMESPACE, name))}
        except UnicodeEncodeError:
            raise Refused("bad-unicode") from None

    return derive


def _part(part: Part) -> Callable[[Scope], str]:
    if isinstance(part, str):
        return lambda _: part
    if isinstance(part, PositionPart):
        first = part.first
        return lambda scope: str(scope.position + first)
    walk = walk_of(part.path)
    if isinstance(part, AttributePart):
        return lambda scope: _part_text(walk(scope.attributes))
    return lambda scope: _part_text(walk(scope.item))


def _part_text(attribute: Attribute | None) -> str:
    if attribute is None or "NULL" in attribute:
        raise Refused("required")
    if "S" in attribute:
        return str(attribute["S"])
    if "N" in attribute:
        return canonical_number(attribute["N"])
    raise Refused("type-mismatch")


def _named_function(transform: NamedFunction) -> ValueSource:
    module_name, _, function_name = transform.call.partition(":")
    function = getattr(importlib.import_module(module_name), function_name)
    walks = [walk_of(path) for path in transform.arguments]

    def call(scope: Scope) -> Attribute | None:
        arguments = [plain_of(walk(scope.attributes)) for walk in walks]
        try:
            result = function(*arguments)
        except ValueError:
            raise Refused("function") from None
        except Exception as error:  # noqa: BLE001 - the function is not ours
            # Its message may hold a patient's value: only the kind of error is told.
            message = f"{transform.call} failed with {type(error).__name__}"
            raise FixInputError(message, "a function refuses with ValueError") from None
        return attribute_of(result, transform.call)

    return call


SOURCES: dict[type[Transform], Callable[[Any], ValueSource]] = {
    FromAttribute: _from_attribute,
    FromParent: _from_parent,
    FixedValue: _fixed,
    DerivedId: _derived_id,
    Position: _position,
    Element: _element,
    Rest: _rest,
    NamedFunction: _named_function,
}
"""By class of transform; a test fails while one of the language's has no reading here."""
