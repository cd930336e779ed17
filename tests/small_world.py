"""A small source and an empty target for the whole path: persons, visits and their notes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg

from migrate.aws import Source, client
from migrate.ledger import rejects, runs, units
from migrate.ledger.units import Counts
from migrate.mapping.spec import Mapping
from migrate.pipeline.job import Job
from migrate.pipeline.verify import Verification, verify
from migrate.target.connection import Target

API_ID = "smallworldapi0123456789abc"
ENVIRONMENT = "test"
REGION = "ap-northeast-1"

PERSON: dict[str, Any] = {
    "mapping": 1,
    "source": {"model": "Person", "tombstone": "_deleted", "where": {"kind": {"not": "TEST"}}},
    "target": "app.persons",
    "columns": {
        "id": {"from": "id", "type": "uuid", "key": True},
        "code": {"from": "code", "type": "varchar(20)", "unique": True},
        "badge": {"from": "badge", "type": "integer", "unique": True},
        "name": {"from": "name", "type": "varchar(40)", "class": "personal"},
        "age": {"from": "age", "type": "integer"},
    },
}  # fmt: skip
VISIT: dict[str, Any] = {
    "mapping": 1,
    "source": {"model": "Visit"},
    "target": "app.visits",
    "columns": {
        "id": {"from": "id", "type": "uuid", "key": True},
        "person_id": {"from": "person", "type": "uuid", "required": True,
                      "references": "app.persons"},
        "title": {"from": "title", "type": "varchar(10)"},
    },
    "children": [{
        "list": "notes", "target": "app.visit_notes", "bad_element": "element",
        "columns": {
            "visit_id": {"parent": "id", "type": "uuid", "key": True, "references": "app.visits"},
            "number": {"position": 1, "type": "integer", "key": True},
            "author_id": {"from": "author", "type": "uuid", "references": "app.persons"},
            "body": {"from": "body", "type": "text", "required": True},
        },
    }],
    "indexes": [["person_id"]],
}  # fmt: skip


def uid(number: int | str) -> str:
    """A uuid whose last digits are `number`."""
    return "00000000-0000-4000-8000-" + str(number).rjust(12, "0")


def person(number: int | str, **attributes: Any) -> dict[str, Any]:
    """A person; `attributes` are plain values, or typed JSON as a dictionary."""
    return item(**{"id": uid(number), "name": f"person {number}", **attributes})


def visit(number: int | str, of: int | str, **attributes: Any) -> dict[str, Any]:
    """A visit of person `of`."""
    return item(id=uid(number), person=uid(of), **attributes)


def notes(*entries: dict[str, Any]) -> dict[str, Any]:
    """A list of elements; each entry's values as in `item`."""
    return {"L": [{"M": item(**entry)} for entry in entries]}


def item(**attributes: Any) -> dict[str, Any]:
    """Typed JSON of plain str, int and bool values; a dictionary is typed JSON already."""
    return {name: _typed(value) for name, value in attributes.items()}


