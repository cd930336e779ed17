"""A load of exports that is stopped goes on: inside a file, between phases, among the images."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from migrate.pipeline.finalise import finalise
from migrate.pipeline.load import can_go_on, load
from tests.exported_world import ExportedWorld, rewrite
from tests.small_world import person

pytestmark = pytest.mark.usefixtures("inline")


class _StoppedError(Exception):
    """Stands for a process that ends here."""


def _stop_after(monkeypatch: pytest.MonkeyPatch, units_max: int) -> None:
    from migrate.ledger.commit import commit_unit
    from migrate.pipeline import worker

    done: list[None] = []

    def stopping(*arguments: Any) -> Any:
        if len(done) == units_max:
            raise _StoppedError
        done.append(None)
        return commit_unit(*arguments)

    monkeypatch.setattr(worker, "commit_unit", stopping)


def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of a file is a line or two, however the file is unpacked."""
    from migrate.source.export import blocks

    def by_line(pieces: Any, file: Any) -> Any:
        yield from b"".join(pieces).splitlines(keepends=True)

    monkeypatch.setattr(blocks, "_whole_lines", by_line)


@pytest.mark.parametrize("units_max", [1, 2])
def test_a_load_goes_on_wherever_it_was_stopped(
    files: ExportedWorld, monkeypatch: pytest.MonkeyPatch, units_max: int
) -> None:
    """Inside the files of a window and of a full export, between phases, among the images."""
    _small_blocks(monkeypatch)
    monkeypatch.setattr("migrate.pipeline.part_reader._IMAGES_A_PAGE", 2)
    job = files.two_windows()
    job = dataclasses.replace(job, unit_bytes_max=1)
    stops = 0
    while True:
        with monkeypatch.context() as patch:
            _stop_after(patch, units_max)
            try:
                result = load(job)
                break
            except _StoppedError:
                stops += 1
                assert can_go_on(job)
    assert stops > 10 // units_max
    assert result.resumed_units > 0
    finalise(job)
    files.check(job)
    files.check_account(job)
    assert files.account()["Person"].read == 8


def test_a_load_goes_on_inside_a_file(
    files: ExportedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    _small_blocks(monkeypatch)
    place = files.full("Person", [person(n, badge=n) for n in range(40)], files=1)
    rewrite(place, 0, lambda lines: [*lines[:19], b"{}", *lines[20:]])
    files.full("Visit", [])
    job = files.exported(unit_bytes_max=1)
    with monkeypatch.context() as patch:
        _stop_after(patch, 12)
        with pytest.raises(_StoppedError):
            load(job)
    positions = files.rows("select position from migrate.parts where position is not null")
    assert [json.loads(text).keys() for (text,) in positions] == [{"line"}]
    before = files.account()["Person"].read
    assert 0 < before < 40
    result = load(job)
    assert (result.items, result.resumed_units > 0) == (40, True)
    finalise(job)
    files.check(job)
    [(cause,)] = files.rows("select cause from migrate.rejects")
    assert cause.endswith(":20")
