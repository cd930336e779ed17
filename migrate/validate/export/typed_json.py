"""Typed JSON of an export as boto3's low-level client would give it: binary values as bytes."""

from __future__ import annotations

import base64
import binascii
import json
from contextlib import suppress
from typing import Any


def object_of(line: bytes) -> dict[str, Any] | None:
    """The JSON object of a line; None when it holds no such thing."""
    try:
        # Half a surrogate pair is no UTF-8, but the item can be named by its key and be refused.
        text = line.decode(errors="surrogatepass")
        found = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _no_constant(name: str) -> Any:
    raise ValueError(name)  # NaN and Infinity are Python's extension, not JSON


def decode_binaries(item: dict[str, Any]) -> None:
    """Turn base64 text into bytes, at any depth and in place. What is not in the form of typed
    JSON, or not base64, stays as it is: the interpreter refuses it."""
    with suppress(RecursionError):  # no item nests so deep, and what is left is refused
        _decode_attributes(item)


def _decode_attributes(attributes: dict[str, Any]) -> None:
    for attribute in attributes.values():
        if isinstance(attribute, dict):
            _decode(attribute)


def _decode(attribute: dict[str, Any]) -> None:
    for kind, value in attribute.items():
        if kind == "B":
            attribute[kind] = _bytes(value)
        elif kind == "BS" and isinstance(value, list):
            attribute[kind] = [_bytes(member) for member in value]
        elif kind == "M" and isinstance(value, dict):
            _decode_attributes(value)
        elif kind == "L" and isinstance(value, list):
            for element in value:
                if isinstance(element, dict):
                    _decode(element)


def _bytes(text: Any) -> Any:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else text
    except (binascii.Error, ValueError):
        return text
