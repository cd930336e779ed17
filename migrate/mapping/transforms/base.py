"""What every transform offers: its keys, the paths it reads, and its compiled expression."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

from migrate.mapping.path import Path


class Scope(Protocol):
    """The names that generated code may use, given by the compiler.

    In the code, `i` is the item's attributes, `e` the element's attributes (in a child list), `a`
    the element itself and `p` its place, counted from 0.
    """

    in_child: bool

    def constant(self, value: Any) -> str:
        """Bind a Python object; the name it has in the generated code."""

    def attribute(self, variable: str, paths: tuple[Path, ...]) -> str:
        """An expression for the first attribute of `paths` that is there and not NULL."""


class Transform(BaseModel):
    """One way to get a column's value."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True
    )

    child_only: ClassVar[bool] = False

    def item_paths(self, *, in_child: bool) -> list[Path]:  # noqa: ARG002
        """Paths read from the item itself."""
        return []

    def element_paths(self, *, in_child: bool) -> list[Path]:  # noqa: ARG002
        """Paths read from a list element."""
        return []

    def compile(self, scope: Scope) -> str:  # noqa: ARG002
        """A Python expression that gives the attribute in typed JSON, or None when absent.

        It may raise `migrate.item.refusal.Refusal`.
        """
        raise TypeError(f"{type(self).__name__} has no compiled form")
