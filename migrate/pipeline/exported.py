"""Which exports stand for the mapped tables."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.aws import Source
from migrate.errors import FixInputError
from migrate.mapping.spec import Mapping
from migrate.source.export import Chain, chain_of, find_exports
from migrate.source.tables import table_name


def chains(
    location: str,
    source: Source,
    mappings: Sequence[Mapping],
    api_id: str,
    environment: str,
    *,
    accept_edited_manifest: bool = False,
) -> dict[str, Chain]:
    """By model, the newest full export of its table at or below `location` (a folder, or s3://)
    and the incremental ones behind it. Raises FixInputError naming every table without one."""
    exports = find_exports(location, source, accept_edited_manifest=accept_edited_manifest)
    names = {mapping.model: table_name(mapping.model, api_id, environment) for mapping in mappings}
    full = {one.table_name for one in exports if one.kind == "full"}
    missing = [name for name in names.values() if name not in full]
    if missing:
        known = ", ".join(sorted(full)) or "none"
        raise FixInputError(
            f"{location} holds no full export of {', '.join(missing)}",
            f"full exports there are of: {known}; `migrate export` makes them",
        )
    return {model: chain_of(exports, name) for model, name in names.items()}
