"""Primary keys: `id`, @primaryKey, and transformer 1's @key without a name."""

from __future__ import annotations

from migrate.amplify.graph import Attribute, Place, TypeRef
from migrate.amplify.rules.reading import ModelDraft, Reading, stored_key
from migrate.yaml_source import nearest


def read_key(reading: Reading, draft: ModelDraft) -> None:
    """Set the key fields. They are checked later, when all attributes are known."""
    found = _primary_keys(draft)
    if len(found) > 1:
        message = f"{draft.name} has {len(found)} primary keys: the first one is read"
        reading.find("second-primary-key", found[1][1], message, draft.name)
    if found:
        draft.key_fields, draft.key_place = found[0]


def _primary_keys(draft: ModelDraft) -> list[tuple[tuple[str, ...], Place]]:
    found: list[tuple[tuple[str, ...], Place]] = []
    for field in draft.type.fields.values():
        directive = field.directive("primaryKey")
        if directive is not None:
            found.append(((field.name, *directive.texts("sortKeyFields")), directive.place))
    for directive in draft.type.directives_named("key"):
        fields = directive.texts("fields")
        if directive.text("name") is None and fields:
            found.append((fields, directive.place))
    return found


def add_implied_id(draft: ModelDraft) -> None:
    """A model without a key of its own has `id`, declared or not."""
    if draft.key_fields == ("id",) and "id" not in draft.type.fields:
        note = "not declared; made by Amplify"
        type_ref = TypeRef("ID", "scalar", required=True)
        draft.add(Attribute("id", type_ref, "field", draft.place, note))


def add_composite_attributes(draft: ModelDraft) -> None:
    """Two or more sort fields are also stored as one attribute, joined by `#`."""
    keys = [(draft.key_fields, draft.key_place or draft.place)]
    keys += [(index.fields, index.place) for index in draft.indexes.values()]
    for fields, place in keys:
        if len(fields) > 2:
            name = stored_key(fields)[1]
            note = f"{' and '.join(fields[1:])} joined by #"
            type_ref = TypeRef("String", "scalar")
            draft.add(Attribute(name, type_ref, "composite", place, note, parts=fields[1:]))


def check_key_fields(reading: Reading, draft: ModelDraft) -> None:
    """Every key field must be an attribute, declared or implied. An index without its fields cannot
    exist, so it is left out; without its primary key a model cannot be read."""
    for name in draft.key_fields:
        if name not in draft.attributes:
            message = f"{draft.name} has no field {name!r} to be its key"
            hint = nearest(name, draft.attributes)
            reading.refuse(draft.key_place or draft.place, message, hint)
    for index in list(draft.indexes.values()):
        missing = [name for name in index.fields if name not in draft.attributes]
        if missing:
            message = f"the index {index.name!r} of {draft.name} needs a field {missing[0]!r}"
            reading.find("index-field-missing", index.place, message, draft.name)
            del draft.indexes[index.name]
