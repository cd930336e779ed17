"""What the catalogue says of one index."""

from __future__ import annotations

from migrate.target.connection import Connection


def index_columns(connection: Connection, name: str) -> tuple[str, str]:
    """(schema.table, its columns or expressions) of an index, named `schema.index`; empty texts
    when it is not there."""
    row = connection.execute(
        "select n.nspname || '.' || c.relname, string_agg("
        "  pg_get_indexdef(x.indexrelid, k.place, true), ', ' order by k.place)"
        " from pg_index x join pg_class c on c.oid = x.indrelid"
        " join pg_namespace n on n.oid = c.relnamespace,"
        " generate_series(1, x.indnkeyatts) as k (place)"
        " where x.indexrelid = to_regclass(%s) group by 1",
        [name],
    ).fetchone()
    return (row[0], row[1]) if row else ("", "")
