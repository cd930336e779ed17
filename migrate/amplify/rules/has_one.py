"""@hasOne without `references`: the key lies on the model that declares the field."""

from __future__ import annotations

from migrate.amplify.graph import RelationKind
from migrate.amplify.rules.casing import camel
from migrate.amplify.rules.site import Site


def has_one(site: Site) -> None:
    fields = site.directive.texts("fields")
    if fields:
        if site.declared(site.model, fields):
            site.relate("hasOne", site.model, fields, site.target.key_fields)
        return
    own_key(site, "hasOne")


def own_key(site: Site, kind: RelationKind) -> None:
    """A key on the own model, named after model and field, that no field declares."""
    prefix = (site.model.name, site.field.name)
    names = site.imply_keys(site.model, site.target, prefix, required=site.field.required)
    site.relate(kind, site.model, names, site.target.key_fields)
    follows = site.reading.names_follow_target_key
    suffix = "id" if follows else site.target.key_fields[0]
    site.note_assumed_flag(names[0], camel(site.model.table_prefix, site.field.name, suffix))
