"""What a load may take is held against an estimate; rejects are held against their limit."""

from __future__ import annotations

import dataclasses

import pytest

from migrate.errors import AskOperatorError
from migrate.pipeline.job import Job
from migrate.pipeline.limits import (
    Estimate,
    Limits,
    RejectLimit,
    above_a_cap,
    estimated,
    money,
    too_many_rejects,
)
from migrate.pipeline.load import load
from migrate.pipeline.plan import make_plan
from tests.small_world import SmallWorld, person

GB = 1 << 30
PRICED = Limits(price_per_million_read_units=0.25, price_per_exported_gigabyte=0.1, currency="USD")


@pytest.mark.parametrize(
    ("value", "items", "allowed"),
    [
        (0, 10**6, 0),
        (4, 10**6, 4),
        ("0.5%", 1000, 5),
        ("0.5%", 1001, 6),
        ("0.1%", 1, 1),
        ("0%", 10**6, 0),
        ("4 or 0.5%", 100, 4),
        ("4 or 0.5%", 10_000, 50),
        ("100%", 7, 7),
    ],
)
def test_a_limit_of_rejects_is_a_number_a_share_or_both(
    value: int | str, items: int, allowed: int
) -> None:
    assert RejectLimit.of(value).allowed(items) == allowed


@pytest.mark.parametrize("value", ["4", "-1%", "4 and 1%", "1%\n", "٤%", "", True, -1, 0.5, None])
def test_anything_else_is_no_limit(value: object) -> None:
    with pytest.raises(ValueError, match=r"a number, a share such as 0.5%"):
        RejectLimit.of(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [4, "0.5%", "4 or 0.5%"])
def test_a_limit_reads_as_it_was_written(value: int | str) -> None:
    assert str(RejectLimit.of(value)) == str(value)


def test_a_scan_takes_a_unit_for_4_kb_and_half_where_it_need_not_be_consistent() -> None:
    tables = [GB, 100, 0]
    assert estimated(Limits(), tables, consistent=True, scans=True).read_units == 262_145
    assert estimated(Limits(), tables, consistent=False, scans=True).read_units == 131_073


def test_an_estimate_has_a_cost_where_a_price_is_known_and_hours_where_a_budget_is() -> None:
    limits = dataclasses.replace(PRICED, read_units_per_second=1000)
    assert estimated(limits, [40 * GB], consistent=True, scans=True) == Estimate(
        read_units=10_485_760,
        cost=2.6214,
        export_gigabytes=40,
        export_cost=4,
        hours=2.9127,
        currency="USD",
    )
    plain = estimated(Limits(), [40 * GB], consistent=True, scans=True)
    assert (plain.cost, plain.export_cost, plain.hours) == (None, None, None)


def test_an_export_takes_no_read_units() -> None:
    limits = dataclasses.replace(PRICED, read_units_per_second=1000, read_units_max=0, cost_max=0)
    found = estimated(limits, [40 * GB], consistent=True, scans=False)
    assert (found.read_units, found.cost, found.hours) == (0, 0, None)
    assert above_a_cap(limits, found) is None


def refusal(limits: Limits) -> str:
    estimate = estimated(limits, [40 * GB], consistent=True, scans=True)
    found = above_a_cap(limits, estimate)
    return found.message if found else ""


def test_a_cap_refuses_what_is_above_it_and_nothing_else() -> None:
    assert refusal(Limits(read_units_max=10_485_760)) == ""
    assert refusal(Limits(read_units_max=10_485_759)) == (
        "the load would take about 10,485,760 read units, and the profile allows 10,485,759"
        " (load.read_units_max)"
    )
    assert refusal(dataclasses.replace(PRICED, cost_max=2.63)) == ""
    assert refusal(dataclasses.replace(PRICED, cost_max=2.5)) == (
        "the load would cost about 2.62 USD, and the profile allows 2.50 USD (costs.max)"
    )


def test_a_cap_of_cost_without_a_price_lets_nothing_pass_that_costs() -> None:
    assert "no price to hold against it" in refusal(Limits(cost_max=100))
    export = estimated(Limits(cost_max=100), [GB], consistent=True, scans=False)
    assert above_a_cap(Limits(cost_max=100), export) is None, "it costs nothing, whatever prices"


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(2.6214, "USD", "2.62 USD"), (1234567.8, "JPY", "1,234,567.80 JPY"), (0.0021, "", "0.0021")],
)
def test_money_is_readable_at_any_size(amount: float, currency: str, text: str) -> None:
    assert money(amount, currency) == text


def stopped(value: int | str, items: int, rejected: int, *, at_end: bool = False) -> bool:
    limits = Limits(rejects=RejectLimit.of(value))
    return too_many_rejects(limits, items, rejected, at_end=at_end) is not None


def test_a_share_is_not_taken_of_the_first_few_items() -> None:
    assert not stopped("0.5%", 10, 5)
    assert stopped("0.5%", 10, 6)
    assert stopped("0.5%", 10, 2, at_end=True), "at the end ten items are ten items"
    assert not stopped("0.5%", 10, 1, at_end=True), "a share is rounded up"
    assert stopped(5, 10, 6)
    assert too_many_rejects(Limits(), 10, 10) is None


def test_the_message_says_what_was_found_and_what_is_allowed() -> None:
    found = too_many_rejects(Limits(rejects=RejectLimit.of("4 or 0.5%")), 12_345, 678)
    assert found is not None
    assert found.message == (
        "stopped at 678 rejects of 12,345 items read: the limit is 4 or 0.5% (load.rejects_max)"
    )
    assert "the same command goes on" in found.hint


def limited(world: SmallWorld, **limits: object) -> Job:
    return world.job(limits=Limits(**limits))  # type: ignore[arg-type]


@pytest.mark.usefixtures("inline")
def test_a_plan_says_that_a_load_would_be_refused_and_the_load_is(world: SmallWorld) -> None:
    world.put("Person", *(person(n) for n in range(3)))
    job = limited(world, read_units_max=0)
    plan = make_plan(job)
    assert plan.refused is not None
    assert plan.as_json()["estimate"]["read_units"] == plan.estimate.read_units > 0
    with pytest.raises(AskOperatorError, match=r"load\.read_units_max"):
        load(job)
    assert world.rows("select nspname from pg_namespace where nspname in ('app', 'migrate')") == []


@pytest.mark.usefixtures("inline")
def test_a_limit_of_rejects_is_checked_when_everything_was_read(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A load may be over before the first look at it."""
    monkeypatch.setattr(
        "migrate.pipeline.engines.processes.run_workers",
        lambda count, task, arguments, **callbacks: task(*arguments),
    )
    world.put("Person", person(1), *(person(n, surprise="x") for n in range(2, 5)))
    with pytest.raises(AskOperatorError, match="stopped at 3 rejects of 4 items") as caught:
        load(limited(world, rejects=RejectLimit.of("2 or 50%")))
    assert "--again" in caught.value.hint
    assert world.rows("select state from migrate.runs") == [("loading",)]
    result = load(limited(world, rejects=RejectLimit.of("2 or 75%")))
    assert (result.items, result.rejected, result.resumed_units) == (4, 3, 0)
    assert world.rows("select state from migrate.runs") == [("loaded",)]
    load(limited(world, rejects=RejectLimit.of(0)))
    assert world.rows("select state from migrate.runs") == [("loaded",)], "it was agreed to"
