"""`element: true`: inside `children`, the element itself, for lists of scalars."""

from __future__ import annotations

from typing import ClassVar, Literal

from migrate.mapping.transforms.base import Scope, Transform


class Element(Transform):
    """The list element as the column's attribute."""

    child_only: ClassVar[bool] = True
    element: Literal[True]

    def compile(self, scope: Scope) -> str:  # noqa: ARG002
        return "a"
