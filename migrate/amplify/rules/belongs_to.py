"""@belongsTo without `references`: which key it reads depends on the other side."""

from __future__ import annotations

from migrate.amplify.graph import Attribute, TypeRef
from migrate.amplify.rules.casing import camel
from migrate.amplify.rules.has_one import own_key
from migrate.amplify.rules.site import Site
from migrate.amplify.sdl.schema import SchemaField


def belongs_to(site: Site) -> None:
    fields = site.directive.texts("fields")
    if fields:
        if site.declared(site.model, fields):
            site.relate("belongsTo", site.model, fields, site.target.key_fields)
        return
    opposite = _opposite(site)
    if opposite is None:
        message = f"{site.subject} belongs to {site.target.name}, which has no relation back"
        site.find("belongs-to-without-opposite", message)
    if opposite is None or opposite.directive("hasOne"):
        own_key(site, "belongsTo")  # opposite @hasOne this is a second key, independent of its own
    else:
        _shared_key(site, opposite)


def _opposite(site: Site) -> SchemaField | None:
    """The first relation back, as Amplify looks for it."""
    for field in site.target.type.fields.values():
        if field.type_name == site.model.name and field.directive("hasOne", "hasMany"):
            return field
    return None


def _shared_key(site: Site, opposite: SchemaField) -> None:
    """Opposite @hasMany: the key is named after the other side, which makes it."""
    suffixes = list(site.target.key_fields)
    if not site.reading.names_follow_target_key:
        suffixes[0] = "id"
    prefixes = [site.target.table_prefix] + [site.target.name] * (len(suffixes) - 1)
    names = tuple(
        camel(prefix, opposite.name, suffix)
        for prefix, suffix in zip(prefixes, suffixes, strict=True)
    )
    if any(name not in site.model.attributes for name in names):
        message = (
            f"{site.subject} reads {', '.join(names)}, which no item holds:"
            f" {site.target.name}.{opposite.name} uses a key of its own"
        )
        site.find("relation-key-not-stored", message)
        for name, key_field in zip(names, site.target.key_fields, strict=True):
            ref = site.target.type_of(key_field)
            note = "read by the relation, written by nobody"
            site.model.add(
                Attribute(name, TypeRef(ref.name, ref.kind), "foreign-key", site.field.place, note)
            )
    site.relate("belongsTo", site.model, names, site.target.key_fields)