def _typed(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def changed(mapping: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The mapping with other values; `columns` are merged, a column given as None goes."""
    columns = {**mapping["columns"], **changes.pop("columns", {})}
    columns = {name: column for name, column in columns.items() if column is not None}
    return {**mapping, **changes, "columns": columns}


class SmallWorld:
    """Both servers' sides of it."""

    def __init__(self, postgres_url: str, endpoint: str, models: Iterable[str] = ()) -> None:
        self.url = postgres_url
        self.source = Source(REGION, endpoint)
        self._dynamodb = client("dynamodb", self.source)
        for model in models or ("Person", "Visit"):
            self.create_table(model)

    def create_table(self, model: str, *key: str) -> None:
        names = key or ("id",)
        kinds = ("HASH", "RANGE")
        self._dynamodb.create_table(
            TableName=table_name(model),
            KeySchema=[
                {"AttributeName": n, "KeyType": k} for n, k in zip(names, kinds, strict=False)
            ],
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in names],
            BillingMode="PAY_PER_REQUEST",
        )

    def put(self, model: str, *items: dict[str, Any]) -> None:
        for one in items:
            self._dynamodb.put_item(TableName=table_name(model), Item=one)

    def delete(self, model: str, *numbers: int | str) -> None:
        for number in numbers:
            key = {"id": {"S": uid(number)}}
            self._dynamodb.delete_item(TableName=table_name(model), Key=key)

    def drop_table(self, model: str) -> None:
        self._dynamodb.delete_table(TableName=table_name(model))

    def job(self, *mappings: dict[str, Any], **settings: Any) -> Job:
        """The job over the two mappings, or over others; settings as in Job."""
        wanted = mappings or (PERSON, VISIT)
        job = Job(
            profile="local",
            mappings=[Mapping.model_validate(one) for one in wanted],
            source=self.source,
            api_id=API_ID,
            environment=ENVIRONMENT,
            target=Target(self.url),
            workers=1,
        )
        return dataclasses.replace(job, **settings)

    def sql(self, statements: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(statements.encode())

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode()).fetchall()

    def numbers(self, table: str, column: str = "id") -> list[str]:
        """The last digits of the uuids in a column, sorted."""
        found = self.rows(f"select {column}::text from {table} order by 1")
        return [str(row[0])[24:].lstrip("0") for row in found]

    def rejects(self, state: str = "open") -> list[tuple[str, ...]]:
        """(model, last digits of the id, rule, place) of the newest run's rejects, sorted."""
        found = self.rows(
            "select model, item_key::json->'id'->>'S', rule, coalesce(place::text, '')"
            f" from migrate.rejects where state = '{state}' and run_id = (select run_id"
            "  from migrate.runs where state <> 'abandoned' order by started_at desc limit 1)"
        )
        return sorted((m, key[24:].lstrip("0"), rule, place) for m, key, rule, place in found)

    def account(self) -> dict[str, Counts]:
        with psycopg.connect(self.url) as connection:
            run = runs.latest(connection)
            assert run is not None
            return units.accounting(connection, run.run_id)

    def check(self, job: Job) -> Verification:
        """Source and target are equal, and the ledger's account agrees with both."""
        found = verify(job, rules=None)
        reasons = [
            reason
            for reasons_of in (
                *(one.reasons for one in found.accounts.models),
                *(one.reasons for one in found.accounts.children),
            )
            for reason in reasons_of
        ]
        wrong = [*found.reconciliation.differences, *found.unfinished, *reasons]
        assert wrong == []
        assert found.passed
        self._check_ledger(job)
        return found

    def _check_ledger(self, job: Job) -> None:
        """The ledger against its own rejects and the rows that stand in the tables."""
        account = self.account()
        with psycopg.connect(self.url) as connection:
            run = runs.latest(connection)
            assert run is not None
            held = rejects.open_rejects(connection, run.run_id)
        for model, counts in account.items():
            mine = [one for one in held if one.model == model]
            items = sum(1 for one in mine if one.list is None)
            assert counts.rejected == items, (model, counts, items)
            for name, lists in counts.lists.items():
                elements = sum(1 for one in mine if one.list == name)
                assert lists.rejected == elements, (model, lists, elements)
        rows = sum(self.rows(f"select count(*) from {t}")[0][0] for t in job.target_tables)
        assert sum(counts.rows for counts in account.values()) == rows, (account, rows)


def table_name(model: str) -> str:
    return f"{model}-{API_ID}-{ENVIRONMENT}"


def catalogue(world: SmallWorld, schemas: Sequence[str] = ("app",)) -> list[tuple[str, ...]]:
    """Every constraint and index of the schemas, in PostgreSQL's own words."""
    listed = ", ".join(f"'{schema}'" for schema in schemas)
    return world.rows(
        "select conrelid::regclass::text, conname, pg_get_constraintdef(k.oid)"
        " from pg_constraint k join pg_namespace n on n.oid = connamespace"
        f" where conrelid <> 0 and nspname in ({listed})"
        " union all select tablename, indexname, indexdef from pg_indexes"
        f" where schemaname in ({listed}) order by 1, 2, 3"
    )
