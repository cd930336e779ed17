"""A target that was loaded from exports, held against the verifier's own reading of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from migrate.errors import FixInputError
from migrate.validate.accounting import ModelTotals, account
from migrate.validate.export.reader import ExportReader
from migrate.validate.outcome import Rejected, TableResult
from tests.validate.exports import (
    deleted,
    description,
    item_line,
    put,
    write_full,
    write_incremental,
)
from tests.validate.world import (
    MEETINGS,
    ORDERS,
    ROWS,
    Rejects,
    World,
    compare,
    identifier,
    notes,
    shown,
)

_WINDOW = {"start": "2026-05-01T00:00:00Z", "end": "2026-05-01T12:00:00Z"}
_BROKEN: Rejects = {("Meeting", "{}"): [Rejected(None, None, "unparsable")]}


@pytest.fixture
def target(postgres_url: str) -> World:
    """The right copy alone; no table is asked for."""
    made = World(postgres_url, "http://127.0.0.1:1")
    made.sql(ROWS)
    return made


def no_client() -> Any:
    raise AssertionError("a folder needs no client")


def order(last: str, **more: Any) -> dict[str, Any]:
    return {"id": {"S": identifier(last)}, **more}


def reader_of(
    folder: Path, meetings: list[list[bytes]], changes: list[bytes] | None = None
) -> ExportReader:
    """Meetings as given; orders as an old full export and the changes that lead to today's."""
    first, second, third, fourth = ORDERS
    old = [{**first, "text": {"S": "old"}}, order("8", code={"S": "gone"}), second, third]
    orders = write_full(folder / "orders", "01", [[item_line(item)] for item in old])
    changed = [put(first, 3), deleted({"S": identifier("8")}, 4), put(fourth, 5)]
    later = write_incremental(folder / "orders", "02", [changed + (changes or [])], **_WINDOW)
    chain = description(orders, later)
    full = description(write_full(folder / "meetings", "01", meetings))
    return ExportReader({"Meeting": full, "Order": chain}, no_client)


def lines(items: list[dict[str, Any]]) -> list[bytes]:
    return [item_line(item) for item in items]


@pytest.mark.parametrize("workers", [1, 2])
def test_right_copy_of_a_chain_is_equal_and_counted(
    target: World, tmp_path: Path, workers: int
) -> None:
    reader = reader_of(tmp_path, [lines(MEETINGS[:2]), [], lines(MEETINGS[2:])])
    result = compare(target, workers=workers, reader=reader)

    assert result.is_equal
    assert result.tables == [
        TableResult("app.meetings", compared=2),
        TableResult("app.order", compared=3),
        TableResult("app.order_lines", compared=2),
    ]
    meeting, order = result.models
    assert (meeting.read, meeting.rows, meeting.tombstones) == (3, 2, 1)
    assert (order.read, order.rows, order.filtered) == (4, 3, 1)


def test_target_that_shows_the_full_export_alone_is_different(
    target: World, tmp_path: Path
) -> None:
    target.sql("UPDATE app.\"order\" SET text = 'old' WHERE code = 'c1'")
    target.sql(f"INSERT INTO app.\"order\" (id, code) VALUES ('{identifier('8')}', 'gone')")
    result = compare(target, reader=reader_of(tmp_path, [lines(MEETINGS)]))
    assert [shown(one)[:3] for one in result.differences] == [
        ["app.order", "different", {"id": "1"}],
        ["app.order", "extra", {"id": "8"}],
    ]


def test_image_that_was_not_loaded_is_missing(target: World, tmp_path: Path) -> None:
    reader = reader_of(tmp_path, [lines(MEETINGS)], [put(order("9"), 9)])
    result = compare(target, reader=reader)
    assert [shown(one)[:3] for one in result.differences] == [["app.order", "missing", {"id": "9"}]]


def test_broken_line_confirms_its_reject(target: World, tmp_path: Path) -> None:
    reader = reader_of(tmp_path, [[*lines(MEETINGS), b'{"Item":{"id":']])
    result = compare(target, _BROKEN, reader=reader)
    assert result.is_equal
    assert (result.models[0].read, result.models[0].rejected) == (4, 1)


def test_broken_line_without_a_reject_is_told_by_its_place(target: World, tmp_path: Path) -> None:
    reader = reader_of(tmp_path, [lines(MEETINGS), [b"{}"]])
    result = compare(target, reader=reader)
    note = "the mapping rejects it (unparsable), but the ledger holds no reject"
    assert notes(result) == [("app.meetings", "missing", note)]
    assert result.differences[0].key == {"file": "01-1.json.gz", "line": "1"}


def test_one_reject_does_not_stand_for_two_broken_lines(target: World, tmp_path: Path) -> None:
    reader = reader_of(tmp_path, [[*lines(MEETINGS), b"{}", b"[]"]])
    result = compare(target, _BROKEN, reader=reader)
    assert result.is_equal  # no row is at stake
    ledger = ModelTotals("Meeting", read=4, loaded=2, tombstones=1, rejected=1)
    (meeting,) = account([ledger], [], result.models[:1], []).models
    assert meeting.reasons == (
        "read: the ledger says 4, the verifier counted 5",
        "rejected: the ledger says 1, the verifier counted 2",
    )


def test_item_whose_key_is_no_attribute_is_found_under_its_reject(
    target: World, tmp_path: Path
) -> None:
    reader = reader_of(tmp_path, [[*lines(MEETINGS), b'{"Item":{"id":7}}']])
    rejects: Rejects = {("Meeting", '{"id":7}'): [Rejected(None, None, "unparsable")]}
    assert compare(target, rejects, reader=reader).is_equal
    assert [one.key for one in compare(target, reader=reader).differences] == [{"id": ""}]


@pytest.mark.parametrize("workers", [1, 2])
def test_damaged_export_stops_the_verification(target: World, tmp_path: Path, workers: int) -> None:
    reader = reader_of(tmp_path, [lines(MEETINGS)])
    file = Path(reader.exports["Meeting"]["full"]["location"]) / "data" / "01-0.json.gz"
    file.write_bytes(file.read_bytes()[:-4])
    with pytest.raises(FixInputError, match=r"01-0\.json\.gz is damaged"):
        compare(target, workers=workers, reader=reader)


def test_model_without_an_export_is_told(target: World, tmp_path: Path) -> None:
    reader = reader_of(tmp_path, [lines(MEETINGS)])
    del reader.exports["Order"]
    with pytest.raises(FixInputError, match="no source is named for model Order"):
        compare(target, reader=reader)
