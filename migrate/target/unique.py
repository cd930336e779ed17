"""Unique indexes of a target, and which of the rows to come clash with others by one of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from psycopg import sql

from migrate.item import text as item_text
from migrate.target import names
from migrate.target.connection import Connection


@dataclass(frozen=True, slots=True)
class UniqueIndex:
    """A unique index as the catalogue tells it. `name`: schema.index, quoted where PostgreSQL
    needs it; `values`: its columns and expressions as SQL; `reads`: every column they read, those
    of the predicate too; `nulls_clash`: NULLS NOT DISTINCT."""

    table: str
    name: str
    is_primary: bool
    values: Sequence[str]
    reads: Sequence[str]
    predicate: str | None
    nulls_clash: bool


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: its type without a length, which would cut a value silently, the collation that
    compares it, and what stands in it where nobody says. `default` may be an expression."""

    type: str
    collation: str | None
    default: str | None
    is_generated: bool


@dataclass(frozen=True, slots=True)
class Uniques:
    """What makes rows of one table unique."""

    indexes: Sequence[UniqueIndex]
    columns: dict[str, TableColumn]


# An index that is not valid yet (CREATE INDEX CONCURRENTLY) forbids duplicates as soon as it is
# ready. A constraint's index does not itself depend on its columns: indkey names those.
_INDEXES = """
select n.nspname || '.' || c.relname, format('%%I.%%I', n.nspname, i.relname), x.indisprimary,
       array(select pg_get_indexdef(x.indexrelid, place, true)
             from generate_series(1, x.indnkeyatts) as place),
       array(select attname::text from pg_attribute a where a.attrelid = x.indrelid
             and (a.attnum = any(x.indkey) or a.attnum in (select refobjsubid from pg_depend d
                  where d.classid = 'pg_class'::regclass and d.objid = x.indexrelid
                  and d.refobjid = x.indrelid)) and a.attnum > 0 order by a.attnum),
       pg_get_expr(x.indpred, x.indrelid, true),
       coalesce((to_jsonb(x) ->> 'indnullsnotdistinct')::boolean, false)
from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class c on c.oid = x.indrelid
join pg_namespace n on n.oid = c.relnamespace
where x.indisunique and x.indisready and n.nspname || '.' || c.relname = any(%s)
order by 1, 3 desc, 2
"""
_COLUMNS = """
select n.nspname || '.' || c.relname, a.attname::text, format_type(a.atttypid, -1),
       case when a.attcollation <> t.typcollation then format('%%I.%%I', ln.nspname, l.collname)
       end, pg_get_expr(d.adbin, d.adrelid), a.attgenerated <> ''
from pg_attribute a join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace join pg_type t on t.oid = a.atttypid
left join pg_collation l on l.oid = a.attcollation
left join pg_namespace ln on ln.oid = l.collnamespace
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where a.attnum > 0 and not a.attisdropped and n.nspname || '.' || c.relname = any(%s)
"""


def uniques_of(connection: Connection, tables: Iterable[str]) -> dict[str, Uniques]:
    """By table, those without any unique index too."""
    wanted = list(tables)
    columns: dict[str, dict[str, TableColumn]] = {table: {} for table in wanted}
    for table, column, *facts in connection.execute(_COLUMNS, [wanted]):
        columns[table][column] = TableColumn(*facts)
    indexes: dict[str, list[UniqueIndex]] = {table: [] for table in wanted}
    for row in connection.execute(_INDEXES, [wanted]):
        indexes[row[0]].append(UniqueIndex(*row))
    return {table: Uniques(indexes[table], columns[table]) for table in wanted}


Numbered = tuple[int, str]
"""(an item's number, one COPY line of it, with its \\n)."""


