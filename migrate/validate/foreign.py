"""Rows of the new system in tables that a mapping owns in part: counted, never touched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg import sql

from migrate.mapping.spec import Mapping
from migrate.validate.session import Connection, identifier, translated
from migrate.validate.target_table import target_tables


def foreign_rows(connection: Connection, mappings: Iterable[Mapping]) -> dict[str, int]:
    """Rows that no mapping owns, for each table under `owns: {where}`.

    Raises FixInputError where the target lacks a table or column, RetryLaterError when it fails.
    """
    found: dict[str, int] = {}
    with translated():
        for table in target_tables(mappings).values():
            if table.owned is None:
                continue
            query = sql.SQL("SELECT count(*) FROM {} AS t WHERE {} IS NOT TRUE").format(
                identifier(table.name), table.ours()
            )
            row: Any = connection.execute(query).fetchone()
            found[table.name] = int(row[0])
    return found
