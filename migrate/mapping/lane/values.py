"""The code of a value: how a column's type reads an ordinary attribute, check and COPY text."""

from __future__ import annotations

from collections.abc import Callable

from migrate.item import number, text
from migrate.item.plain import only_entry
from migrate.mapping import constant
from migrate.mapping.column import Column
from migrate.mapping.column_type import INTEGER_RANGE
from migrate.mapping.convert import converter
from migrate.mapping.lane.code import Code
from migrate.mapping.lane.form import UUID_DIGITS, UUID_SHAPE
from migrate.mapping.lane.moments import date_code, epochs, moment_code
from migrate.mapping.readers import NEVER_ESCAPED, reader

Writer = Callable[[Code, Column, str], str]
"""(code, column, variable that holds the value) -> expression of the COPY text. It writes the
checks that come before as statements."""


def value_text(code: Code, column: Column, kind: str, variable: str) -> str:
    """The expression for a value of DynamoDB type `kind`, which is ordinary for the column."""
    if column.type.is_array:
        return _array(code, column, variable)
    if column.values is not None and kind == "S":
        return _mapped(code, column, variable)
    writer = _WRITERS.get((column.type.name, kind))
    return writer(code, column, variable) if writer else _read(code, column, kind, variable)


def _read(code: Code, column: Column, kind: str, variable: str) -> str:
    """The complete path's reader, for what is too rare for code of its own."""
    call = f"{code.constant(reader(column))}({kind!r}, {variable})"
    return call if column.type.name in NEVER_ESCAPED else f"{code.constant(text.escaped)}({call})"


def _mapped(code: Code, column: Column, variable: str) -> str:
    """A value map; a text that is not listed is declined unless it means SQL NULL."""
    read = reader(column)
    targets = {
        source: text.escaped(read(*only_entry(constant.attribute(target))))
        for source, target in (column.values or {}).items()
    }
    if column.unlisted == "keep":
        return f"{code.constant(_keeping(column))}({variable})"
    if column.unlisted == "nothing" and not column.is_required:
        return f"{code.constant(targets)}.get({variable}, {text.NULL!r})"
    return f"{code.constant(targets)}[{variable}]"


def _keeping(column: Column) -> Callable[[str], str]:
    convert = converter(column)
    return lambda value: convert({"S": value})


def _text(code: Code, column: Column, variable: str) -> str:
    if column.type.length is not None:
        code.decline_unless(f"len({variable}) <= {column.type.length}")
    if not code.is_careful:
        return variable
    return f"{code.constant(text.escaped)}({code.constant(text.checked)}({variable}))"


def _uuid(code: Code, column: Column, variable: str) -> str:  # noqa: ARG001
    code.decline_unless(_is_uuid(code, variable))
    return f"{variable}.lower()"


def _is_uuid(code: Code, variable: str) -> str:
    """The form of a UUID as one comparison, a third of what matching it costs."""
    return f"{variable}.encode().translate({code.constant(UUID_DIGITS)}) == {UUID_SHAPE!r}"


def _boolean(code: Code, column: Column, variable: str) -> str:  # noqa: ARG001
    return f"('t' if {variable} else 'f')"


def _whole(code: Code, column: Column, variable: str) -> str:
    least, most = INTEGER_RANGE[column.type.name]
    return f"{code.constant(number.whole)}({variable}, {least}, {most})"


def _epoch(code: Code, column: Column, variable: str) -> str:
    return f"{code.constant(epochs(column))}({variable})"


def _array(code: Code, column: Column, variable: str) -> str:
    if column.type.name == "uuid":
        with code.inside(f"for one in {variable}:"):
            code.decline_unless(_is_uuid(code, "one"))
        return f"""('{{"' + '","'.join({variable}).lower() + '"}}' if {variable} else '{{}}')"""
    if column.type.length is not None:
        with code.inside(f"for one in {variable}:"):
            code.decline_unless(f"len(one) <= {column.type.length}")
    if not code.is_careful:
        return f"""('{{"' + '","'.join({variable}) + '"}}' if {variable} else '{{}}')"""
    return f"{code.constant(_careful_array)}({variable})"


def _careful_array(values: list[str]) -> str:
    return text.escaped(text.array([text.checked(one) for one in values]))


_WRITERS: dict[tuple[str, str], Writer] = {
    ("text", "S"): _text, ("varchar", "S"): _text, ("uuid", "S"): _uuid,
    ("boolean", "BOOL"): _boolean, ("smallint", "N"): _whole, ("integer", "N"): _whole,
    ("bigint", "N"): _whole, ("timestamp", "S"): moment_code, ("timestamptz", "S"): moment_code,
    ("date", "S"): date_code, ("timestamp", "N"): _epoch, ("timestamptz", "N"): _epoch,
}  # fmt: skip
