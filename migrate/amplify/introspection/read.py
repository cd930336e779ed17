"""Reads a JSON description into the model graph."""

from __future__ import annotations

from pathlib import Path

from migrate.amplify.finding_kinds import finding
from migrate.amplify.graph import App, Finding, Generation, Model, Place
from migrate.amplify.introspection.document import Document, read_document
from migrate.amplify.introspection.implied import add_implied
from migrate.amplify.introspection.models import read_custom_types, read_enums, read_model
from migrate.amplify.introspection.relations import read_relations
from migrate.amplify.project_files import (
    ConflictHandling,
    Flags,
    find_conflict_handling,
    find_flags,
)
from migrate.amplify.rules.routes import conversation_tables
from migrate.errors import SpecError


def read_description(path: Path, asked: Generation | None) -> App:
    """The app in amplify_outputs.json or in codegen's models. Raises SpecError, FixInputError."""
    document = read_document(path)
    generation, reason = _generation(document, find_flags(path), asked)
    app = App(generation, reason)
    message = "a JSON description leaves out defaults, @mapsTo, and fields of abstract types"
    app.findings.append(finding("introspection-incomplete", Place(str(path)), message))
    content = document.content
    for name, entry in content.models.items():
        app.models[name] = read_model(document, name, entry)
    app.enums = read_enums(document)
    app.custom_types, findings = read_custom_types(document)
    app.findings += findings
    app.findings += _relationless(document)
    app.relations = read_relations(document, app.models)
    conflict = find_conflict_handling(path)
    app.findings += _set_data_store(document, app.models, conflict)
    for name, entry in content.models.items():
        app.findings += add_implied(app.models[name], entry, generation)
    app.findings += _conversations(document)
    _check_keys(document, app.models)
    return app


def _generation(
    document: Document, flags: Flags, asked: Generation | None
) -> tuple[Generation, str]:
    if document.is_outputs:
        return "gen2", "amplify_outputs.json is Gen 2's"
    if flags.transformer_version is not None:
        generation: Generation = "v2" if flags.transformer_version == 2 else "v1"
        return generation, f"transformerversion is {flags.transformer_version} in {flags.file}"
    if asked is not None:
        return asked, "asked for; no feature flag says"
    version = document.content.codegen_version
    if version and not version.startswith(("0", "1", "2")):
        return "v2", f"the models were written by codegen {version}"
    return "v1", "no feature flag and no codegen version of transformer 2"


def _set_data_store(
    document: Document, models: dict[str, Model], conflict: ConflictHandling
) -> list[Finding]:
    assumed = not conflict.file and not document.is_outputs
    for model in models.values():
        model.has_data_store = assumed or conflict.covers(model.name)
    if not assumed:
        return []
    message = "no transform.conf.json is near: the models are taken to be used with DataStore"
    return [finding("datastore-assumed", Place(document.file), message)]


def _relationless(document: Document) -> list[Finding]:
    found = []
    for model_name, entry in document.content.models.items():
        for field_name, field in entry.fields.items():
            named = None if isinstance(field.type, str) else field.type.model
            subject = f"{model_name}.{field_name}"
            place = document.place("models", model_name, "fields", field_name)
            if named is None:
                continue
            if named not in document.content.models:
                message = f"{subject} points to the model {named}, which is not in the input"
                found.append(finding("relation-to-missing-model", place, message, subject))
            elif field.association is None:
                message = f"{subject} has the model {named} as its type, without a relation"
                found.append(finding("model-field-without-relation", place, message, subject))
    return found


def _conversations(document: Document) -> list[Finding]:
    found = []
    for route in document.content.conversations:
        tables = " and ".join(conversation_tables(route))
        message = f"the conversation route {route} keeps its rows in {tables}"
        place = document.place("conversations", route)
        found.append(finding("conversation-tables", place, message, route))
    return found


def _check_keys(document: Document, models: dict[str, Model]) -> None:
    problems = []
    for model in models.values():
        for name in model.key_fields:
            if model.attribute(name) is None:
                place = document.place("models", model.name)
                message = f"{model.name} has no field {name!r} to be its key"
                problems.append(document.problem(place, message))
        known = {one.name for one in model.attributes}
        model.indexes = [one for one in model.indexes if known.issuperset(one.fields)]
    if problems:
        raise SpecError(problems)
