"""Evidence on rejects that no item justifies alone: values that its absent rows would hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from migrate.mapping.spec import Mapping
from migrate.validate.identity import source_text
from migrate.validate.interpretation import ExpectedRow, Key
from migrate.validate.judge import Claim
from migrate.validate.target_table import TargetTable


@dataclass(frozen=True, slots=True)
class Evidence:
    """One value of a row that is absent because of a reject that is judged over the whole."""

    claim: str
    """The reject: model, item key, list and position, as `identity.source_text` writes them."""
    rule: str
    source: str
    """What makes the row, in the same form."""
    table: str
    column: str
    """A unique column; empty for the row's key."""
    value: str
    """Canonical text; of a key, a JSON array of them."""
    key: str
    """The row's key as a JSON array."""
    kept_by: str | None
    """The column by which one of several duplicates stays; empty where none may; None where the
    policy names no column of this table."""
    kept_value: str | None
    """The row's value of that column."""


def evidence_of(
    claim: Claim, mapping: Mapping, item_key: str, tables: dict[str, TargetTable]
) -> Iterator[Evidence]:
    """The key and the unique values of every row that is absent because of `claim`."""
    reject, model = claim.rejected, mapping.model
    claimed = source_text(model, item_key, reject.list, reject.position)
    for row in claim.rows:
        source = source_text(model, item_key, row.list, row.position)
        key = written_key(row.key)
        kept_by, kept_value = _kept(mapping, row)
        for column, value in _values(row, key, tables[row.table].unique):
            yield Evidence(
                claimed, reject.rule, source, row.table, column, value, key, kept_by, kept_value
            )


def _kept(mapping: Mapping, row: ExpectedRow) -> tuple[str | None, str | None]:
    if mapping.duplicates == "reject-all":
        return "", None
    if row.table != mapping.target:
        return None, None
    return mapping.duplicates.column, row.values[mapping.duplicates.column]


def _values(row: ExpectedRow, key: str, unique: set[str]) -> Iterator[tuple[str, str]]:
    yield "", key
    for name in sorted(unique & row.values.keys()):
        value = row.values[name]
        if value is not None:
            yield name, value


def written_key(key: Key) -> str:
    """A key as one text."""
    return json.dumps(key, ensure_ascii=False)


def read_key(text: str) -> Key:
    """The inverse of `written_key`."""
    return tuple(json.loads(text))
