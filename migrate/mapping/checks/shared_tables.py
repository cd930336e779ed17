"""Tables that several entries fill: one shape, one owner, and keys that stay apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from migrate.errors import Problem
from migrate.mapping.checks.derived import has_derived_key, keys_apart
from migrate.mapping.checks.places import Finding, Where, tables_at
from migrate.mapping.spec import Mapping, Table
from migrate.yaml_source import Document


@dataclass(frozen=True)
class Entry:
    """One entry that makes rows of a table, and where it stands."""

    mapping: Mapping
    document: Document
    where: Where
    table: Table


def entries(files: Sequence[tuple[Mapping, Document]]) -> dict[str, list[Entry]]:
    """Every entry by its target table."""
    found: dict[str, list[Entry]] = {}
    for mapping, document in files:
        for where, table in tables_at(mapping):
            found.setdefault(table.target, []).append(Entry(mapping, document, where, table))
    return found


def problems(files: Sequence[tuple[Mapping, Document]]) -> Iterator[Problem]:
    """What is wrong among entries that share a model or a table."""
    models: dict[str, str] = {}
    for mapping, document in files:
        if mapping.model in models:
            message = f"model {mapping.model} is mapped twice (first in {models[mapping.model]})"
            yield document.problem(("source", "model"), message)
        models.setdefault(mapping.model, document.file)
    for shared in entries(files).values():
        first = shared[0]
        for place, later in enumerate(shared[1:], start=1):
            findings = [*_shape(later, first), *_owner(later, first)]
            for earlier in shared[:place]:
                findings += _keys(later, earlier)
            for finding in findings:
                yield later.document.problem(*finding)


def _shape(later: Entry, first: Entry) -> Iterator[Finding]:
    """They must agree on the columns."""
    table, other, where = later.table, first.table, later.where
    for name in sorted(other.columns.keys() | table.columns.keys()):
        mine, theirs = table.columns.get(name), other.columns.get(name)
        at = (*where, "columns", name) if mine else (*where, "target")
        if mine is None or theirs is None:
            if (mine or theirs).is_required:  # type: ignore[union-attr]
                message = f"column {name} is required, but not every mapping of the table has it"
                yield at, message, ""
            continue
        differing = [
            said
            for said, one, two in (
                ("type", mine.type, theirs.type),
                ("key", mine.key, theirs.key),
                ("references", mine.references, theirs.references),
                ("unique", mine.unique, theirs.unique),
                ("class", mine.data_class, theirs.data_class),
            )
            if one != two
        ]
        if differing:
            message = f"column {name} of {table.target} is declared otherwise in {_file(first)}"
            yield at, message, f"they differ in {', '.join(differing)}"


def _owner(later: Entry, first: Entry) -> Iterator[Finding]:
    """A load that starts anew empties what a mapping owns: never what another one filled."""
    one, other = later.mapping.owns, first.mapping.owns
    if later.mapping is not first.mapping and (one == "table") != (other == "table"):
        message = f"{later.table.target} is owned whole by one mapping, in part by {_file(first)}"
        yield ("owns",), message, "say owns: {where: ...} in both"


def _keys(later: Entry, earlier: Entry) -> Iterator[Finding]:
    if keys_apart(later.table, earlier.table):
        return
    at = (*later.where, "target")
    if later.mapping is earlier.mapping:
        message = f"two entries make rows of {later.table.target} that can have the same key"
        yield at, message, "give each key a constant of its own, such as a first part of uuid5"
    elif has_derived_key(later.table) and has_derived_key(earlier.table):
        message = f"the ids of {later.table.target} are derived in the same way in {_file(earlier)}"
        yield at, message, "give each a constant part of its own"


def _file(entry: Entry) -> str:
    return entry.document.file
