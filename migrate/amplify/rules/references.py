"""Relations by `references` (Gen 2): the key is declared fields of the model that belongs."""

from __future__ import annotations

from migrate.amplify.graph import RelationKind
from migrate.amplify.rules.site import Site


def references(site: Site) -> None:
    names = site.directive.texts("references")
    if site.directive.name == "belongsTo":
        if site.declared(site.model, names):
            site.relate("belongsTo", site.model, names, site.target.key_fields)
        return
    if not site.declared(site.target, names):
        return
    kind: RelationKind = "hasOne" if site.directive.name == "hasOne" else "hasMany"
    site.relate(kind, site.target, names, site.model.key_fields)
    default = f"gsi-{site.model.table_prefix}.{site.field.name}"
    # Three or more references: the item holds `second#third` too, as the index's sort key.
    site.add_index(site.target, site.directive.text("overrideIndexName") or default, names)
