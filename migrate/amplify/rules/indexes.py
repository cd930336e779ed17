"""Secondary indexes that the schema names: @index, and @key with a name."""

from __future__ import annotations

from migrate.amplify.graph import Place
from migrate.amplify.rules.casing import lower_first, plural, upper_first
from migrate.amplify.rules.reading import IndexDraft, ModelDraft, Reading


def read_indexes(reading: Reading, draft: ModelDraft) -> None:
    """Add the indexes of a model whose key is known."""
    for directive in draft.type.directives_named("key"):
        name, fields = directive.text("name"), directive.texts("fields")
        if name is not None and fields:
            _add(reading, draft, name, fields, directive.place)
    for field in draft.type.fields.values():
        for directive in field.directives:
            if directive.name == "index":
                fields = (field.name, *directive.texts("sortKeyFields"))
                name = directive.text("name") or _default_name(draft.name, fields)
                _add(reading, draft, name, fields, directive.place)


def _default_name(model: str, fields: tuple[str, ...]) -> str:
    by = "And".join(upper_first(field) for field in fields)
    return f"{lower_first(plural(model))}By{by}"


def _add(
    reading: Reading, draft: ModelDraft, name: str, fields: tuple[str, ...], place: Place
) -> None:
    known = draft.indexes.get(name)
    if known is not None:
        reading.refuse(place, f"{draft.name} has two indexes {name!r} (first at {known.place})")
        return
    is_local = reading.indexes_may_be_local and len(fields) > 1 and fields[0] == draft.key_fields[0]
    draft.indexes[name] = IndexDraft(name, fields, place, is_local)
