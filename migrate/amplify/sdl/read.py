"""Reads schema text into the model graph: the rules, in the order in which they need each other."""

from __future__ import annotations

from pathlib import Path

from migrate.amplify.generation import choose
from migrate.amplify.graph import App, Generation, Place
from migrate.amplify.project_files import find_conflict_handling, find_flags
from migrate.amplify.rules.added import (
    add_data_store,
    add_timestamps,
    add_type_name,
    add_version,
)
from migrate.amplify.rules.fields import read_fields
from migrate.amplify.rules.indexes import read_indexes
from migrate.amplify.rules.keys import (
    add_composite_attributes,
    add_implied_id,
    check_key_fields,
    read_key,
)
from migrate.amplify.rules.many_to_many import read_many_to_many
from migrate.amplify.rules.models import read_models
from migrate.amplify.rules.owners import read_owners
from migrate.amplify.rules.reading import Reading
from migrate.amplify.rules.relations import read_relations
from migrate.amplify.rules.routes import read_routes
from migrate.amplify.rules.types import in_schema_order
from migrate.amplify.sdl.parse import parse_schema
from migrate.amplify.text_file import read_text
from migrate.errors import FixInputError, SpecError


def read_schema_files(files: list[Path], asked: Generation | None) -> App:
    """The app that schema files describe. Raises SpecError with every problem's position."""
    schema = parse_schema((str(file), read_text(file)) for file in files)
    if not schema.models():
        raise FixInputError(f"{files[0]} has no type with @model", "name the schema of the API")
    flags, conflict = find_flags(files[0]), find_conflict_handling(files[0])
    choice = choose(schema, flags, asked)
    reading = Reading(schema, flags, conflict, choice.generation)
    reading.findings += choice.findings
    if not flags.file and not conflict.file and choice.generation != "gen2":
        message = "no cli.json and no transform.conf.json beside the schema"
        reading.find("project-files-missing", Place(str(files[0])), message)
    _apply_rules(reading)
    if reading.problems:
        raise SpecError(sorted(reading.problems, key=lambda one: (one.file, one.line, one.column)))
    return App(
        generation=choice.generation,
        generation_reason=choice.reason,
        models={name: draft.finish() for name, draft in reading.models.items()},
        enums=reading.enums,
        custom_types=reading.custom_types,
        relations=reading.relations,
        findings=reading.findings,
    )


def _apply_rules(reading: Reading) -> None:
    read_models(reading)
    for draft in reading.models.values():
        read_key(reading, draft)
        add_implied_id(draft)
        read_fields(reading, draft)
        read_indexes(reading, draft)
    read_many_to_many(reading)
    read_relations(reading)
    for draft in reading.models.values():
        read_owners(reading, draft)
        add_version(draft)
        add_timestamps(draft)
        add_data_store(draft)
        add_type_name(draft)
        add_composite_attributes(draft)
        check_key_fields(reading, draft)
    read_routes(reading)
    in_schema_order(reading)
