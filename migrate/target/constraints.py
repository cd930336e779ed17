"""Constraints and indexes taken off for a load and put back exactly as they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from migrate.target import names
from migrate.target.connection import Connection


@dataclass(frozen=True, slots=True)
class Detached:
    """One object of the catalogue. `kind` is `foreign key`, `unique` or `index`; `definition` is
    PostgreSQL's own text (pg_get_constraintdef, pg_get_indexdef), `comment` what COMMENT ON said.
    """

    table: str
    name: str
    kind: str
    definition: str
    comment: str | None = None


# Foreign keys of our tables; unique constraints that are not the primary key; indexes that stand
# for themselves (those behind constraints come and go with the constraint).
_FOUND = """
select n.nspname || '.' || c.relname, k.conname,
       case k.contype when 'f' then 'foreign key' else 'unique' end,
       pg_get_constraintdef(k.oid), obj_description(k.oid, 'pg_constraint')
from pg_constraint k join pg_class c on c.oid = k.conrelid
join pg_namespace n on n.oid = c.relnamespace
where k.contype in ('f', 'u') and n.nspname || '.' || c.relname = any(%(tables)s)
union all
select n.nspname || '.' || c.relname, i.relname, 'index', pg_get_indexdef(i.oid),
       obj_description(i.oid, 'pg_class')
from pg_index x join pg_class i on i.oid = x.indexrelid
join pg_class c on c.oid = x.indrelid
join pg_namespace n on n.oid = c.relnamespace
where not x.indisprimary and n.nspname || '.' || c.relname = any(%(tables)s)
  and not exists (
    select from pg_constraint k where k.conindid = i.oid and k.contype in ('p', 'u', 'x'))
order by 1, 2
"""

_ATTACH_ORDER = {"unique": 0, "index": 1, "foreign key": 2}


def present(connection: Connection, tables: Sequence[str]) -> list[Detached]:
    """What stands on `tables` now and a load takes off."""
    rows = connection.execute(_FOUND, {"tables": list(tables)}).fetchall()
    return [Detached(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class OutsideKey:
    """A foreign key of a table that is not mapped, and the unique index of ours it rests on."""

    name: str
    table: str
    index: str
    target: str


def resting_on(connection: Connection, tables: Sequence[str]) -> list[OutsideKey]:
    """Foreign keys from outside that forbid to take a unique constraint off."""
    found = connection.execute(
        "select k.conname, cn.nspname || '.' || c.relname, i.relname,"
        " pn.nspname || '.' || p.relname from pg_constraint k"
        " join pg_class c on c.oid = k.conrelid join pg_namespace cn on cn.oid = c.relnamespace"
        " join pg_class p on p.oid = k.confrelid join pg_namespace pn on pn.oid = p.relnamespace"
        " join pg_index x on x.indexrelid = k.conindid join pg_class i on i.oid = x.indexrelid"
        " where k.contype = 'f' and not x.indisprimary"
        " and pn.nspname || '.' || p.relname = any(%(ours)s)"
        " and not cn.nspname || '.' || c.relname = any(%(ours)s) order by 1, 2",
        {"ours": list(tables)},
    )
    return [OutsideKey(*row) for row in found]


def detach(connection: Connection, objects: Sequence[Detached]) -> None:
    """Drop them; foreign keys first, because they may rest on unique constraints."""
    for one in sorted(objects, key=lambda one: one.kind != "foreign key"):
        if one.kind == "index":
            schema = one.table.split(".")[0]
            statement = sql.SQL("DROP INDEX {}").format(sql.Identifier(schema, one.name))
        else:
            statement = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                names.table(one.table), sql.Identifier(one.name)
            )
        connection.execute(statement)


def attach(connection: Connection, one: Detached) -> None:
    """Put one back by its stored definition, with its comment."""
    schema = one.table.split(".")[0]
    name, table = sql.Identifier(one.name), names.table(one.table)
    if one.kind == "index":
        connection.execute(one.definition.encode())
        subject = sql.SQL("INDEX {}").format(sql.Identifier(schema, one.name))
    else:
        head = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(table, name)
        connection.execute(head.as_bytes(connection) + one.definition.encode())
        subject = sql.SQL("CONSTRAINT {} ON {}").format(name, table)
    if one.comment is not None:
        said = sql.Literal(one.comment)
        connection.execute(sql.SQL("COMMENT ON {} IS {}").format(subject, said))


def in_attach_order(objects: Sequence[Detached]) -> list[Detached]:
    """Unique constraints, then indexes, then the foreign keys that may rest on them."""
    return sorted(objects, key=lambda one: (_ATTACH_ORDER[one.kind], one.table, one.name))


def analyse(connection: Connection, tables: Sequence[str]) -> None:
    """Gather statistics, which COPY leaves behind the data until autovacuum comes by."""
    for table in tables:
        connection.execute(sql.SQL("ANALYZE {}").format(names.table(table)))
