"""@hasMany without `references`: the key lies on the other model."""

from __future__ import annotations

from migrate.amplify.rules.casing import camel
from migrate.amplify.rules.site import Site


def has_many(site: Site) -> None:
    index_name = site.directive.text("indexName")
    fields = site.directive.texts("fields")
    if fields and not site.declared(site.model, fields):
        return
    if index_name is not None:
        through_index(site, index_name, fields)
    elif fields:
        site.relate("hasMany", site.target, site.target.key_fields, fields)
    else:
        _implicit(site)


def through_index(site: Site, index_name: str, fields: tuple[str, ...]) -> None:
    """The key is the other model's fields under an index that the user named."""
    index = site.target.indexes.get(index_name)
    if index is None:
        message = f"{site.subject} asks for an index {index_name!r}, which {site.target.name} lacks"
        site.find("relation-index-missing", message)
        return
    site.relate("hasMany", site.target, index.fields, fields or site.model.key_fields)


def _implicit(site: Site) -> None:
    prefix = (site.model.name, site.field.name)
    names = site.imply_keys(site.target, site.model, prefix, required=site.field.required)
    site.relate("hasMany", site.target, names, site.model.key_fields)
    follows = site.reading.names_follow_target_key
    suffix = "id" if follows else site.model.key_fields[0]
    site.note_assumed_flag(names[0], camel(site.model.table_prefix, site.field.name, suffix))
    # With the flag off the index has no sort key.
    indexed = names if follows else names[:1]
    site.add_index(site.target, f"gsi-{site.model.table_prefix}.{site.field.name}", indexed)
