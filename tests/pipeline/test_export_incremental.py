"""Incremental exports: windows that AWS accepts, joined end to start, one after the other."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.errors import FixInputError, RetryLaterError
from migrate.pipeline.export_windows import WINDOW_MAX, WINDOW_MIN, windows
from migrate.rehearse.sample.export_writer import (
    ExportedTable,
    write_full_export,
    write_incremental_export,
)
from tests.pipeline.exporting import Events, ago, run, statuses
from tests.small_world import table_name
from tests.source.scripted_exports import DAY, NOW, Exports

_START = datetime(2026, 5, 1, tzinfo=UTC)
_LATEST = NOW - timedelta(minutes=5)
_MODELS = ("Person", "Visit")


@given(
    seconds=st.integers(15 * 60, 35 * 86_400),
    is_open=st.booleans(),
)
def test_windows_cover_the_span_without_gap_and_each_is_one_that_aws_takes(
    seconds: int, is_open: bool
) -> None:
    end = _START + timedelta(seconds=seconds)
    found = windows("T", _START, None if is_open else end, end)
    assert found[0][0] == _START
    assert found[-1][1] == (None if is_open else end)
    starts = [start for start, _ in found[1:]]
    assert [stop for _, stop in found[:-1]] == starts
    for start, stop in found:
        assert WINDOW_MIN <= (stop or end) - start <= WINDOW_MAX
    start, _ = found[-1]
    if is_open:  # it may still grow a little before AWS has the request
        assert end + timedelta(minutes=9) - start <= WINDOW_MAX


@given(seconds=st.integers(15 * 60, 3 * 86_400), later=st.integers(0, 3600))
def test_windows_that_are_closed_stay_the_same_later(seconds: int, later: int) -> None:
    end = _START + timedelta(seconds=seconds)
    early = windows("T", _START, None, end)
    late = windows("T", _START, None, end + timedelta(seconds=later))
    if len(early) == len(late):
        assert early[:-2] == late[:-2]


def test_a_span_that_is_too_short_is_refused_and_one_that_still_grows_is_for_later() -> None:
    with pytest.raises(FixInputError, match="15 minutes"):
        windows("T", _START, _START + timedelta(minutes=14), _LATEST)
    with pytest.raises(RetryLaterError, match="there are 14 since"):
        windows("T", _START, None, _START + timedelta(minutes=14, seconds=59))


def test_the_changes_of_a_span_are_exported(aws: Exports) -> None:
    result = run(aws, since=ago(6 * 3600), until=ago(3600))
    assert {one.status for one in result.exports} == {"completed"}
    asked = aws.begun[0]["request"]
    assert asked["ExportType"] == "INCREMENTAL_EXPORT"
    assert asked["IncrementalExportSpecification"] == {
        "ExportFromTime": NOW.timestamp() - 6 * 3600,
        "ExportToTime": NOW.timestamp() - 3600,
        "ExportViewType": "NEW_IMAGE",
    }
    one = result.exports[0]
    assert (one.kind, one.since, one.until) == (
        "incremental", ago(6 * 3600).isoformat(), ago(3600).isoformat(),
    )  # fmt: skip


def test_without_an_end_the_newest_is_exported_and_its_end_told(aws: Exports) -> None:
    result = run(aws, since=ago(3600), view="new-and-old")
    window = aws.begun[0]["request"]["IncrementalExportSpecification"]
    assert "ExportToTime" not in window
    assert window["ExportViewType"] == "NEW_AND_OLD_IMAGES"
    assert result.exports[0].until == _LATEST.isoformat()


def test_a_long_span_is_exported_window_by_window(aws: Exports) -> None:
    result = run(aws, since=ago(2.5 * DAY))
    assert len(result.exports) == 6
    persons = [one for one in aws.begun if one["TableArn"].endswith(table_name("Person"))]
    for before, after in itertools.pairwise(persons):
        assert after["StartTime"] >= before["EndTime"]
        earlier, later = (one["IncrementalExportSpecification"] for one in (before, after))
        assert later["ExportFromTime"] == earlier["ExportToTime"]


def test_a_failed_window_keeps_the_later_ones_from_being_started(aws: Exports) -> None:
    aws.failing[table_name("Person")] = ("S3NoSuchBucket", "")
    result = run(aws, since=ago(2.5 * DAY))
    persons = [one.status for one in result.exports if one.model == "Person"]
    assert persons == ["failed", "waiting", "waiting"]
    assert len(aws.begun) == 4


def test_no_wait_starts_the_first_window_and_goes_on_when_it_is_repeated(aws: Exports) -> None:
    first = run(aws, since=ago(2.5 * DAY), wait=False)
    assert [one.status for one in first.exports[:3]] == ["in-progress", "waiting", "waiting"]
    aws.now += aws.lasts_seconds
    second = run(aws, since=ago(2.5 * DAY), wait=False)
    assert [one.status for one in second.exports[:3]] == ["completed", "in-progress", "waiting"]
    assert len(aws.begun) == 4


def test_a_start_that_recovery_no_longer_holds_is_refused(aws: Exports) -> None:
    with pytest.raises(FixInputError, match="outside the point-in-time recovery window"):
        run(aws, since=ago(31 * DAY))


def test_an_export_at_work_from_the_same_second_is_waited_for(aws: Exports) -> None:
    run(aws, since=ago(3600), wait=False)
    result = run(aws, since=ago(3600), until=ago(1200))
    assert isinstance(result.error, RetryLaterError)
    assert "at work" in result.error.message
    assert len(aws.begun) == 2


def exported(aws: Exports, folder: Path, *times: datetime) -> None:
    """A full export of each table at the first time, and a window to each further one."""
    for model in _MODELS:
        table = ExportedTable(table_name(model))
        aws.tables[table.name].table_id = table.table_id
        write_full_export(folder, table, [], export_time=times[0])
        for start, end in itertools.pairwise(times):
            write_incremental_export(folder, table, [], from_time=start, to_time=end)


def test_after_a_full_export_the_first_window_begins_before_its_edge(
    aws: Exports, tmp_path: Path
) -> None:
    exported(aws, tmp_path, ago(3600) + timedelta(milliseconds=250))
    result = run(aws, after=str(tmp_path))
    assert {one.since for one in result.exports} == {ago(3600 + 300).isoformat()}
    assert result.error is None


def test_after_an_incremental_export_the_next_begins_where_it_ended(
    aws: Exports, tmp_path: Path
) -> None:
    exported(aws, tmp_path, ago(3 * DAY), ago(2 * DAY), ago(DAY))
    result = run(aws, after=str(tmp_path))
    assert [one.since for one in result.exports if one.model == "Person"] == [
        ago(DAY).isoformat(),
        ago(DAY / 2).isoformat(),
    ]


def test_an_end_that_is_just_behind_is_for_later(aws: Exports, tmp_path: Path) -> None:
    exported(aws, tmp_path, ago(DAY), ago(300))
    with pytest.raises(RetryLaterError, match="at least 15 minutes"):
        run(aws, after=str(tmp_path))


def test_a_history_that_begins_behind_the_last_export_is_a_gap(
    aws: Exports, tmp_path: Path
) -> None:
    exported(aws, tmp_path, ago(3 * DAY), ago(2 * DAY))
    aws.tables[table_name("Visit")].pitr_since = ago(DAY).timestamp()
    with pytest.raises(FixInputError, match="recovery window") as caught:
        run(aws, after=str(tmp_path))
    assert table_name("Visit") in caught.value.message
    assert table_name("Person") not in caught.value.message
    assert "make a full one" in caught.value.hint


def test_recovery_that_was_switched_on_just_before_the_full_export_will_do(
    aws: Exports, tmp_path: Path
) -> None:
    exported(aws, tmp_path, ago(3600))
    for table in aws.tables.values():
        table.pitr_since = ago(3700).timestamp()
    result = run(aws, after=str(tmp_path))
    assert {one.since for one in result.exports} == {ago(3700).isoformat()}


def test_a_table_made_anew_after_the_export_needs_a_full_one(aws: Exports, tmp_path: Path) -> None:
    exported(aws, tmp_path, ago(3600))
    aws.tables[table_name("Visit")].table_id = "another"
    with pytest.raises(FixInputError, match="made anew"):
        run(aws, after=str(tmp_path))
    assert aws.begun == []


def test_a_place_without_a_full_export_is_refused(aws: Exports, tmp_path: Path) -> None:
    with pytest.raises(FixInputError, match="no export"):
        run(aws, after=str(tmp_path))
    events = Events()
    assert statuses(run(aws, events=events)) == {"Person": "completed", "Visit": "completed"}
