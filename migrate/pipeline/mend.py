"""Mends gaps of captured tables with incremental exports, so that no full copy is needed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from migrate.aws import client
from migrate.errors import AskOperatorError, FixInputError
from migrate.ledger import mending, streams
from migrate.ledger.changes import ExportedChange
from migrate.ledger.streams import Generation
from migrate.mapping.key import item_key_text
from migrate.mapping.spec import Mapping
from migrate.observe import Note, Observer, silent
from migrate.pipeline.capture_gaps import shown
from migrate.pipeline.job import Job
from migrate.pipeline.mend_windows import Gap, windows_of
from migrate.pipeline.session import locked
from migrate.source.export import Export, find_exports, read_incremental_file, store_of
from migrate.source.tables import describe
from migrate.target.connection import Connection


@dataclass(frozen=True, slots=True)
class MendedTable:
    """One gap that is filled. `changes`: the newest of each key that changed in `since` to
    `until`, in so many exports."""

    model: str
    table: str
    generation: int
    exports: int
    changes: int
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class MendResult:
    """What `migrate mend --json` prints; no tables: there was no gap to mend."""

    tables: list[MendedTable]


@dataclass(frozen=True, slots=True)
class _Filling:
    mapping: Mapping
    gap: Gap
    windows: tuple[Export, ...]


def mend(
    job: Job,
    location: str,
    *,
    model: str | None = None,
    offline: bool = False,
    accept_edited_manifest: bool = False,
    observer: Observer = silent,
) -> MendResult:
    """Fill the newest gap of each table, or of `model` alone, with the exports at `location`.

    All gaps or none, in one transaction; a table whose newest gap is mended is left alone.
    `offline`: whether the exports are of today's table is not looked up. Raises AskOperatorError
    where a stream does not stand again yet, and FixInputError, naming the instants, for exports
    that leave something out, and for a line of them that says nothing readable.
    """
    with locked(job.target, "migrate mend") as session:
        connection = session.connection
        gaps = _gaps(connection, job, model)
        if not gaps:
            return MendResult([])
        exports = find_exports(location, job.source, accept_edited_manifest=accept_edited_manifest)
        fillings = _fillings(gaps, exports)
        if not offline:
            _refuse_other_tables(job, fillings)
        with connection.transaction():
            found = [_fill(connection, job, one, observer) for one in fillings]
        return MendResult(found)


def _gaps(connection: Connection, job: Job, model: str | None) -> list[tuple[Mapping, Gap]]:
    """The newest gap of each table, unless it is mended. Raises AskOperatorError."""
    wanted = [one for one in job.mappings if model in (None, one.model)]
    if not wanted:
        known = ", ".join(sorted(one.model for one in job.mappings))
        raise FixInputError(f"there is no mapping of a model {model}", f"models: {known}")
    found = []
    for mapping in wanted:
        held = streams.generations(connection, mapping.model)
        ends = [one for one in held if one.state in {"lost", "mended"}]
        if not ends or ends[-1].state == "mended":
            continue
        following = [one for one in held if one.number > ends[-1].number]
        if not following:
            raise AskOperatorError(
                f"{mapping.model}: nothing is captured behind the gap ({ends[-1].problem})",
                "switch the table's stream on and run `migrate capture`; then export the changes"
                " up to some minutes after that",
            )
        found.append((mapping, Gap(ends[-1], following[0])))
    connection.commit()
    return found


def _fillings(gaps: Sequence[tuple[Mapping, Gap]], exports: Sequence[Export]) -> list[_Filling]:
    """What fills each gap. Raises FixInputError that names all that is missing."""
    found: list[_Filling] = []
    missing: list[str] = []
    for mapping, gap in gaps:
        windows = windows_of(gap, exports)
        if isinstance(windows, str):
            missing.append(windows)
        else:
            found.append(_Filling(mapping, gap, windows))
    if missing:
        since = min(gap.begins for _, gap in gaps)
        until = max(gap.ends for _, gap in gaps)
        raise FixInputError(
            "; ".join(missing),
            "export what is missing: `migrate export --incremental --since"
            f" {shown(since.replace(microsecond=0))} --until {_next_second(shown(until))}",
        )
    return found


def _next_second(text: str) -> str:
    return f"{text} or later`"


def _refuse_other_tables(job: Job, fillings: Sequence[_Filling]) -> None:
    """A table that was deleted and made anew has the same name and another id."""
    dynamodb = client("dynamodb", job.source)
    for one in fillings:
        table = describe(dynamodb, one.gap.following.table)
        exported = one.windows[0].table_id
        if table.table_id != exported:
            raise FixInputError(
                f"the exports are of another table than today's {table.name}: its id is"
                f" {exported}, today's {table.table_id}",
                "the table was made anew since: load it again; or say --offline if you know that"
                " it is the same",
            )
    dynamodb.close()


def _fill(connection: Connection, job: Job, one: _Filling, observer: Observer) -> MendedTable:
    first, last = one.windows[0], one.windows[-1]
    assert first.from_time is not None
    observer(Note(f"{one.mapping.model}: reads {len(one.windows)} incremental exports"))
    exports = dataclasses.replace(
        one.gap.lost,
        number=one.gap.lost.number + 1,
        kind="exports",
        arn=last.table_arn,
        label=last.export_id,
        state="ended",
        problem="",
        covers_from=first.from_time,
        complete_until=last.to_time,
    )
    changes = mending.land(connection, exports, _changes(job, one))
    _close_gap(connection, one.gap.lost)
    return MendedTable(
        model=one.mapping.model,
        table=exports.table,
        generation=exports.number,
        exports=len(one.windows),
        changes=changes,
        since=shown(first.from_time),
        until=shown(last.export_time),
    )


def _close_gap(connection: Connection, lost: Generation) -> None:
    """At the transaction's end: `capture` may still read what is left of the lost stream, and
    would wait for us."""
    streams.close_shards(connection, lost.model, lost.number)
    streams.set_state(connection, lost.model, lost.number, "mended", problem=lost.problem)


def _changes(job: Job, one: _Filling) -> Iterator[ExportedChange]:
    """Every change of the windows. Raises FixInputError for a line that is none: nobody knows
    which item it changed."""
    for number, export in enumerate(one.windows, start=1):
        store = store_of(export.location, job.source)
        for file in export.files:
            for page in read_incremental_file(store, file):
                if page.broken:
                    raise FixInputError(
                        f"{file.name}:{page.broken[0][0]} is no change of an incremental export",
                        "nothing was mended: which item it changed is not known; export that"
                        " window again",
                    )
                for change in page.changes:
                    key = item_key_text(one.mapping, change.key)
                    yield ExportedChange(key, number, change.at_micros, change.image)
