"""Converts an app whose tables are looked up in an account, and compares them with the schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from migrate.amplify.finding_kinds import finding
from migrate.amplify.graph import App, Finding, Generation, Model, Place
from migrate.amplify.options import Options
from migrate.aws import Source, client
from migrate.errors import FixInputError
from migrate.pipeline.convert import Conversion, convert_app
from migrate.pipeline.convert_files import write_whole
from migrate.source.discover import FoundEnvironment, FoundTable, discover
from migrate.source.tables import describe, table_name

_SCHEMA_FILE = "model-schema.graphql"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which environment: an API by id, or (`app`) by its name or its root stack's."""

    api_id: str
    environment: str
    app: str | None = None


def convert_from_aws(
    source: Source,
    wanted: Wanted,
    inputs: Sequence[Path],
    out: Path,
    options: Options,
    *,
    generation: Generation | None = None,
    force: bool = False,
) -> Conversion:
    """Convert, with the schema out of the account where no input is given (Gen 2 keeps it there).

    Writes tables.json: the table of each model, and how it was found. Raises FixInputError.
    """
    from migrate.amplify.read import read_app

    found = discover(source, wanted.api_id, wanted.app)
    chosen = list(inputs) or [_kept_schema(found, out)]
    app = read_app(chosen, generation)
    findings = list(_differences(source, found, app, wanted))
    conversion = convert_app(app, out, options, force=force, further=findings)
    content = {
        "api_id": found.api_id,
        "environment": found.environment,
        "tables": [asdict(one) for one in found.tables],
        "skipped": found.skipped,
    }
    write_whole(out / "tables.json", json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    return conversion


def _kept_schema(found: FoundEnvironment, out: Path) -> Path:
    if found.schema is None:
        raise FixInputError(
            f"the account keeps no schema with directives for the API {found.api_id}",
            "give schema.graphql as INPUT; only Gen 2 stores it (amplifyApiModelSchemaS3Uri)",
        )
    path = out / _SCHEMA_FILE
    write_whole(path, found.schema)
    return path


def _differences(
    source: Source, found: FoundEnvironment, app: App, wanted: Wanted
) -> Iterator[Finding]:
    by_model = {one.model: one for one in found.tables}
    dynamodb = client("dynamodb", source)
    environment = found.environment or wanted.environment
    for model in app.models.values():
        table = by_model.pop(model.name, None) or by_model.pop(model.table_prefix, None)
        if table is None:
            yield _missing(model, found)
            continue
        yield from _name_difference(model, table, found.api_id, environment)
        yield from _data_store_difference(model, table)
        key = describe(dynamodb, table.table).key
        if key != model.key:
            yield _key_difference(model, table, key)
    for table in by_model.values():
        yield _unknown(table)


def _missing(model: Model, found: FoundEnvironment) -> Finding:
    message = f"no table of {model.name} was found for the API {found.api_id}"
    return finding("table-missing", model.place, message, model.name)


def _unknown(table: FoundTable) -> Finding:
    message = f"table {table.table} belongs to no model of the schema: it is not converted"
    place = Place(f"aws:{table.table}")
    return finding("table-without-model", place, message, table.model)


def _name_difference(
    model: Model, table: FoundTable, api_id: str, environment: str
) -> Iterator[Finding]:
    expected = table_name(model.table_prefix, api_id, environment)
    if table.table != expected:
        message = f"{model.name} lies in {table.table}, but a load looks for {expected}"
        yield finding("table-name-differs", model.place, message, model.name)


def _data_store_difference(model: Model, table: FoundTable) -> Iterator[Finding]:
    if table.found_by == "appsync" and table.versioned != model.has_data_store:
        said, is_so = ("on", "off") if model.has_data_store else ("off", "on")
        message = (
            f"the input says that DataStore is {said} for {model.name}; its table has it {is_so}"
        )
        yield finding("datastore-differs", model.place, message, model.name)


def _key_difference(model: Model, table: FoundTable, key: tuple[str, ...]) -> Finding:
    message = (
        f"{model.name} has the key {', '.join(model.key)} by the schema, but {table.table} has"
        f" {', '.join(key)}"
    )
    return finding("key-differs", model.place, message, model.name)
