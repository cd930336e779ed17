"""`rest: true`: the attributes that nobody named, with `unknown: keep`."""

from __future__ import annotations

from typing import Literal

from migrate.mapping.transforms.base import Scope, Transform


class Rest(Transform):
    """An object of dotted path to value; absent when there is none. `u` holds it in the code."""

    rest: Literal[True]

    def compile(self, scope: Scope) -> str:  # noqa: ARG002
        return '({"M": u} if u else None)'
