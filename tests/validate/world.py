"""A small source and a target that is a right copy of it, made without any code under test."""

from __future__ import annotations

from functools import partial
from typing import Any

import psycopg

from migrate import aws
from migrate.mapping.spec import Mapping
from migrate.validate.outcome import Difference, Reconciliation, Rejected
from migrate.validate.reconcile import reconcile
from migrate.validate.table_reader import TableReader

REGION = "ap-northeast-1"
TABLE_NAMES = {"Meeting": "Meeting-test", "Order": "Order-test"}

MEETING = {
    "mapping": 1,
    "source": {"model": "Meeting", "tombstone": "_deleted"},
    "target": "app.meetings",
    "columns": {
        "id": {"from": "id", "type": "uuid", "key": True, "class": "public"},
        "title": {"from": "title", "type": "text", "class": "public"},
    },
}
ORDER = {
    "mapping": 1,
    "source": {"model": "Order", "where": {"kind": {"not": "TEST"}}},
    "target": "app.order",
    "columns": {
        "id": {"from": "id", "type": "uuid", "key": True, "class": "public"},
        "meeting_id": {
            "from": "meeting", "type": "uuid", "references": "app.meetings", "class": "public",
        },
        "timestamp": {"from": "at", "type": "timestamp", "class": "public"},
        "text": {"from": "text", "type": "text", "class": "personal"},
        "note": {"from": "note", "type": "text", "class": "public"},
        "code": {"from": "code", "type": "varchar(10)", "unique": True, "class": "public"},
        "total": {"from": "total", "type": "numeric", "class": "public"},
        "data": {"from": "data", "type": "jsonb", "class": "public"},
        "tags": {"from": "tags", "type": "text[]", "class": "public"},
    },
    "children": [{
        "list": "lines", "target": "app.order_lines", "bad_element": "element",
        "columns": {
            "order_id": {"parent": "id", "type": "uuid", "key": True, "class": "public"},
            "number": {"position": 1, "type": "integer", "key": True, "class": "public"},
            "name": {"from": "name", "type": "text", "required": True, "class": "public"},
            "meeting_id": {"from": "m", "type": "uuid", "references": "app.meetings"},
        },
    }],
    "leave": {"kind": "only for the filter"},
}  # fmt: skip

SCHEMA = """
CREATE SCHEMA app;
CREATE TABLE app.meetings (id uuid PRIMARY KEY, title text);
CREATE TABLE app."order" (id uuid PRIMARY KEY, meeting_id uuid, "timestamp" timestamp, "text" text,
  note text, code varchar(10) UNIQUE, total numeric, data jsonb, tags text[]);
CREATE TABLE app.order_lines (order_id uuid, number integer, name text NOT NULL, meeting_id uuid,
  PRIMARY KEY (order_id, number));
"""

ROWS = """
INSERT INTO app.meetings VALUES
  ('00000000-0000-4000-8000-00000000000a', '朝の会 👨‍👩‍👧'),
  ('00000000-0000-4000-8000-00000000000b', '夕');
INSERT INTO app."order" VALUES
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000a',
   '2024-03-31 15:30:00', '葛󠄀城さん', '', 'c1', 12345678901234567890123456789.123456789,
   '{"n": 12345678901234567890.123456789012345678, "s": "1"}', '{a,b}'),
  ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-00000000000b',
   '0001-01-01 00:00:00', NULL, NULL, 'c2', 0.5, '[]', '{}'),
  ('00000000-0000-4000-8000-000000000003', NULL, NULL, '', 'n', NULL, NULL, NULL, NULL);
INSERT INTO app.order_lines VALUES
  ('00000000-0000-4000-8000-000000000001', 1, 'x', NULL),
  ('00000000-0000-4000-8000-000000000001', 2, 'y', '00000000-0000-4000-8000-00000000000b');
"""


def identifier(last: str) -> str:
    """A uuid that ends in `last`."""
    return "00000000-0000-4000-8000-" + last.rjust(12, "0")


