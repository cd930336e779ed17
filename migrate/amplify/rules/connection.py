"""Transformer 1's @connection, in all its forms.

Both ends of a connection carry the same `name`. The key is always named with `id` at its end.
"""

from __future__ import annotations

from migrate.amplify.graph import Attribute, RelationKind, TypeRef
from migrate.amplify.rules.casing import camel
from migrate.amplify.rules.has_many import through_index
from migrate.amplify.rules.reading import ModelDraft
from migrate.amplify.rules.site import Site
from migrate.amplify.sdl.schema import SchemaField


def connection(site: Site) -> None:
    if site.directive.texts("fields"):
        _by_fields(site)
    elif site.field.list_depth:
        _list(site, _other_end(site))
    else:
        _single(site, _other_end(site))


def _by_fields(site: Site) -> None:
    """`fields` are own fields that are a key of the other model, or of its index `keyName`."""
    fields = site.directive.texts("fields")
    if not site.declared(site.model, fields):
        return
    key_name = site.directive.text("keyName")
    if site.field.list_depth and key_name is not None:
        through_index(site, key_name, fields)
    elif site.field.list_depth:
        site.relate("hasMany", site.target, site.target.key_fields, fields)
    else:
        site.relate(_kind_by_fields(site), site.model, fields, site.target.key_fields)


def _kind_by_fields(site: Site) -> RelationKind:
    """Several items may share a key, unless nothing on the other model looks back as a list."""
    for field in site.target.type.fields.values():
        back = field.directive("connection")
        if back is not None and back.texts("fields")[:1] == site.target.key_fields[:1]:
            return "belongsTo" if field.list_depth or site.field.required else "hasOne"
    return "belongsTo" if site.field.required else "hasOne"


def _other_end(site: Site) -> SchemaField | None:
    name = site.directive.text("name")
    if name is None:
        return None
    for field in site.target.type.fields.values():
        if field is not site.field:
            back = field.directive("connection")
            if back is not None and back.text("name") == name:
                return field
    return None


def _list(site: Site, other: SchemaField | None) -> None:
    """A list: the key lies on the other model, named after the single end if there is one."""
    key_field = site.directive.text("keyField")
    if other is not None and not other.list_depth:
        back = other.directive("connection")
        key_field = key_field or (back.text("keyField") if back else None)
        name = key_field or camel(site.target.name, other.name, "id")
        required = other.required
    else:
        name = key_field or camel(site.model.name, site.field.name, "id")
        required = False
    _imply(site, site.target, name, required=required)
    site.relate("hasMany", site.target, (name,), site.model.key_fields[:1])
    connection_name = site.directive.text("name") or site.subject
    sort_field = site.directive.text("sortField")
    fields = (name, sort_field) if sort_field in site.target.attributes else (name,)
    site.add_index(site.target, f"gsi-{connection_name}", tuple(one for one in fields if one))


def _single(site: Site, other: SchemaField | None) -> None:
    """A single end: the key lies on the own model."""
    back = other.directive("connection") if other is not None else None
    is_back_list = other is not None and other.list_depth > 0
    key_field = site.directive.text("keyField")
    if key_field is None and is_back_list and back is not None:
        key_field = back.text("keyField")
    name = key_field or camel(site.model.name, site.field.name, "id")
    _imply(site, site.model, name, required=site.field.required)
    names: tuple[str, ...] = (name,)
    sort_field = site.directive.text("sortField")
    if not is_back_list and sort_field is not None and sort_field in site.model.attributes:
        names = (name, sort_field)
    site.relate(
        _kind_of_single(site, other), site.model, names, site.target.key_fields[: len(names)]
    )


def _kind_of_single(site: Site, other: SchemaField | None) -> RelationKind:
    if other is None or other.list_depth:
        return "belongsTo"
    return "belongsTo" if site.field.required and not other.required else "hasOne"


def _imply(site: Site, holder: ModelDraft, name: str, *, required: bool) -> None:
    note = f"foreign key made by {site.subject}"
    ref = TypeRef("ID", "scalar", required=required)
    holder.add(Attribute(name, ref, "foreign-key", site.field.place, note))
