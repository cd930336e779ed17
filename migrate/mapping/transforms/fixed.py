"""`value:`: the same value in every row."""

from __future__ import annotations

from migrate.mapping import constant
from migrate.mapping.constant import Constant
from migrate.mapping.transforms.base import Scope, Transform


class FixedValue(Transform):
    """A constant, read as if an attribute held it."""

    value: Constant

    def compile(self, scope: Scope) -> str:
        return scope.constant(constant.attribute(self.value))
