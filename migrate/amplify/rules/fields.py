"""Declared fields as attributes: what is stored, what is computed, what is not there at all."""

from __future__ import annotations

from typing import Any

from migrate.amplify.graph import Attribute, Origin, TypeKind
from migrate.amplify.rules.directives import COMPUTED, KNOWN, RELATIONS
from migrate.amplify.rules.reading import ModelDraft, Reading
from migrate.amplify.rules.types import kind_of, type_ref
from migrate.amplify.sdl.schema import Directive, SchemaField
from migrate.yaml_source import nearest


def read_fields(reading: Reading, draft: ModelDraft) -> None:
    """Add an attribute for every field that is stored; relations are read later."""
    _check_directives(reading, draft)
    for field in draft.type.fields.values():
        kind = kind_of(reading, field.type_name)
        relation = field.directive(*RELATIONS)
        subject = f"{draft.name}.{field.name}"
        if kind is None:
            _not_defined(reading, field, relation, subject)
        elif kind == "model":
            _model_typed(reading, field, relation, subject)
        else:
            if relation is not None:
                message = f"@{relation.name} at {subject}, whose type {field.type_name} is no model"
                reading.find("relation-not-possible", relation.place, message, subject)
            draft.add(_attribute(reading, field, kind, subject))


def _attribute(reading: Reading, field: SchemaField, kind: TypeKind, subject: str) -> Attribute:
    origin: Origin = "field"
    note = ""
    computed = field.directive(*COMPUTED)
    if computed is not None:
        origin, note = "computed", f"@{computed.name} computes it: normally absent"
    elif field.directive("ttl"):
        origin, note = "ttl", "epoch seconds; DynamoDB deletes the item after it"
        message = f"{subject} is when the item expires; rows past it may still be there"
        reading.find("expiring-rows", field.place, message, subject)
    default = field.directive("default")
    return Attribute(
        field.name,
        type_ref(reading, field, kind, subject),
        origin,
        field.place,
        note,
        default=_default(default.arguments.get("value")) if default else None,
    )


def _default(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None or isinstance(value, list | dict) else str(value)


def _not_defined(
    reading: Reading, field: SchemaField, relation: Directive | None, subject: str
) -> None:
    """A type that the input does not define. Only a relation that names its key can be read."""
    if relation is not None and (relation.texts("references") or relation.texts("fields")):
        message = f"{subject} points to the model {field.type_name}, which is not in the input"
        reading.find("relation-to-missing-model", field.place, message, subject)
    elif relation is not None:
        message = f"{subject} points to the model {field.type_name}, which is not in the input"
        hint = nearest(field.type_name, reading.models)
        reading.refuse(field.place, message, hint or "give all schema files of the app")
    else:
        message = f"{subject} has the unknown type {field.type_name!r}"
        reading.refuse(field.place, message, nearest(field.type_name, reading.schema.types))


def _model_typed(
    reading: Reading, field: SchemaField, relation: Directive | None, subject: str
) -> None:
    if relation is None and field.directive(*COMPUTED) is None:
        message = f"{subject} has the model {field.type_name} as its type, without a relation"
        reading.find("model-field-without-relation", field.place, message, subject)
    elif relation is not None and field.type_name in reading.sql_models:
        message = f"{subject} points to {field.type_name}, which lies in an SQL database"
        reading.find("relation-to-sql-model", field.place, message, subject)


def _check_directives(reading: Reading, draft: ModelDraft) -> None:
    places = [(draft.name, draft.type.directives)]
    places += [
        (f"{draft.name}.{one.name}", [*one.directives]) for one in draft.type.fields.values()
    ]
    for subject, directives in places:
        for directive in directives:
            if directive.name not in KNOWN:
                message = f"@{directive.name} at {subject} is not a directive of Amplify"
                reading.find("unknown-directive", directive.place, message, subject)
