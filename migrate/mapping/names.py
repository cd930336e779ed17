"""Names of columns and tables that PostgreSQL takes as they are written."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

COLUMN_FORM = "^[a-z_][a-z0-9_$]*$"
TABLE_FORM = r"^[a-z_][a-z0-9_$]*\.[a-z_][a-z0-9_$]*$"

_NAME = re.compile(r"[a-z_][a-z0-9_$]*\Z")
_BYTES_MAX = 63

# PostgreSQL has these columns in every table already.
_SYSTEM_COLUMNS = {"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"}


def _column_name(name: str) -> str:
    if not _NAME.match(name):
        raise ValueError(f"{name!r} is not a plain column name // lower case, digits and _")
    if name in _SYSTEM_COLUMNS:
        raise ValueError(f"{name!r} is a system column of PostgreSQL")
    return _short_enough(name)


def _table_name(name: str) -> str:
    parts = name.split(".")
    if len(parts) != 2 or not all(_NAME.match(part) for part in parts):
        raise ValueError(f"{name!r} is not schema.table // such as core.users")
    if parts[0].startswith("pg_") or parts[0] in {"information_schema", "migrate"}:
        raise ValueError(f"schema {parts[0]} is not the application's")
    for part in parts:
        _short_enough(part)
    return name


def _short_enough(name: str) -> str:
    # PostgreSQL would cut it, and two names could become one.
    if len(name) > _BYTES_MAX:
        raise ValueError(f"{name!r} is longer than PostgreSQL's {_BYTES_MAX} bytes")
    return name


TableName = Annotated[
    str,
    AfterValidator(_table_name),
    WithJsonSchema({"type": "string", "pattern": TABLE_FORM}),
]
ColumnName = Annotated[
    str,
    AfterValidator(_column_name),
    WithJsonSchema({"type": "string", "pattern": COLUMN_FORM}),
]
