"""The whole way of one app: convert, create, load, finalise, validate. Nothing may be rejected."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from migrate.amplify.graph import App, Model
from migrate.amplify.options import Options
from migrate.aws import Source, client
from migrate.mapping.files import load_mappings
from migrate.pipeline.convert import convert_app
from migrate.pipeline.finalise import finalise
from migrate.pipeline.job import Job
from migrate.pipeline.load import load
from migrate.pipeline.plan import make_plan
from migrate.pipeline.verify import verify
from migrate.source.tables import table_name
from migrate.target.connection import Target
from tests.amplify.items import Generator, ModelItems

API_ID = "roundtripapi0123456789abcd"
ENVIRONMENT = "test"
REGION = "ap-northeast-1"
_NUMBERS = {"Int", "BigInt", "Float", "Double", "AWSTimestamp"}
_BATCH = 25  # BatchWriteItem's limit


@dataclass(frozen=True)
class Servers:
    """Where a round trip runs."""

    endpoint: str
    postgres_url: str


@dataclass(frozen=True)
class RoundTrip:
    """What came of it; `problems` says why it is no success."""

    items: int
    rows: int
    problems: list[str]


def round_trip(
    app: App, out: Path, servers: Servers, seed: int, options: Options | None = None
) -> RoundTrip:
    """Everything an app's tables can hold, there and verified."""
    chosen = options or Options()
    convert_app(app, out, chosen)
    items = generated(app, seed, chosen)
    source = Source(REGION, servers.endpoint)
    fill(source, app, items)
    problems = run_twice(servers.postgres_url, (out / "schema.sql").read_text())
    job = Job(
        profile="local",
        mappings=load_mappings(out),
        source=source,
        api_id=API_ID,
        environment=ENVIRONMENT,
        target=Target(servers.postgres_url),
        workers=1,
    )
    plan = make_plan(job)
    problems += [*plan.missing, *plan.differences]
    loaded = load(job)
    judged = finalise(job)
    problems += _counted(items, loaded.items, loaded.rejected + judged.rejected, servers)
    found = verify(job, rules=None)
    problems += [str(one) for one in found.reconciliation.differences] + found.unfinished
    if found.verdict != "equal" or not found.passed:
        problems.append(f"verdict {found.verdict}, passed {found.passed}")
    return RoundTrip(loaded.items, loaded.rows, problems)


def generated(app: App, seed: int, options: Options) -> dict[str, ModelItems]:
    generator = Generator(
        app, seed, uuids=options.ids == "uuid", null_elements=options.lists == "jsonb"
    )
    return generator.items()


def fill(source: Source, app: App, items: dict[str, ModelItems]) -> None:
    """Create the tables and put the items."""
    dynamodb = client("dynamodb", source)
    for name, model in app.models.items():
        table = table_name(model.table_prefix, API_ID, ENVIRONMENT)
        create_table(dynamodb, model, table)
        requests = [{"PutRequest": {"Item": item}} for item in items[name].all]
        for start in range(0, len(requests), _BATCH):
            answer = dynamodb.batch_write_item(
                RequestItems={table: requests[start : start + _BATCH]}
            )
            assert not answer.get("UnprocessedItems")
    dynamodb.close()


def create_table(dynamodb: Any, model: Model, table: str) -> None:
    dynamodb.create_table(
        TableName=table,
        KeySchema=[
            {"AttributeName": name, "KeyType": kind}
            for name, kind in zip(model.key, ("HASH", "RANGE"), strict=False)
        ],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": _key_type(model, name)} for name in model.key
        ],
        BillingMode="PAY_PER_REQUEST",
    )


def _key_type(model: Model, name: str) -> str:
    attribute = model.attribute(name)
    return "N" if attribute and attribute.type.name in _NUMBERS else "S"


def run_twice(url: str, sql: str) -> list[str]:
    """Run the DDL as it stands, two times; the second time must change nothing."""
    with psycopg.connect(url) as connection:
        connection.execute(sql.encode())
        first = _catalogue(connection)
        connection.execute(sql.encode())
        second = _catalogue(connection)
    return [] if first == second and first else ["the DDL is no no-op the second time"]


def _catalogue(connection: psycopg.Connection[Any]) -> list[Any]:
    return connection.execute(
        "select 'c', c.oid::text, c.relname, c.relkind::text from pg_class c"
        " join pg_namespace n on n.oid = c.relnamespace"
        " where nspname not like 'pg\\_%' and nspname <> 'information_schema'"
        " union all select 'k', oid::text, conname, pg_get_constraintdef(oid) from pg_constraint"
        " where conrelid <> 0 order by 1, 2"
    ).fetchall()


def _counted(
    items: dict[str, ModelItems], loaded: int, rejected: int, servers: Servers
) -> list[str]:
    total = sum(len(one.all) for one in items.values())
    problems = [] if loaded == total else [f"{loaded} of {total} items were read"]
    if rejected:
        with psycopg.connect(servers.postgres_url) as connection:
            rows = connection.execute(
                "select model, rule, coalesce(list, ''), count(*) from migrate.rejects"
                " where state = 'open' group by 1, 2, 3 order by 1, 2, 3"
            ).fetchall()
        problems.append(f"{rejected} rejects: {rows}")
    return problems
