"""Relations: finds every relation field and hands it to the rule of its directive."""

from __future__ import annotations

from collections.abc import Callable

from migrate.amplify.rules.belongs_to import belongs_to
from migrate.amplify.rules.connection import connection
from migrate.amplify.rules.has_many import has_many
from migrate.amplify.rules.has_one import has_one
from migrate.amplify.rules.reading import Reading
from migrate.amplify.rules.references import references
from migrate.amplify.rules.site import Site

_RULES: dict[str, Callable[[Site], None]] = {
    "hasOne": has_one,
    "hasMany": has_many,
    "belongsTo": belongs_to,
    "connection": connection,
}


def read_relations(reading: Reading) -> None:
    """Add all relations, with the attributes and indexes they imply.

    @belongsTo comes last, because it may share a key that the other side makes.
    """
    sites = _sites(reading)
    for site in sites:
        if site.directive.name != "belongsTo":
            _read(site)
    for site in sites:
        if site.directive.name == "belongsTo":
            _read(site)
    _sort(reading)


def _sort(reading: Reading) -> None:
    """Into the order of the input; those of join models come last."""
    order = {
        (model.name, field): (model_index, field_index)
        for model_index, model in enumerate(reading.models.values())
        for field_index, field in enumerate(model.type.fields)
    }
    last = (len(reading.models), 0)
    reading.relations.sort(key=lambda one: order.get((one.model, one.field), last))


def _sites(reading: Reading) -> list[Site]:
    sites = []
    for model in reading.models.values():
        for field in model.type.fields.values():
            directive = field.directive(*_RULES)
            target = reading.models.get(field.type_name)
            if directive is not None and target is not None:
                sites.append(Site(reading, model, field, directive, target))
    return sites


def _read(site: Site) -> None:
    if site.directive.texts("references"):
        references(site)
    else:
        _RULES[site.directive.name](site)
    _check_required(site)


def _check_required(site: Site) -> None:
    """A required relation whose key is optional promises more than the items keep."""
    if not site.field.required or site.field.list_depth:
        return
    relation = next((one for one in site.reading.relations if one.place == site.field.place), None)
    if relation is None:
        return
    holder = site.reading.models[relation.holder]
    optional = [name for name in relation.attributes if not holder.type_of(name).required]
    if optional:
        message = f"{site.subject} is required, but its key {optional[0]!r} is optional"
        site.find("required-relation-not-enforced", message)
