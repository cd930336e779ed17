"""Of all exports found, the right ones of a table are chosen, in order and without a gap."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from migrate.errors import FixInputError
from migrate.source.export import Chain, DataFile, Export, chain_of
from tests.source.exports import hour

_CASES = Path(__file__).parent.parent / "cases" / "export" / "chains.yaml"
CASES: list[dict[str, Any]] = yaml.safe_load(_CASES.read_text(encoding="utf-8"))


def export(number: int, start: int | None, end: int) -> Export:
    is_full = start is None
    return Export(
        location=f"/exports/{number}",
        arn=f"arn:aws:dynamodb:ap-northeast-1:1:table/T/export/{number:014d}-00000000",
        kind="full" if is_full else "incremental",
        table_name="T",
        table_arn="arn:aws:dynamodb:ap-northeast-1:1:table/T",
        table_id="one",
        export_time=hour(end),
        from_time=None if start is None else hour(start),
        to_time=None if is_full else hour(end),
        view="" if is_full else "NEW_IMAGE",
        items=10,
        billed_bytes=100,
        files=(DataFile(f"/exports/data/{number}.json.gz", 10, "0" * 32),),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_the_chain(case: dict[str, Any], backwards: bool) -> None:
    spans = [(None, end) for end in case["full"]] + [tuple(one) for one in case["windows"]]
    exports = [export(number, *span) for number, span in enumerate(spans)]
    if backwards:
        exports.reverse()
    if "error" in case:
        with pytest.raises(FixInputError) as raised:
            chain_of(exports, "T")
        assert all(part in raised.value.message for part in case["error"])
        return
    chain = chain_of(exports, "T")
    assert chain.full.export_time == hour(max(case["full"]))
    chosen = [(one.from_time, one.to_time) for one in chain.incrementals]
    assert chosen == [(hour(start), hour(end)) for start, end in case["chosen"]]
    assert chain.items == 10 * (1 + len(chosen))
    assert chain.shows == (chosen[-1][1] if chosen else chain.full.export_time)


def test_a_table_made_anew_breaks_the_chain() -> None:
    other = replace(export(2, 10, 11), table_id="two")
    with pytest.raises(FixInputError, match="are of two tables named T") as raised:
        chain_of([export(1, None, 10), other], "T")
    assert "00000000000001-00000000" in raised.value.message
    assert "00000000000002-00000000" in raised.value.message


def test_a_table_made_anew_before_the_full_export_does_not_matter() -> None:
    other = replace(export(2, 8, 9), table_id="two")
    assert chain_of([export(1, None, 10), other], "T").incrementals == ()


def test_tables_found_are_listed_where_one_is_not() -> None:
    others = [replace(export(1, None, 10), table_name=name) for name in ("B", "A")]
    with pytest.raises(FixInputError, match="no full export of the table T") as raised:
        chain_of(others, "T")
    assert raised.value.hint == "full exports found are of: A, B"


def test_a_long_chain_is_no_deep_recursion() -> None:
    """35 days of windows of 15 minutes."""
    quarter = timedelta(minutes=15)
    windows = [
        replace(
            export(n + 2, 0, 1),
            from_time=hour(10) + n * quarter,
            to_time=hour(10) + (n + 1) * quarter,
            export_time=hour(10) + (n + 1) * quarter,
        )
        for n in range(3360)
    ]
    assert chain_of([export(1, None, 10), *windows], "T").incrementals == tuple(windows)


def test_a_chain_survives_the_ledger_and_a_process_border() -> None:
    chain = chain_of([export(1, None, 10), export(2, 10, 11)], "T")
    assert Chain.from_json(chain.as_json()) == chain
    assert pickle.loads(pickle.dumps(chain)) == chain
    assert chain.identity == tuple(one.arn for one in chain.exports)


def test_the_description_says_what_was_chosen() -> None:
    chain = chain_of([export(1, None, 10), export(2, 10, 11)], "T")
    assert chain.description == (
        "full export 00000000000001-00000000 of 2026-01-01T10:00:00Z,"
        " and 1 incremental to 2026-01-01T11:00:00Z"
    )
