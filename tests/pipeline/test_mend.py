"""Gaps are mended by exports that provably hold everything that is missing, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from migrate.errors import AskOperatorError, FixInputError
from migrate.ledger import streams
from migrate.ledger.captured import CapturedChange, land
from migrate.ledger.streams import Heard, NewShard
from migrate.pipeline.copies import chain_of
from migrate.pipeline.mend import MendResult, mend
from migrate.rehearse.sample.export_writer import (
    ExportedTable,
    WrittenChange,
    write_incremental_export,
)
from tests.exported_world import ExportedWorld, gone, hour, put, rewrite
from tests.small_world import REGION, person, table_name, uid

BROKEN = b'{"Metadata":'


@pytest.fixture
def files(postgres_url: str, tmp_path: Path) -> Mending:
    return Mending(postgres_url, tmp_path / "bucket")


class Mending(ExportedWorld):
    """A captured table of persons with a gap: complete until 10:00, captured again from 13:00."""

    def gap(
        self,
        model: str = "Person",
        complete_until: datetime | None = None,
        covers_from: datetime | None = None,
    ) -> None:
        """Generation 1 is lost, and 3 follows on it."""
        from migrate.ledger import schema

        with psycopg.connect(self.url) as connection:
            schema.install(connection)
            self._pin(connection, model, 1, hour(1))
            streams.set_state(
                connection, model, 1, "lost", problem="trimmed",
                complete_until=complete_until or hour(10),
            )  # fmt: skip
            self._pin(connection, model, 3, covers_from or hour(13))

    def _pin(self, connection: Any, model: str, number: int, at: datetime) -> None:
        streams.pin(
            connection, model, number=number, table=table_name(model), arn=f"arn:{number}",
            label=str(number), view_type="NEW_IMAGE", covers_from=at,
        )  # fmt: skip
        streams.add_shards(connection, model, number, [NewShard(f"shard-{number}", None, at)])

    def mend(self, model: str | None = None, **settings: Any) -> MendResult:
        settings = {"offline": True, **settings}
        return mend(self.job(), str(self.folder), model=model, **settings)

    def states(self, model: str = "Person") -> list[tuple[int, str, str]]:
        with psycopg.connect(self.url) as connection:
            return [(g.number, g.kind, g.state) for g in streams.generations(connection, model)]

    def landed(self) -> list[tuple[int, int, str, str]]:
        """(generation, sequence, kind, last digits of the id and the item's code)."""
        rows = self.rows(
            "select generation, sequence::int, kind, right(item_key::json->'id'->>'S', 12),"
            " convert_from(image, 'UTF8')::json->'code'->>'S' from migrate.changes"
            " join migrate.shards using (shard) order by generation, sequence"
        )
        return [
            (row[0], row[1], row[2], f"{row[3].lstrip('0')} {row[4] or ''}".strip()) for row in rows
        ]

    def span(
        self,
        changes: Sequence[WrittenChange],
        start: datetime,
        end: datetime,
        model: str = "Person",
    ) -> Path:
        table = ExportedTable(table_name(model), REGION)
        return write_incremental_export(self.folder, table, changes, from_time=start, to_time=end)

    def refusal(self, **settings: Any) -> FixInputError:
        """Of a mend that changes nothing."""
        before = self.states()
        with pytest.raises(FixInputError) as refused:
            self.mend(**settings)
        assert self.states() == before
        assert self.landed() == []
        return refused.value


def test_a_gap_is_filled_by_the_newest_change_of_each_key(files: Mending) -> None:
    files.gap()
    files.window("Person", [put(person(1, code="a"), 1), put(person(2, code="b"), 2), gone(3, 3)],
                 9, 11)  # fmt: skip
    files.window("Person", [put(person(1, code="c"), 4), gone(2, 5)], 11, 14)
    (mended,) = files.mend().tables
    assert (mended.model, mended.generation, mended.exports, mended.changes) == ("Person", 2, 2, 3)
    assert (mended.since, mended.until) == ("2026-05-01T09:00:00Z", "2026-05-01T14:00:00Z")
    assert files.landed() == [
        (2, 1, "removed", "3"),
        (2, 2, "put", "1 c"),
        (2, 3, "removed", "2"),
    ]
    assert files.states() == [
        (1, "stream", "mended"),
        (2, "exports", "ended"),
        (3, "stream", "open"),
    ]


def test_the_chain_runs_through_a_mended_gap(files: Mending) -> None:
    files.gap()
    files.window("Person", [put(person(1), 1)], 9, 14)
    files.mend()
    with psycopg.connect(files.url) as connection:
        generations = streams.generations(connection, "Person")
        assert [one.number for one in chain_of(generations)] == [1, 2, 3]
        known = streams.shards(connection, "Person")
    # All before the last is closed, so that what follows may be applied.
    assert [(one.generation, one.state, one.position, one.captured) for one in known] == [
        (1, "closed", None, 0),
        (2, "closed", 1, 1),
        (3, "open", None, 0),
    ]


def test_exports_without_a_change_mend_too(files: Mending) -> None:
    files.gap()
    files.window("Person", [], 9, 14)
    assert files.mend().tables[0].changes == 0
    assert files.states()[1] == (2, "exports", "ended")


def test_mending_again_finds_nothing_to_do(files: Mending) -> None:
    files.gap()
    files.window("Person", [put(person(1), 1)], 9, 14)
    files.mend()
    assert files.mend().tables == []
    assert len(files.landed()) == 1


def test_the_overlap_must_be_five_minutes_at_both_ends(files: Mending) -> None:
    edge = timedelta(minutes=5)
    second = timedelta(seconds=1)
    files.gap()
    files.span([], hour(10) - edge + second, hour(13) + edge)
    assert "begin at 2026-05-01T09:55:01Z" in files.refusal().message
    files.span([], hour(10) - edge, hour(13) + edge - second)
    refused = files.refusal()
    assert "reach to 2026-05-01T13:04:59Z" in refused.message
    assert "2026-05-01T09:55:00Z to 2026-05-01T13:05:00Z" in refused.message
    assert "--since 2026-05-01T09:55:00Z --until 2026-05-01T13:05:00Z" in refused.hint
    files.span([], hour(10) - edge, hour(13) + edge)
    assert files.mend().tables[0].exports == 1


def test_a_hole_between_windows_is_refused_and_named(files: Mending) -> None:
    files.gap()
    files.window("Person", [], 9, 11)
    files.window("Person", [], 12, 14)
    refused = files.refusal()
    assert (
        "reach to 2026-05-01T11:00:00Z, the next begins at 2026-05-01T12:00:00Z" in refused.message
    )


def test_windows_that_overlap_are_joined_where_they_fit(files: Mending) -> None:
    files.gap()
    files.window("Person", [put(person(1, code="short"), 1)], 9, 11)
    files.window("Person", [put(person(1, code="long"), 2)], 9, 12)
    files.window("Person", [put(person(2), 3)], 12, 14)
    assert files.mend().tables[0].exports == 2
    assert files.landed() == [(2, 1, "put", "1 long"), (2, 2, "put", "2")]


def test_exports_of_other_tables_and_full_ones_do_not_count(files: Mending) -> None:
    files.gap()
    files.full("Person", [person(1)], at=9)
    files.window("Visit", [], 9, 14)
    assert "no incremental export of Person" in files.refusal().message


def test_exports_that_end_before_the_gap_are_refused(files: Mending) -> None:
    files.gap()
    files.window("Person", [], 6, 9)
    assert "do not reach its begin" in files.refusal().message


def test_a_line_that_is_no_change_stops_it_and_nothing_has_happened(files: Mending) -> None:
    files.gap()
    place = files.window("Person", [put(person(n), n) for n in range(4)], 9, 14, files=1)
    rewrite(place, 0, lambda lines: [*lines[:-1], BROKEN])
    refused = files.refusal()
    assert "is no change of an incremental export" in refused.message
    assert ".json.gz:4" in refused.message


def test_a_damaged_file_stops_it_and_nothing_has_happened(files: Mending) -> None:
    files.gap()
    place = files.window("Person", [put(person(n), n) for n in range(4)], 9, 14, files=1)
    (data,) = (place.parent / "data").glob("*.gz")
    data.write_bytes(data.read_bytes()[:-20])
    files.refusal()


def test_all_gaps_are_mended_or_none(files: Mending) -> None:
    files.gap()
    files.gap("Visit")
    files.window("Person", [put(person(1), 1)], 9, 14)
    refused = files.refusal()
    assert "no incremental export of Visit" in refused.message
    assert [one.model for one in files.mend("Person").tables] == ["Person"]
    assert files.states("Visit")[0] == (1, "stream", "lost")
    files.window("Visit", [], 9, 14)
    assert [one.model for one in files.mend().tables] == ["Visit"]


def test_a_gap_behind_which_nothing_is_captured_waits(files: Mending) -> None:
    files.gap()
    files.sql("delete from migrate.shards where generation = 3")
    files.sql("delete from migrate.streams where generation = 3")
    files.window("Person", [], 9, 14)
    with pytest.raises(AskOperatorError, match="nothing is captured behind the gap") as refused:
        files.mend()
    assert "run `migrate capture`" in refused.value.hint


def test_only_the_newest_gap_is_mended_unless_a_model_is_named(files: Mending) -> None:
    files.gap()
    with psycopg.connect(files.url) as connection:
        streams.set_state(connection, "Person", 3, "lost", problem="b", complete_until=hour(15))
        files._pin(connection, "Person", 5, hour(16))
    files.window("Person", [put(person(1), 1)], 14, 17)
    assert files.mend().tables[0].generation == 4
    assert files.mend().tables == []
    assert [state for _, _, state in files.states()] == ["lost", "mended", "ended", "open"]


def test_no_ledger_and_no_gap_are_nothing_to_mend(files: Mending) -> None:
    assert files.mend().tables == []


def test_an_unknown_model_is_refused(files: Mending) -> None:
    with pytest.raises(FixInputError, match="no mapping of a model Perso"):
        files.mend("Perso")


def test_exports_of_a_table_that_was_made_anew_are_refused(
    files: Mending, dynamodb_endpoint: str
) -> None:
    from migrate.aws import Source

    files.gap()
    files.window("Person", [], 9, 14)
    live = type(files)(files.url, files.folder, Source(REGION, dynamodb_endpoint))
    live._dynamodb = _client(live)
    live.create_table("Person")
    with pytest.raises(FixInputError, match="another table than today's"):
        live.mend(offline=False)
    assert files.states()[0] == (1, "stream", "lost")


def _client(world: Mending) -> Any:
    from migrate.aws import client

    return client("dynamodb", world.source)


def test_a_capture_that_still_reads_the_lost_stream_cannot_change_a_mended_one(
    files: Mending,
) -> None:
    files.gap()
    files.window("Person", [], 9, 14)
    files.mend()
    with psycopg.connect(files.url) as connection:
        shard = streams.shards(connection, "Person", 1)[0]
        key = f'{{"id":{{"S":"{uid(1)}"}}}}'
        land(connection, [CapturedChange(shard.shard, 7, key, "put", b"{}", None, hour(9))])
        heard = Heard(shard.shard, None, 7, 1, False, hour(14), None, hour(9))
        assert not streams.advance(connection, [heard])
        connection.rollback()