class ClashFinder:
    """Finds, among lines of COPY text for one table, those that cannot be written beside each
    other, or beside the rows that stand.

    `columns` are the lines'. `only_own`: no row that stands can have the key of a line, because
    the rows of their items were removed, and nobody else makes rows in this table. It may miss a
    clash (a generated column, a rounded value), and never names one that is none: PostgreSQL has
    the last word on each row.
    """

    def __init__(
        self, table: str, columns: Sequence[str], uniques: Uniques, *, only_own: bool
    ) -> None:
        self._places = {name: place for place, name in enumerate(columns)}
        mine = self._places.keys()
        primary = [one for one in uniques.indexes if one.is_primary and mine >= set(one.reads)]
        self._primary = primary[0] if primary else None
        self._key = [self._places[name] for one in primary for name in one.reads]
        self._asked: list[tuple[UniqueIndex, list[int], sql.Composed]] = []
        for one in uniques.indexes:
            if any(uniques.columns[name].is_generated for name in one.reads):
                continue
            if one.is_primary and only_own:
                continue
            given = [name for name in one.reads if name in self._places]
            if not given:
                continue
            places = [self._places[name] for name in given]
            self._asked.append((one, places, _statement(table, one, given, uniques.columns)))

    def find(self, connection: Connection, lines: Sequence[Numbered]) -> dict[int, UniqueIndex]:
        """The numbers of items that clash, each with the first index it clashes by."""
        if not lines:
            return {}
        fields = [line[:-1].split("\t") for _, line in lines]
        numbers = [number for number, _ in lines]
        found = self._same_key(numbers, fields)
        for index, places, statement in self._asked:
            arrays = [item_text.array([_value(row[place]) for row in fields]) for place in places]
            for (number,) in connection.execute(statement, [numbers, *arrays]):
                found.setdefault(number, index)
        return found

    def _same_key(
        self, numbers: Sequence[int], fields: Sequence[Sequence[str]]
    ) -> dict[int, UniqueIndex]:
        """Those that share a primary key among themselves."""
        found: dict[int, UniqueIndex] = {}
        if self._primary is None:
            return found
        first: dict[tuple[str, ...], int] = {}
        for number, row in zip(numbers, fields, strict=True):
            key = tuple([row[place] for place in self._key])
            if key in first:
                found[number] = found[first[key]] = self._primary
            else:
                first[key] = number
        return found


def _value(field: str) -> str | None:
    return None if field == item_text.NULL else item_text.unescaped(field)


def _statement(
    table: str, index: UniqueIndex, given: Sequence[str], columns: dict[str, TableColumn]
) -> sql.Composed:
    """Asks with an array of item numbers and one array of texts for each column of `given`."""
    raw = [sql.Identifier(f"c{place}") for place in range(len(given))]
    shown = [
        _read(name, columns[name], raw[given.index(name)] if name in given else None)
        for name in index.reads
    ]
    values = [sql.Identifier(f"migrate_v{place}") for place in range(len(index.values))]
    same = "g.{0} IS NOT DISTINCT FROM t.{0}" if index.nulls_clash else "g.{0} = t.{0}"
    return sql.SQL(
        "WITH given AS MATERIALIZED (SELECT migrate_item, {made} FROM (SELECT migrate_item, {shown}"
        " FROM unnest(%s::int[], {arrays}) AS r (migrate_item, {raw})) AS g WHERE {counts})"
        " SELECT migrate_item FROM (SELECT migrate_item, count(*) OVER (PARTITION BY {values}) AS n"
        "  FROM given WHERE {there}) AS own WHERE n > 1"
        " UNION SELECT g.migrate_item FROM given AS g JOIN (SELECT {made} FROM {table}"
        "  WHERE {counts}) AS t ON {same}"
    ).format(
        made=_listed(
            sql.SQL("{} AS {}").format(sql.SQL(value), name)
            for value, name in zip(index.values, values, strict=True)
        ),
        shown=_listed(shown),
        arrays=_listed([sql.SQL("%s::text[]")] * len(given)),
        raw=_listed(raw),
        counts=sql.SQL(index.predicate or "true"),
        values=_listed(values),
        there=sql.SQL("true")
        if index.nulls_clash
        else sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(one) for one in values),
        table=names.table(table),
        same=sql.SQL(" AND ").join(sql.SQL(same).format(one) for one in values),
    )


def _read(name: str, column: TableColumn, given: sql.Composable | None) -> sql.Composable:
    """The column under its own name: as given, or as PostgreSQL fills it."""
    source = given or sql.SQL(f"({column.default})" if column.default else "NULL")
    collated = sql.SQL(f" COLLATE {column.collation}" if column.collation else "")
    return sql.SQL("{}::{}{} AS {}").format(
        source, sql.SQL(column.type), collated, sql.Identifier(name)
    )


def _listed(parts: Iterable[sql.Composable]) -> sql.Composable:
    return sql.SQL(", ").join(parts)
