"""The code of an instant, by its commonest forms; the complete path reads all the others.

The form is one comparison of the text with its digits replaced, the calendar is asked of the
standard library, and the text of a UTC instant is then made of its own pieces.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from migrate.mapping.column import Column
from migrate.mapping.lane.code import Code
from migrate.mapping.lane.form import DIGITS
from migrate.mapping.readers import reader

_DAY = b"0000-00-00"
_SECONDS = b"0000-00-00T00:00:00Z"
_MILLISECONDS = b"0000-00-00T00:00:00.000Z"
_DIGITS_OF_MILLISECONDS = 3
_DAY_SECONDS = 86_400
# Far more than the days of any application.
_ENTRIES_MAX = 100_000


def moment_code(code: Code, column: Column, variable: str) -> str:
    """Write the reading of an S in a timestamp column. Returns the variable of its text."""
    shape, found = code.variable(), code.variable()
    zone = "+00" if column.type.name == "timestamptz" else ""
    checked = f"{code.constant(_strict_parser())}({variable})"
    whole = f"{found} = f'{{{variable}[:10]}} {{{variable}[11:19]}}{zone}'"
    code.line(f"{shape} = {variable}.encode().translate({code.constant(DIGITS)})")
    with code.inside(f"if {shape} == {_MILLISECONDS!r}:"):
        code.line(checked)
        code.line(f"if {variable}.endswith('.000Z'): {whole}")
        if column.type.fraction_digits >= _DIGITS_OF_MILLISECONDS:
            pieces = f"{{{variable}[:10]}} {{{variable}[11:23]}}000{zone}"
            code.line(f"else: {found} = f'{pieces}'")
        else:
            code.line(f"else: {found} = {code.constant(reader(column))}('S', {variable})")
    with code.inside(f"elif {shape} == {_SECONDS!r}:"):
        code.line(checked, whole)
    code.line(f"else: {found} = {code.constant(reader(column))}('S', {variable})")
    return found


def _strict_parser() -> Callable[[str], object]:
    """Raises ValueError for a day or a time that does not exist, 24:00 included."""
    try:
        datetime.fromisoformat("2000-01-01T24:00:00+00:00")
    except ValueError:
        return datetime.fromisoformat
    return _without_midnight_of_the_day_before  # newer versions of Python take it


def _without_midnight_of_the_day_before(value: str) -> object:
    if value[11:13] == "24":
        raise ValueError
    return datetime.fromisoformat(value)


def date_code(code: Code, column: Column, variable: str) -> str:
    """Write the reading of an S in a date column. Returns the variable of its text."""
    found = code.variable()
    shape = f"{variable}.encode().translate({code.constant(DIGITS)})"
    with code.inside(f"if {shape} == {_DAY!r}:"):
        code.line(f"{code.constant(date.fromisoformat)}({variable})", f"{found} = {variable}")
    code.line(f"else: {found} = {code.constant(reader(column))}('S', {variable})")
    return found


class Numbers(dict[int, str]):
    """From a number to its text; `read` is asked once a number, and may refuse."""

    def __init__(self, read: Callable[[int], str]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, number: int) -> str:
        if len(self) >= _ENTRIES_MAX:
            self.clear()
        self[number] = found = self._read(number)
        return found


def epochs(column: Column) -> Callable[[str], str]:
    """The text of an N in a timestamp column that takes epochs.

    Whole seconds fall apart into day, minute and second, each read by the complete path once;
    three digits of milliseconds are written behind them as they are.
    """
    read = reader(column)
    in_seconds = "epoch-seconds" in column.forms
    if not in_seconds and column.type.fraction_digits < _DIGITS_OF_MILLISECONDS:
        return lambda value: read("N", value)
    zeros, zone = "" if in_seconds else "000", "+00" if column.type.name == "timestamptz" else ""
    days = Numbers(lambda day: read("N", f"{day * _DAY_SECONDS}{zeros}")[:10])
    minutes = Numbers(lambda minute: read("N", f"{minute * 60}{zeros}")[10:16])
    seconds = Numbers(lambda second: read("N", f"{second}{zeros}")[16:19])

    def whole(count: int) -> str:
        day, count = divmod(count, _DAY_SECONDS)
        minute, second = divmod(count, 60)
        return days[day] + minutes[minute] + seconds[second]

    def second_text(value: str) -> str:
        if not (value.isdecimal() and value.isascii()):
            return read("N", value)
        return whole(int(value)) + zone

    def millisecond_text(value: str) -> str:
        if len(value) <= _DIGITS_OF_MILLISECONDS or not (value.isdecimal() and value.isascii()):
            return read("N", value)
        text, fraction = whole(int(value[:-3])), value[-3:]
        return f"{text}{zone}" if fraction == "000" else f"{text}.{fraction}000{zone}"

    return second_text if in_seconds else millisecond_text
