"""Column types as the suites need them: families, and the names that reflection gives."""

from __future__ import annotations

from datetime import date, datetime, time

from migrate.mapping.column_type import ColumnType

NUMBERS = {"smallint", "integer", "bigint", "numeric", "double precision"}
TEXTS = {"text", "varchar"}
TIMES = {"date", "time", "timestamp", "timestamptz"}

_ZONES = {
    "time": "WITHOUT TIME ZONE",
    "timestamp": "WITHOUT TIME ZONE",
    "timestamptz": "WITH TIME ZONE",
}


def reflected(column_type: ColumnType) -> str:
    """The type as SQLAlchemy reads it from the catalogue and Great Expectations compares it."""
    return _element(column_type) + ("[]" if column_type.is_array else "")


def _element(column_type: ColumnType) -> str:
    name = column_type.name
    if name in _ZONES:
        digits = column_type.fraction_digits
        shown = "" if digits == 6 else f"({digits})"
        return f"{name.removesuffix('tz').upper()}{shown} {_ZONES[name]}"
    if name == "varchar" and column_type.length is not None:
        return f"VARCHAR({column_type.length})"
    if name == "numeric" and column_type.precision is not None:
        return f"NUMERIC({column_type.precision}, {column_type.scale})"
    return name.upper()


def is_moment(value: object) -> bool:
    """Whether this is the text of a date, a time, or both."""
    return isinstance(value, str) and any(_reads(kind, value) for kind in (datetime, date, time))


def _reads(kind: type[datetime] | type[date] | type[time], value: str) -> bool:
    try:
        kind.fromisoformat(value)
    except ValueError:
        return False
    return True
