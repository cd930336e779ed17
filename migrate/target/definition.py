"""Table definitions made from mappings: the one writer of DDL, and its comparison with a target."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable

from migrate.mapping.column_type import ColumnType
from migrate.mapping.spec import Column, Mapping, Table
from migrate.target.connection import Target, connect, translated

_NAME_BYTES_MAX = 63


def metadata(mappings: Iterable[Mapping]) -> sa.MetaData:
    """Every target table with its keys, constraints and indexes, in SQLAlchemy's terms.

    A table that several mappings share has the columns of all; a column is NOT NULL only where
    every mapping requires it.
    """
    whole = sa.MetaData()
    shapes: dict[str, list[Table]] = {}
    for mapping in mappings:
        for table in mapping.tables:
            shapes.setdefault(table.target, []).append(table)
    keys = {name: tables[0].key_columns for name, tables in shapes.items()}
    taken = set(shapes)
    for name, tables in shapes.items():
        _add_table(whole, name, tables, keys, taken)
    return whole


def _add_table(
    whole: sa.MetaData,
    name: str,
    tables: list[Table],
    keys: dict[str, list[str]],
    taken: set[str],
) -> None:
    schema, short = name.split(".")
    columns: dict[str, Column] = {}
    for table in tables:
        for column_name, column in table.columns.items():
            columns.setdefault(column_name, column)
    required = {
        column_name
        for column_name in columns
        if all(column_name in t.columns and t.columns[column_name].is_required for t in tables)
    }
    sa.Table(
        short,
        whole,
        *(
            sa.Column(column_name, sql_type(column.type), nullable=column_name not in required)
            for column_name, column in columns.items()
        ),
        sa.PrimaryKeyConstraint(*tables[0].key_columns, name=_free(taken, name, "pkey")),
        *_constraints(name, columns, keys, taken),
        *(
            sa.Index(_free(taken, name, *index, "idx"), *index)
            for index in dict.fromkeys(index for table in tables for index in table.indexes)
        ),
        schema=schema,
    )


def _constraints(
    table: str, columns: dict[str, Column], keys: dict[str, list[str]], taken: set[str]
) -> list[sa.Constraint]:
    found: list[sa.Constraint] = []
    short = table.split(".")[1]
    for name, column in columns.items():
        if column.unique:
            found.append(sa.UniqueConstraint(name, name=_free(taken, table, name, "key")))
        if column.references:
            parent = f"{column.references}.{keys[column.references][0]}"
            constraint_name = _name(short, name, "fkey")
            found.append(
                sa.ForeignKeyConstraint([name], [parent], name=constraint_name, use_alter=True)
            )
    return found


def _name(*parts: str) -> str:
    """PostgreSQL's own habit of naming; a name over 63 bytes ends in a hash, never in a clash."""
    name = "_".join(parts)
    if len(name) <= _NAME_BYTES_MAX:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: _NAME_BYTES_MAX - 9 - len(parts[-1])]}{digest}_{parts[-1]}"


def _free(taken: set[str], table: str, *parts: str) -> str:
    """A name for an index. Those share one space with the tables of their schema, and two may come
    out alike: (a_b, c) and (a, b_c). The later one then ends in a hash of what it stands for."""
    schema, short = table.split(".")
    name = _name(short, *parts)
    if f"{schema}.{name}" in taken:
        digest = hashlib.sha256(json.dumps([table, *parts]).encode()).hexdigest()[:8]
        name = _name(f"{short}_{digest}", *parts)
    taken.add(f"{schema}.{name}")
    return name


def sql_type(column_type: ColumnType) -> sa.types.TypeEngine[Any]:
    """SQLAlchemy's type for ours."""
    digits = column_type.fraction_digits if column_type.fraction_digits != 6 else None
    numeric = sa.Numeric(column_type.precision, column_type.scale)
    elements: dict[str, sa.types.TypeEngine[Any]] = {
        "uuid": pg.UUID(),
        "text": sa.Text(),
        "varchar": sa.String(column_type.length),
        "boolean": sa.Boolean(),
        "smallint": sa.SmallInteger(),
        "integer": sa.Integer(),
        "bigint": sa.BigInteger(),
        "numeric": numeric,
        "double precision": pg.DOUBLE_PRECISION(),
        "date": sa.Date(),
        "time": pg.TIME(precision=digits),
        "timestamp": pg.TIMESTAMP(precision=digits),
        "timestamptz": pg.TIMESTAMP(timezone=True, precision=digits),
        "jsonb": pg.JSONB(),
        "bytea": pg.BYTEA(),
    }
    element = elements[column_type.name]
    return pg.ARRAY(element) if column_type.is_array else element


