"""Several findings of one validator at once, each with its place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BeforeValidator
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

Finding = tuple[tuple[str | int, ...], str, str]
"""(path below the thing that is checked, message, hint)."""


def _given(value: Any) -> Any:
    if value is None:
        raise ValueError("null says nothing here // leave the key out, or give it a value")
    return value


Given = BeforeValidator(_given)
"""For keys that may be left out: a key without a value is more likely an unfinished line."""


def raise_all(title: str, findings: Iterable[Finding]) -> None:
    """Raise pydantic's ValidationError with all findings; it keeps their places when nested."""
    errors = [
        InitErrorDetails(type=_error(message, hint), loc=path, input=None)
        for path, message, hint in findings
    ]
    if errors:
        raise ValidationError.from_exception_data(title, errors)


def _error(message: str, hint: str) -> PydanticCustomError:
    text = f"{message} // {hint}" if hint else message
    # The text is a template to pydantic: braces of ours must not be read as fields.
    return PydanticCustomError("value_error", "{text}", {"text": text})
