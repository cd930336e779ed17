"""`position:`: inside `children`, the element's place in its list."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from migrate.mapping.transforms.base import Scope, Transform


class Position(Transform):
    """The element's place, counted from `first`. Filtered and bad elements keep their places."""

    child_only: ClassVar[bool] = True
    first: int = Field(alias="position")

    def compile(self, scope: Scope) -> str:  # noqa: ARG002
        return f'{{"N": str(p + {self.first})}}'