MEETINGS: list[dict[str, Any]] = [
    {"id": {"S": identifier("A")}, "title": {"S": "朝の会 👨‍👩‍👧"}},
    {"id": {"S": identifier("b")}, "title": {"S": "夕"}},
    {"id": {"S": identifier("c")}, "title": {"S": "x"}, "_deleted": {"BOOL": True}},
]
ORDERS: list[dict[str, Any]] = [
    {
        "id": {"S": identifier("1")}, "meeting": {"S": identifier("a")},
        "at": {"S": "2024-04-01T00:30:00.000+09:00"}, "text": {"S": "葛󠄀城さん"},
        "note": {"S": ""}, "code": {"S": "c1"},
        "total": {"N": "12345678901234567890123456789.123456789"},
        "data": {"M": {"s": {"S": "1"}, "n": {"N": "12345678901234567890.123456789012345678"}}},
        "tags": {"SS": ["b", "a"]},
        "lines": {"L": [
            {"M": {"name": {"S": "x"}}},
            {"M": {"name": {"S": "y"}, "m": {"S": identifier("b")}}},
        ]},
    },
    {
        "id": {"S": identifier("2")}, "meeting": {"S": identifier("b")},
        "at": {"S": "0001-01-01T00:00Z"}, "note": {"NULL": True}, "code": {"S": "c2"},
        "total": {"N": "0.50"}, "data": {"L": []}, "tags": {"L": []},
    },
    {"id": {"S": identifier("3")}, "text": {"S": ""}, "note": {"S": "n"}},
    {"id": {"S": identifier("4")}, "kind": {"S": "TEST"}},
]  # fmt: skip

Rejects = dict[tuple[str, str], list[Rejected]]


def lookup(rejects: Rejects, connection: object, model: str, keys: list[str]) -> Any:
    """What the ledger would give; by (model, last digits of the id, or the whole key)."""
    return {
        key: found
        for (of_model, last), found in rejects.items()
        for key in keys
        if of_model == model and (key == last or key.endswith(last.rjust(12, "0") + '"}}'))
    }


class World:
    """The servers' side of it."""

    def __init__(self, postgres_url: str, dynamodb_endpoint: str, *, create: bool = True) -> None:
        self.connect = partial(psycopg.connect, postgres_url)
        source = aws.Source(REGION, dynamodb_endpoint)
        self.client = partial(aws.client, "dynamodb", source)
        if create:
            self.sql(SCHEMA)

    def sql(self, statements: str) -> None:
        with self.connect() as connection:
            connection.execute(statements.encode())

    def create_sources(self) -> None:
        client = self.client()
        for name in TABLE_NAMES.values():
            client.create_table(
                TableName=name,
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
        client.close()

    def put(self, model: str, items: list[dict[str, Any]]) -> None:
        client = self.client()
        for item in items:
            client.put_item(TableName=TABLE_NAMES[model], Item=item)
        client.close()

    def tables(self) -> TableReader:
        return TableReader(TABLE_NAMES, self.client)

    def fill(self) -> None:
        """The source above and its right copy."""
        self.create_sources()
        self.put("Meeting", MEETINGS)
        self.put("Order", ORDERS)
        self.sql(ROWS)


def mappings(**order: Any) -> list[Mapping]:
    """Both mappings; keyword arguments change that of Order."""
    return [Mapping.model_validate(MEETING), Mapping.model_validate({**ORDER, **order})]


def compare(
    world: World, rejects: Rejects | None = None, workers: int = 1, **options: Any
) -> Reconciliation:
    order = options.pop("order", {})
    rejected = partial(lookup, rejects or {})
    reader = options.pop("reader", None) or world.tables()
    return reconcile(mappings(**order), reader, world.connect, rejected, workers, **options)


def shown(difference: Difference) -> list[Any]:
    columns = {c.column: [_short(c.expected), _short(c.actual)] for c in difference.columns}
    key = {name: _short(value) for name, value in difference.key.items()}
    return [difference.table, difference.kind, key, columns]


def _short(value: str | None) -> str | None:
    start = identifier("")[: len("00000000-0000-4000-8000-")]
    return value.removeprefix(start).lstrip("0") if value and value.startswith(start) else value


def notes(result: Reconciliation) -> list[tuple[str, str, str]]:
    return [(d.table, d.kind, d.note) for d in result.differences]
