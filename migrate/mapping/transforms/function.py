"""`call:`: a named Python function, for what the language cannot say."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from pydantic import Field, field_validator

from migrate.errors import FixInputError
from migrate.item.plain import attribute_of, plain_of
from migrate.item.refusal import Refusal
from migrate.mapping.path import Path, Paths
from migrate.mapping.transforms.base import Scope, Transform


class NamedFunction(Transform):
    """`call: module:function` with one plain value per path of `with`."""

    call: str
    arguments: Paths = Field(alias="with")

    @field_validator("call")
    @classmethod
    def _importable(cls, value: str) -> str:
        resolve(value)
        return value

    def item_paths(self, *, in_child: bool) -> list[Path]:
        return [] if in_child else list(self.arguments)

    def element_paths(self, *, in_child: bool) -> list[Path]:
        return list(self.arguments) if in_child else []

    def compile(self, scope: Scope) -> str:
        variable = "e" if scope.in_child else "i"
        values = ", ".join(scope.attribute(variable, (path,)) for path in self.arguments)
        return f"{scope.constant(_caller(self.call))}({values})"


def resolve(name: str) -> Callable[..., Any]:
    """Import `module:function`. Raises ValueError when there is no such function."""
    module_name, _, function_name = name.partition(":")
    try:
        function = getattr(importlib.import_module(module_name), function_name)
    except Exception:  # noqa: BLE001 - importing runs code that is not ours
        message = f"{name!r} is no importable function // write it as module:function"
        raise ValueError(message) from None
    if not callable(function):
        raise ValueError(f"{name!r} is not a function")
    return function  # type: ignore[no-any-return]


def _caller(name: str) -> Callable[..., Any]:
    function = resolve(name)

    def call(*attributes: dict[str, Any] | None) -> dict[str, Any] | None:
        values = [plain_of(attribute) for attribute in attributes]
        try:
            return attribute_of(function(*values))
        except ValueError:
            # The function's own message may carry a patient's value, so it goes no further.
            raise Refusal("function") from None
        except Exception as error:  # noqa: BLE001 - the function is not ours
            message = f"{name} failed with {type(error).__name__}"
            raise FixInputError(message, "a function refuses an item with ValueError") from None

    return call
