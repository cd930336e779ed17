"""@manyToMany: a join model and table that no type describes."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.amplify.graph import Attribute, Place, Relation, TypeRef
from migrate.amplify.rules.casing import graphql_name, lower_first, upper_first
from migrate.amplify.rules.reading import IndexDraft, ModelDraft, Reading
from migrate.amplify.rules.site import Site
from migrate.amplify.sdl.schema import Directive, SchemaField, SchemaType


@dataclass(frozen=True, slots=True)
class _Side:
    """One end of the relation; `field` is None where the schema lacks it."""

    model: ModelDraft
    field: SchemaField | None
    place: Place


def read_many_to_many(reading: Reading) -> None:
    """Make the join models and both relations of each."""
    for name, sites in _by_relation(reading).items():
        first = sites[0]
        if len(sites) > 2:
            message = f"the @manyToMany relation {name!r} stands on {len(sites)} fields, not on two"
            reading.refuse(sites[2].directive.place, message)
        elif name in reading.models or name in reading.schema.types:
            message = f"the @manyToMany relation {name!r} is also a type: both would be one table"
            reading.refuse(first.directive.place, message, "give the relation another relationName")
        else:
            _join(reading, name, sites)


def _by_relation(reading: Reading) -> dict[str, list[Site]]:
    found: dict[str, list[Site]] = {}
    for model in list(reading.models.values()):
        for field in model.type.fields.values():
            directive = field.directive("manyToMany")
            target = reading.models.get(field.type_name)
            if directive is None or target is None:
                continue
            name = upper_first(graphql_name(directive.text("relationName") or ""))
            if not name:
                message = f"@manyToMany at {model.name}.{field.name} has no relationName"
                reading.refuse(directive.place, message)
                continue
            found.setdefault(name, []).append(Site(reading, model, field, directive, target))
    return found


def _join(reading: Reading, name: str, sites: list[Site]) -> None:
    first = sites[0]
    sides = [_Side(site.model, site.field, site.field.place) for site in sites]
    if len(sides) == 1:
        message = f"the @manyToMany relation {name!r} stands on {first.subject} alone"
        first.find("many-to-many-one-sided", message)
        sides.append(_Side(first.target, None, first.field.place))
    join = _join_model(name, sides, reading)
    if sides[0].model is sides[1].model:
        message = f"both sides of {name!r} are {first.model.name}: both keys have one name"
        first.find("many-to-many-self", message)
    first.find("join-rows-not-unique", f"nothing makes the pairs in {name} unique")
    reading.models[name] = join
    for side, other in ((sides[0], sides[1]), (sides[1], sides[0])):
        names = _add_keys(reading, join, side)
        _relate(reading, join, side, other, names)
    _note_assumed_flag(first, sides)


def _join_model(name: str, sides: list[_Side], reading: Reading) -> ModelDraft:
    place = sides[0].place
    join_type = SchemaType(name, "object", place, directives=_auth(sides))
    join = ModelDraft(name, place, name, join_type, is_join=True)
    join.has_data_store = reading.conflict.covers(name)
    note = "made by Amplify"
    join.add(Attribute("id", TypeRef("ID", "scalar", required=True), "field", place, note))
    return join


def _auth(sides: list[_Side]) -> list[Directive]:
    """The join model has the rules of both models, and so perhaps an owner."""
    found = []
    for side in sides:
        directive = side.model.type.directive("auth")
        if directive is not None and directive not in found:
            found.append(directive)
    return found


def _key_names(side: ModelDraft, *, follows_target_key: bool) -> tuple[str, ...]:
    """The first ends with the key's name or `ID`; names of sort fields are appended unchanged."""
    suffix = upper_first(side.key_fields[0]) if follows_target_key else "ID"
    first = f"{lower_first(side.table_prefix)}{suffix}"
    return (first, *(f"{lower_first(side.name)}{field}" for field in side.key_fields[1:]))


def _add_keys(reading: Reading, join: ModelDraft, side: _Side) -> tuple[str, ...]:
    model = side.model
    names = _key_names(model, follows_target_key=reading.names_follow_target_key)
    for name, key_field in zip(names, model.key_fields, strict=True):
        ref = model.type_of(key_field)
        note = f"foreign key to {model.name}"
        key = TypeRef(ref.name, ref.kind, required=True)
        join.add(Attribute(name, key, "foreign-key", side.place, note))
    index_name = f"by{model.table_prefix}"
    join.indexes.setdefault(index_name, IndexDraft(index_name, names, side.place))
    return names


def _relate(
    reading: Reading, join: ModelDraft, side: _Side, other: _Side, names: tuple[str, ...]
) -> None:
    """The field's own relation, and the join model's relation to that side."""
    key = side.model.key_fields
    if side.field is not None:
        reading.relations.append(
            Relation(
                side.model.name, side.field.name, "manyToMany", other.model.name, join.name, names,
                key, side.field.required, side.place,
            )
        )  # fmt: skip
    reading.relations.append(
        Relation(
            join.name, lower_first(side.model.name), "belongsTo", side.model.name, join.name, names,
            key, True, side.place,
        )
    )  # fmt: skip


def _note_assumed_flag(site: Site, sides: list[_Side]) -> None:
    follows = site.reading.names_follow_target_key
    used, other = (
        " and ".join(_key_names(side.model, follows_target_key=choice)[0] for side in sides)
        for choice in (follows, not follows)
    )
    site.note_assumed_flag(used, other)
