"""A schema as written: types, fields and directives, free of the parser's own node types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from migrate.amplify.graph import Place
from migrate.errors import Problem

Kind = Literal["object", "interface", "union", "enum", "input", "scalar"]

ROOT_TYPES = frozenset({"Query", "Mutation", "Subscription"})


@dataclass(frozen=True, slots=True)
class Directive:
    """A directive as it stands at a type or field."""

    name: str
    arguments: Mapping[str, Any]
    place: Place

    def text(self, argument: str) -> str | None:
        """The argument if it is text, else None."""
        value = self.arguments.get(argument)
        return value if isinstance(value, str) and value else None

    def texts(self, argument: str) -> tuple[str, ...]:
        """A list of texts; GraphQL takes a single value where a list is asked for."""
        value = self.arguments.get(argument)
        values = value if isinstance(value, list) else [value]
        return tuple(one for one in values if isinstance(one, str) and one)


@dataclass(frozen=True, slots=True)
class SchemaField:
    """A field. `required` is of the value, `element_required` of a list's innermost elements."""

    name: str
    type_name: str
    place: Place
    list_depth: int = 0
    required: bool = False
    element_required: bool = False
    directives: tuple[Directive, ...] = ()

    def directive(self, *names: str) -> Directive | None:
        return next((one for one in self.directives if one.name in names), None)


@dataclass(slots=True)
class SchemaType:
    """A named type, its extensions merged into it."""

    name: str
    kind: Kind
    place: Place
    fields: dict[str, SchemaField] = field(default_factory=dict)
    directives: list[Directive] = field(default_factory=list)
    values: tuple[str, ...] = ()
    description: str = ""

    @property
    def is_model(self) -> bool:
        return self.kind == "object" and self.directive("model") is not None

    def directive(self, *names: str) -> Directive | None:
        return next((one for one in self.directives if one.name in names), None)

    def directives_named(self, name: str) -> list[Directive]:
        return [one for one in self.directives if one.name == name]


@dataclass(slots=True)
class Schema:
    """All types of an app by name, and the text of the files they come from."""

    types: dict[str, SchemaType] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)

    def problem(self, place: Place, message: str, hint: str = "") -> Problem:
        lines = self.lines.get(place.file, [])
        source_line = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
        return Problem(place.file, place.line, place.column, message, hint, source_line)

    def models(self) -> list[SchemaType]:
        return [one for one in self.types.values() if one.is_model]

    def directive_names(self) -> dict[str, Place]:
        """Every directive in use, with the first place where it stands."""
        found: dict[str, Place] = {}
        for type_ in self.types.values():
            for one in type_.directives:
                found.setdefault(one.name, one.place)
            for field_ in type_.fields.values():
                for one in field_.directives:
                    found.setdefault(one.name, one.place)
        return found
