"""Constants that a column refuses, and policies that cannot be carried out."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.mapping.checks.places import Finding, columns_at
from migrate.mapping.convert import check_constants
from migrate.mapping.spec import Mapping


def check(mapping: Mapping) -> Iterator[Finding]:
    """Every constant fits its column; every orphan policy its columns."""
    for where, _, name, column in columns_at(mapping):
        for error in check_constants(column):
            yield (*where, *error.path), str(error), ""
        policy = column.orphans or mapping.orphans
        if policy == "null" and column.references and column.is_required:
            message = f"orphans: null cannot empty {name}, which is required"
            yield (*where, "references"), message, "say orphans: reject (or stop) in the column"
