"""What a JSON description leaves out of a model: owners, timestamps, DataStore's attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrate.amplify.finding_kinds import finding
from migrate.amplify.graph import Attribute, Finding, Generation, Model, Origin, TypeRef
from migrate.amplify.introspection.document import ModelEntry
from migrate.amplify.rules.owners import owner_note

_DATA_STORE = (
    ("_version", "Int", "DataStore's counter, from 1"),
    ("_deleted", "Boolean", "true: the item is deleted"),
    ("_lastChangedAt", "AWSTimestamp", "DataStore's clock, in milliseconds"),
    ("_ttl", "AWSTimestamp", "epoch seconds, on deleted items only"),
)


def add_implied(model: Model, entry: ModelEntry, generation: Generation) -> list[Finding]:
    """Add the attributes; owners are findings, because only the rules hint at them."""
    findings = []
    for rule in _rules(entry):
        if rule.get("allow") == "owner":
            findings += _owner(model, rule, generation)
        elif rule.get("allow") == "groups" and "groups" not in rule and generation == "gen2":
            _imply(model, _name(rule, "groupsField", "groups"), "String", "group", "a group's name")
    versioned = next((one for one in entry.attributes if one.type == "versioned"), None)
    if versioned is not None:
        name = _name(versioned.properties or {}, "versionField", "version")
        _imply(model, name, "Int", "version", "counts updates, from 1")
    for name in _timestamps(entry):
        _imply(model, name, "AWSDateTime", "timestamp", "filled by Amplify")
    if model.has_data_store:
        for name, type_name, note in _DATA_STORE:
            _imply(model, name, type_name, "datastore", note)
    _imply(model, "__typename", "String", "typename", "the type's name; not always there")
    _add_composites(model)
    return findings


def _timestamps(entry: ModelEntry) -> list[str]:
    """The names that the description does not list as fields (old codegen left them out)."""
    if any(field.is_read_only for field in entry.fields.values()):
        return []
    properties = next((one.properties for one in entry.attributes if one.type == "model"), None)
    chosen = (properties or {}).get("timestamps", {})
    if chosen is None:
        return []
    chosen = chosen if isinstance(chosen, dict) else {}
    names = [chosen.get(default, default) for default in ("createdAt", "updatedAt")]
    return [name for name in names if isinstance(name, str) and name]


def _rules(entry: ModelEntry) -> Iterator[dict[str, Any]]:
    for attribute in entry.attributes:
        rules = (attribute.properties or {}).get("rules") if attribute.type == "auth" else None
        for rule in rules if isinstance(rules, list) else []:
            if isinstance(rule, dict):
                yield rule


def _owner(model: Model, rule: dict[str, Any], generation: Generation) -> list[Finding]:
    name = _name(rule, "ownerField", "owner")
    if name in model.owner_attributes:
        return []
    model.owner_attributes = (*model.owner_attributes, name)
    if model.attribute(name) is not None:
        return []
    _imply(model, name, "String", "owner", owner_note(generation, rule))
    message = f"an owner rule of {model.name} adds the attribute {name!r}, which is not listed"
    return [finding("owner-implied-by-rule", model.place, message, f"{model.name}.{name}")]


def _name(properties: dict[str, Any], key: str, default: str) -> str:
    value = properties.get(key)
    return value if isinstance(value, str) and value else default


def _imply(model: Model, name: str, type_name: str, origin: Origin, note: str) -> None:
    if model.attribute(name) is None:
        ref = TypeRef(type_name, "scalar", required=origin == "timestamp")
        model.attributes.append(Attribute(name, ref, origin, model.place, note))


def _add_composites(model: Model) -> None:
    keys = [model.key_fields, *(index.fields for index in model.indexes)]
    for fields in keys:
        name = "#".join(fields[1:])
        if len(fields) > 2 and model.attribute(name) is None:
            note = f"{' and '.join(fields[1:])} joined by #"
            ref = TypeRef("String", "scalar")
            model.attributes.append(
                Attribute(name, ref, "composite", model.place, note, parts=fields[1:])
            )