def statements(whole: sa.MetaData, *, idempotent: bool = False) -> list[str]:
    """DDL in an order that works: schemas, tables, indexes, then foreign keys.

    `idempotent`: what is there already is left as it is, so that running it twice changes nothing.
    """
    dialect = _dialect()
    tables = sorted(whole.tables.values(), key=lambda table: table.fullname)
    schemas = sorted({str(table.schema) for table in tables})
    found = [f'CREATE SCHEMA IF NOT EXISTS "{schema}"' for schema in schemas]
    found += [
        _text(
            CreateTable(table, include_foreign_key_constraints=[], if_not_exists=idempotent),
            dialect,
        )
        for table in tables
    ]
    for table in tables:
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        found += [_text(CreateIndex(index, if_not_exists=idempotent), dialect) for index in indexes]
    for table in tables:
        foreign = sorted(table.foreign_key_constraints, key=lambda key: str(key.name))
        for key in foreign:
            statement = _text(AddConstraint(key), dialect)
            found.append(_guarded(table, str(key.name), statement) if idempotent else statement)
    return found


# Reserved in PostgreSQL 15 to 18, and not among the words that SQLAlchemy quotes.
_FURTHER_RESERVED = {"collation", "concurrently", "lateral", "system_user", "tablesample"}


def _dialect() -> Any:
    dialect = pg.dialect()  # type: ignore[no-untyped-call]
    preparer = dialect.identifier_preparer
    preparer.reserved_words = preparer.reserved_words | _FURTHER_RESERVED
    return dialect


# PostgreSQL has no ADD CONSTRAINT IF NOT EXISTS.
_GUARD = """\
DO $migrate$ BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_constraint
    WHERE conname = '{constraint}' AND conrelid = '"{schema}"."{table}"'::regclass
  ) THEN
    {statement};
  END IF;
END $migrate$"""


def _guarded(table: sa.Table, constraint: str, statement: str) -> str:
    # The names are checked by the mapping language: they hold no quote.
    return _GUARD.format(
        constraint=constraint, schema=table.schema, table=table.name, statement=statement
    )


def _text(element: Any, dialect: Any) -> str:
    lines = str(element.compile(dialect=dialect)).strip().splitlines()
    return "\n".join(line.rstrip() for line in lines)


def create(target: Target, whole: sa.MetaData) -> None:
    """Create the tables that are missing, with everything on them, in one transaction."""
    with translated(f"target {target.shown}"), connect(target) as connection:
        for statement in statements(whole):
            connection.execute(statement.encode())


def differences(target: Target, whole: sa.MetaData) -> tuple[list[str], list[str]]:
    """(tables that are missing, differences of those that are there), against the live catalogue.

    Compared: columns, types, NOT NULL and primary keys. A target column that no mapping fills is
    a difference only if it must hold a value and has no default.
    """
    engine = sa.create_engine(
        "postgresql+psycopg://", creator=lambda: connect(target), poolclass=sa.pool.NullPool
    )
    missing: list[str] = []
    found: list[str] = []
    try:
        with translated_by_engine(target), engine.connect() as connection:
            inspector = sa.inspect(connection)
            for table in sorted(whole.tables.values(), key=lambda table: table.fullname):
                if not inspector.has_table(table.name, schema=table.schema):
                    missing.append(table.fullname)
                else:
                    found += _table_differences(inspector, table)
    finally:
        engine.dispose()
    return missing, found


def translated_by_engine(target: Target) -> Any:
    """SQLAlchemy wraps psycopg's errors; unwrap them on the way out."""
    return _Unwrapped(f"target {target.shown}")


class _Unwrapped:
    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        from migrate.target.connection import of_postgres

        if isinstance(error, sa.exc.DBAPIError) and error.orig is not None:
            raise of_postgres(error.orig, self._what) from None  # type: ignore[arg-type]


def _table_differences(inspector: sa.Inspector, table: sa.Table) -> list[str]:
    dialect = pg.dialect()  # type: ignore[no-untyped-call]
    name = table.fullname
    live = {column["name"]: column for column in inspector.get_columns(table.name, table.schema)}
    found: list[str] = []
    for column in table.columns:
        there = live.pop(column.name, None)
        if there is None:
            found.append(f"{name}.{column.name} is missing")
            continue
        wanted, actual = column.type.compile(dialect), there["type"].compile(dialect)
        if wanted != actual:
            found.append(f"{name}.{column.name} is {actual.lower()}, mapped as {wanted.lower()}")
        if not there["nullable"] and column.nullable:
            found.append(f"{name}.{column.name} is NOT NULL, mapped as not required")
    for column_name, extra in live.items():
        if not extra["nullable"] and not extra["default"] and not extra.get("identity"):
            found.append(f"{name}.{column_name} is NOT NULL without default, and not mapped")
    key = inspector.get_pk_constraint(table.name, table.schema)["constrained_columns"]
    wanted_key = [column.name for column in table.primary_key.columns]
    if key != wanted_key:
        found.append(f"{name} has the primary key {key}, mapped as {wanted_key}")
    return found
