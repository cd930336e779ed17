"""The appendix: versions and hashes of the tool, the mappings, the profile and the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate.report.document import Block, Column, Fact, Facts, Row, Table
from migrate.report.json_form import content_hash
from migrate.report.record import Record
from migrate.report.text import Texts

_MAPPING = "mapping:"


def blocks(record: Record, texts: Texts) -> Sequence[Block]:
    """What ran, so that the same can be run again, and the hash of this report's content."""
    general = {
        name: value for name, value in record.versions.items() if not name.startswith(_MAPPING)
    }
    facts = [Fact(texts.name("versions", name), value, "code") for name, value in general.items()]
    columns = [
        Column(texts("versions_table.model"), "code"),
        Column(texts("versions_table.hash"), "code"),
    ]
    rows = [
        Row((name.removeprefix(_MAPPING), value))
        for name, value in record.versions.items()
        if name.startswith(_MAPPING)
    ]
    files = [Fact(texts.name("files", name), path, "code") for name, path in record.report.items()]
    hash_fact = Fact(texts("versions_table.content_hash"), content_hash(record), "code")
    return [
        Facts(texts("versions_table.general"), facts),
        Table(texts("versions_table.mappings"), columns, rows, texts("versions_table.none")),
        *_exports(record, texts),
        Facts(texts("versions_table.report"), [hash_fact, *files]),
    ]


def _exports(record: Record, texts: Texts) -> Iterator[Block]:
    """The exports that were read instead of tables."""
    if not record.exports:
        return
    columns = [
        Column(texts("versions_table.model"), "code"),
        Column(texts("versions_table.export"), "code", "wide"),
        Column(texts("versions_table.kind"), width="word"),
        Column(texts("versions_table.from_time"), "time"),
        Column(texts("versions_table.to_time"), "time"),
        Column(texts("versions_table.lines"), "count"),
    ]
    rows = [
        Row(
            (
                one.model,
                one.arn.rpartition("/")[2],
                texts.name("export_kinds", one.kind),
                one.from_time,
                one.to_time,
                one.items,
            )
        )
        for one in record.exports
    ]
    yield Table(texts("versions_table.exports"), columns, rows)
