"""Attributes that Amplify adds on its own: timestamps, version, DataStore's, the type's name."""

from __future__ import annotations

from dataclasses import replace

from migrate.amplify.graph import Attribute, TypeRef
from migrate.amplify.rules.reading import ModelDraft


def add_timestamps(draft: ModelDraft) -> None:
    """createdAt and updatedAt under whatever names, unless switched off.

    A field of that name may be declared, even as a number; Amplify fills it with ISO text when the
    client sends none.
    """
    model = draft.type.directive("model")
    chosen = model.arguments.get("timestamps", {}) if model else {}
    if chosen is None:
        return
    for default in ("createdAt", "updatedAt"):
        name = chosen.get(default, default) if isinstance(chosen, dict) else default
        if not isinstance(name, str) or not name:
            continue
        declared = draft.attributes.get(name)
        if declared is not None:
            note = "declared; filled by Amplify when the client sends none"
            if declared.origin == "field":
                draft.attributes[name] = replace(declared, origin="timestamp", note=note)
        else:
            ref = TypeRef("AWSDateTime", "scalar", required=True)
            place = model.place if model else draft.place
            draft.add(Attribute(name, ref, "timestamp", place, "filled by Amplify"))


def add_version(draft: ModelDraft) -> None:
    """Transformer 1's @versioned counts an item's updates, from 1."""
    versioned = draft.type.directive("versioned")
    if versioned is not None:
        name = versioned.text("versionField") or "version"
        draft.imply(name, "Int", "version", versioned.place, "counts updates, from 1")


def add_data_store(draft: ModelDraft) -> None:
    """What conflict resolution writes into every item."""
    if not draft.has_data_store:
        return
    place = draft.place
    draft.imply("_version", "Int", "datastore", place, "DataStore's counter, from 1")
    draft.imply("_deleted", "Boolean", "datastore", place, "true: the item is deleted")
    note = "DataStore's clock, in milliseconds"
    draft.imply("_lastChangedAt", "AWSTimestamp", "datastore", place, note)
    note = "epoch seconds, on deleted items only"
    draft.imply("_ttl", "AWSTimestamp", "datastore", place, note)


def add_type_name(draft: ModelDraft) -> None:
    """Written on creation by the resolvers; absent from items of other writers."""
    draft.imply(
        "__typename", "String", "typename", draft.place, "the type's name; not always there"
    )
