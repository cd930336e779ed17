"""The COPY text of a jsonb column: typed JSON checked and written in one walk.

It writes what `migrate.item.jsonb` writes, for the types that items are full of; the others go
there.
"""

from __future__ import annotations

from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any

import msgspec

from migrate.item import number, text
from migrate.item.jsonb import TEXT_LEVELS_MAX
from migrate.item.shape import check
from migrate.mapping.column import Column
from migrate.mapping.convert import converter
from migrate.mapping.lane.code import DeclinedError
from migrate.mapping.lane.empties import Empties

Attribute = dict[str, Any]


def json_writer(column: Column, *, is_careful: bool) -> Callable[[Attribute | None], str]:
    """From an attribute whose shape nobody checked, which it takes apart, to COPY text."""
    empties, convert = Empties.of(column), converter(column)
    reads_text = "json-text" in column.forms

    def written(attribute: Attribute | None) -> str:
        if attribute is None:
            return _sure(empties.absent)
        kind, value = attribute.popitem()
        if attribute:
            raise DeclinedError
        if kind in _NESTED:
            return text.escaped(careful(kind, value)) if is_careful else plain(kind, value)
        if reads_text and kind == "S" and type(value) is str and value:
            return text.escaped(reparsed(value))
        check({"": {kind: value}})
        return convert({kind: value})

    return written


_NESTED = {"M", "L"}


def _sure(copy_text: str | None) -> str:
    if copy_text is None:
        raise DeclinedError
    return copy_text


def plain(kind: str, value: Any) -> str:
    """JSON of an attribute out of an item without a backslash: its texts stand as they are.

    Scalars are written where they are met: a call for each would cost as much again.
    """
    if kind == "M":
        parts = []
        for name, attribute in value.items():
            inner_kind, inner = attribute.popitem()
            if attribute:
                raise DeclinedError
            if inner_kind == "S" and type(inner) is str:
                parts.append(f'"{name}":"{inner}"')
            elif inner_kind == "N" and type(inner) is str:
                parts.append(f'"{name}":{number.canonical(inner)}')
            elif inner_kind == "BOOL" and type(inner) is bool:
                parts.append(f'"{name}":true' if inner else f'"{name}":false')
            else:
                parts.append(f'"{name}":{plain(inner_kind, inner)}')
        return f"{{{','.join(parts)}}}"
    if kind == "L" and type(value) is list:
        return f"[{','.join([_plain_inner(one) for one in value])}]"
    if kind == "S" and type(value) is str:
        return f'"{value}"'
    return _scalar(kind, value)


def _plain_inner(attribute: Attribute) -> str:
    kind, value = attribute.popitem()
    if attribute:
        raise DeclinedError
    return f'"{value}"' if kind == "S" and type(value) is str else plain(kind, value)


def careful(kind: str, value: Any) -> str:
    """JSON of an attribute whose texts may hold anything."""
    if kind == "S" and type(value) is str:
        return _quoted(value)
    if kind == "M":
        entries = [f"{_quoted(name)}:{_careful_inner(one)}" for name, one in value.items()]
        return "{" + ",".join(entries) + "}"
    if kind == "L" and type(value) is list:
        return "[" + ",".join([_careful_inner(one) for one in value]) + "]"
    return _scalar(kind, value)


def _careful_inner(attribute: Attribute) -> str:
    ((kind, value),) = attribute.items()
    return careful(kind, value)


def _quoted(value: str) -> str:
    return encode_basestring(text.checked(value))


def _scalar(kind: str, value: Any) -> str:
    if kind == "N" and type(value) is str:
        return number.canonical(value)
    if kind == "BOOL" and type(value) is bool:
        return "true" if value else "false"
    if kind == "NULL" and value is True:
        return "null"
    raise DeclinedError  # sets and binary values are rare inside JSON


def reparsed(value: str) -> str:
    """As `migrate.item.jsonb.reparsed`, by a parser that is as strict."""
    if value.count("[") + value.count("{") > TEXT_LEVELS_MAX or "\\u0000" in value:
        raise DeclinedError
    return _encode(_decode(value)).decode()


def _exact(written: str) -> msgspec.Raw:
    return msgspec.Raw(number.plain(number.decimal(written)).encode())


_decode = msgspec.json.Decoder(float_hook=_exact).decode
_encode = msgspec.json.Encoder().encode
