"""`from:` and `parent:`: an attribute, or the first of several that is there and not NULL."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from migrate.mapping.path import Path, Paths
from migrate.mapping.transforms.base import Scope, Transform


class FromAttribute(Transform):
    """An attribute of the item, or of the element inside `children`."""

    paths: Paths = Field(alias="from")

    def item_paths(self, *, in_child: bool) -> list[Path]:
        return [] if in_child else list(self.paths)

    def element_paths(self, *, in_child: bool) -> list[Path]:
        return list(self.paths) if in_child else []

    def compile(self, scope: Scope) -> str:
        return scope.attribute("e" if scope.in_child else "i", self.paths)


class FromParent(Transform):
    """Inside `children`: an attribute of the item that holds the list."""

    child_only: ClassVar[bool] = True
    paths: Paths = Field(alias="parent")

    def item_paths(self, *, in_child: bool) -> list[Path]:  # noqa: ARG002
        return list(self.paths)

    def compile(self, scope: Scope) -> str:
        return scope.attribute("i", self.paths)
