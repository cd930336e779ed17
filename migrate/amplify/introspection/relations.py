"""Relations of a JSON description, and the foreign keys that its fields leave out."""

from __future__ import annotations

from migrate.amplify.graph import Attribute, Model, Place, Relation, RelationKind, TypeRef
from migrate.amplify.introspection.document import Document, FieldEntry, ModelEntry, TypeName

_KINDS: dict[str, RelationKind] = {
    "HAS_ONE": "hasOne", "HAS_MANY": "hasMany", "BELONGS_TO": "belongsTo",
}  # fmt: skip


def read_relations(document: Document, models: dict[str, Model]) -> list[Relation]:
    """All relations; adds the keys they name to the models that hold them."""
    found = []
    for model_name, entry in document.content.models.items():
        for field_name, field in entry.fields.items():
            place = document.place("models", model_name, "fields", field_name)
            relation = _relation(document, models, (model_name, field_name), field, place)
            if relation is not None:
                _imply_keys(models, relation)
                found.append(relation)
    return found


def _relation(
    document: Document,
    models: dict[str, Model],
    declared: tuple[str, str],
    field: FieldEntry,
    place: Place,
) -> Relation | None:
    association = field.association
    target_name = field.type.model if isinstance(field.type, TypeName) else None
    if association is None or target_name is None or target_name not in models:
        return None
    model, target = models[declared[0]], models[target_name]
    if association.connection_type != "HAS_MANY" and association.own_keys:
        holder, names, key = model, association.own_keys, target.key_fields
    else:
        # Gen 2's HAS_ONE too: it has no keys of its own, they lie on the other model.
        entry = document.content.models[target_name]
        holder, names, key = target, _keys_behind(entry, association.other_keys), model.key_fields
    shared = min(len(names), len(key))
    if not shared:
        return None
    return Relation(
        model.name, declared[1], _KINDS[association.connection_type], target.name, holder.name,
        names[:shared], key[:shared], field.is_required and not field.is_array, place,
    )  # fmt: skip


def _keys_behind(entry: ModelEntry, names: tuple[str, ...]) -> tuple[str, ...]:
    """`associatedWith` names keys, or the relation field of the other side that has them."""
    keys: list[str] = []
    for name in names:
        field = entry.fields.get(name)
        own = field.association.own_keys if field and field.association else ()
        keys += own or (name,)
    return tuple(keys)


def _imply_keys(models: dict[str, Model], relation: Relation) -> None:
    holder = models[relation.holder]
    keyed = models[relation.target if relation.holder == relation.model else relation.model]
    for name, key_field in zip(relation.attributes, relation.target_key, strict=True):
        if holder.attribute(name) is None:
            key = keyed.attribute(key_field)
            ref = key.type if key else TypeRef("ID", "scalar")
            note = f"foreign key made by {relation.model}.{relation.field}"
            ref = TypeRef(ref.name, ref.kind, required=False)
            holder.attributes.append(Attribute(name, ref, "foreign-key", relation.place, note))
