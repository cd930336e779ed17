"""The one writer of DDL: what it creates, it also finds again, column by column."""

from __future__ import annotations

from typing import Any

import psycopg

from migrate.mapping.spec import Mapping
from migrate.target import definition
from migrate.target.connection import Target
from tests.small_world import PERSON, VISIT, changed

TYPES = [
    "uuid", "text", "varchar(7)", "varchar", "boolean", "smallint", "integer", "bigint", "numeric",
    "numeric(10,2)", "double precision", "date", "time", "time(3)", "timestamp", "timestamp(0)",
    "timestamptz", "timestamptz(3)", "jsonb", "bytea", "text[]", "varchar(7)[]", "uuid[]",
    "numeric(10,2)[]", "timestamp[]", "timestamptz(3)[]",
]  # fmt: skip


def every_type() -> Mapping:
    columns: dict[str, Any] = {"id": {"from": "id", "type": "uuid", "key": True}}
    for place, name in enumerate(TYPES):
        columns[f"c{place}"] = {"from": f"a{place}", "type": name}
    return Mapping.model_validate(
        changed(PERSON, columns={**dict.fromkeys(PERSON["columns"]), **columns})
    )


def test_what_was_created_is_found_without_a_difference(postgres_url: str) -> None:
    target = Target(postgres_url)
    whole = definition.metadata([every_type()])
    assert definition.differences(target, whole) == (["app.persons"], [])
    definition.create(target, whole)
    assert definition.differences(target, whole) == ([], [])


def test_every_other_type_is_a_difference(postgres_url: str) -> None:
    target = Target(postgres_url)
    whole = definition.metadata([every_type()])
    definition.create(target, whole)
    others = ["text" if name != "text" else "varchar" for name in TYPES]
    with psycopg.connect(postgres_url) as connection:
        for place, other in enumerate(others):
            statement = f"alter table app.persons drop c{place}, add c{place} {other}"
            connection.execute(statement.encode())
    missing, found = definition.differences(target, whole)
    assert missing == []
    places = [f"app.persons.c{place} is {other}, mapped as " for place, other in enumerate(others)]
    assert [one[: len(start)] for one, start in zip(found, places, strict=True)] == places


def test_models_that_share_a_table_make_it_together(postgres_url: str) -> None:
    first = Mapping.model_validate(PERSON)
    guest = changed(
        PERSON,
        source={"model": "Guest"},
        columns={"age": None, "host": {"from": "host", "type": "text"}},
        indexes=[["host"], ["name"]],
    )
    whole = definition.metadata([first, Mapping.model_validate(guest)])
    table = whole.tables["app.persons"]
    assert [column.name for column in table.columns] == [
        "id", "code", "badge", "name", "age", "host",
    ]  # fmt: skip
    target = Target(postgres_url)
    definition.create(target, whole)
    assert definition.differences(target, whole) == ([], [])


def test_statements_stand_in_an_order_that_works_for_a_circle(postgres_url: str) -> None:
    person = changed(PERSON, columns={
        "last_visit": {"from": "v", "type": "uuid", "references": "app.visits"},
        "parent_id": {"from": "p", "type": "uuid", "references": "app.persons"},
    })  # fmt: skip
    whole = definition.metadata([Mapping.model_validate(m) for m in (person, VISIT)])
    statements = definition.statements(whole)
    assert statements == definition.statements(whole)
    with psycopg.connect(postgres_url) as connection:
        for statement in statements:
            connection.execute(statement.encode())
    assert definition.differences(Target(postgres_url), whole) == ([], [])


def test_long_names_stay_apart_within_63_bytes(postgres_url: str) -> None:
    long = "a" * 55
    columns = {
        f"{long}_{n}": {"from": f"x{n}", "type": "uuid", "unique": True,
                        "references": "app.persons"}
        for n in range(3)
    }  # fmt: skip
    mapping = Mapping.model_validate(
        changed(PERSON, columns=columns, indexes=[[name] for name in columns])
    )
    whole = definition.metadata([mapping])
    definition.create(Target(postgres_url), whole)
    with psycopg.connect(postgres_url) as connection:
        found = connection.execute(
            "select count(distinct relname), max(length(relname)) from pg_class c"
            " join pg_namespace n on n.oid = relnamespace where nspname = 'app' and relkind = 'i'"
        ).fetchone()
    assert found is not None
    assert found[0] == 3 + 3 + 3  # key, code and badge; unique; indexes
    assert found[1] <= 63


def test_idempotent_statements_create_everything_and_change_nothing_the_second_time(
    postgres_url: str,
) -> None:
    whole = definition.metadata([Mapping.model_validate(one) for one in (PERSON, VISIT)])
    target = Target(postgres_url)
    with psycopg.connect(postgres_url) as connection:
        for _ in range(2):
            for statement in definition.statements(whole, idempotent=True):
                connection.execute(statement.encode())
    assert definition.differences(target, whole) == ([], [])
    with psycopg.connect(postgres_url) as connection:
        names = "select conname from pg_constraint where contype = 'f' order by 1"
        assert len(connection.execute(names.encode()).fetchall()) == 3


def test_indexes_whose_usual_names_are_alike_get_names_of_their_own(postgres_url: str) -> None:
    mappings = [
        changed(PERSON, source={"model": model}, target=f"app.{table}", indexes=[[column]],
                columns={**dict.fromkeys(PERSON["columns"]),
                         "id": PERSON["columns"]["id"], column: {"from": "x", "type": "text"}})
        for model, table, column in (("A", "a", "b_c"), ("B", "a_b", "c"), ("C", "a_b_c_idx", "d"))
    ]  # fmt: skip
    whole = definition.metadata([Mapping.model_validate(one) for one in mappings])
    names = [str(index.name) for table in whole.tables.values() for index in table.indexes]
    assert len({*names, "a_b_c_idx"}) == 4
    definition.create(Target(postgres_url), whole)
    assert definition.differences(Target(postgres_url), whole) == ([], [])


def test_every_word_of_postgresql_may_name_tables_and_columns(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        words = connection.execute("select word from pg_get_keywords() order by 1").fetchall()
    columns = {str(word): {"from": str(word), "type": "text"} for (word,) in words}
    key = {"id": {"from": "id", "type": "text", "key": True}}
    mappings = [
        {"mapping": 1, "source": {"model": f"M{number}"}, "target": f"app.{word}",
         "columns": {**key, **(columns if number == 0 else {})}, "indexes": [["id"]]}
        for number, (word,) in enumerate(words)
    ]  # fmt: skip
    whole = definition.metadata([Mapping.model_validate(one) for one in mappings])
    definition.create(Target(postgres_url), whole)
    assert definition.differences(Target(postgres_url), whole) == ([], [])
