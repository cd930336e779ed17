"""What a load may take: read units and money before it starts, rejects while it runs."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from migrate.errors import AskOperatorError

# A share says something only over so many items: the first of ten may well be a bad one.
_SHARE_ITEMS_LEAST = 1_000
_GIGABYTE = 1 << 30
_READ_UNIT_BYTES = 4096
_FORM = re.compile(r"(?:([0-9]+) or )?([0-9]+(?:\.[0-9]+)?)%\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class RejectLimit:
    """A number, a share of the items read, or both, of which the larger counts."""

    count: int
    percent: Fraction = Fraction(0)

    @classmethod
    def of(cls, value: int | str) -> RejectLimit:
        """From `4`, `0.5%` or `4 or 0.5%`. Raises ValueError for anything else."""
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return cls(value)
        form = _FORM.match(value) if isinstance(value, str) else None
        if form is None:
            raise ValueError("a limit is a number, a share such as 0.5%, or both: 4 or 0.5%")
        return cls(int(form.group(1) or 0), Fraction(form.group(2)))

    def allowed(self, items_read: int) -> int:
        """How many rejects may stand. A share rounds up."""
        return max(self.count, math.ceil(self.percent * items_read / 100))

    def __str__(self) -> str:
        share = f"{float(self.percent):g}%" if self.percent else ""
        if not share:
            return f"{self.count:,}"
        return f"{self.count:,} or {share}" if self.count else share


@dataclass(frozen=True, slots=True)
class Limits:
    """`read_units_per_second` is shared by all workers. `read_units_max` and `cost_max`, in the
    prices' currency, are held against the estimate before a start; more than `rejects` stop a
    run. None: no limit, or no price known."""

    read_units_per_second: float | None = None
    read_units_max: int | None = None
    cost_max: float | None = None
    rejects: RejectLimit | None = None
    price_per_million_read_units: float | None = None
    price_per_exported_gigabyte: float | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a load will take, by DynamoDB's own sizes. `read_units` is 0 for a load of exports.

    `cost`: None without a price. `export_gigabytes` is what an export of the tables is billed
    for. `hours`: at the given budget of read units, None without one.
    """

    read_units: int
    cost: float | None
    export_gigabytes: float
    export_cost: float | None
    hours: float | None
    currency: str = ""


def estimated(
    limits: Limits, table_bytes: Sequence[int], *, consistent: bool, scans: bool
) -> Estimate:
    """A consistent read takes a unit for each 4 KB, an eventually consistent one half of it; a
    page is rounded up, and a table of one item takes one."""
    factor = 1 if consistent else 2
    units = sum(math.ceil(size / _READ_UNIT_BYTES / factor) for size in table_bytes) if scans else 0
    gigabytes = sum(table_bytes) / _GIGABYTE
    budget = limits.read_units_per_second
    return Estimate(
        read_units=units,
        cost=price(units / 1e6, limits.price_per_million_read_units),
        export_gigabytes=round(gigabytes, 6),
        export_cost=price(gigabytes, limits.price_per_exported_gigabyte),
        hours=round(units / budget / 3600, 4) if budget and scans else None,
        currency=limits.currency,
    )


def price(amount: float, each: float | None) -> float | None:
    """What `amount` costs; None where no price is known."""
    return None if each is None else round(amount * each, 4)


def above_a_cap(limits: Limits, estimate: Estimate) -> AskOperatorError | None:
    """The error that refuses a start, where the estimate is above a cap."""
    if limits.read_units_max is not None and estimate.read_units > limits.read_units_max:
        return AskOperatorError(
            f"the load would take about {estimate.read_units:,} read units, and the profile allows"
            f" {limits.read_units_max:,} (load.read_units_max)",
            "load from an export, which takes none, or raise the limit",
        )
    if estimate.read_units == 0:
        return None
    return above_cost_max(
        limits,
        estimate.cost,
        "the load would cost",
        "costs.per_million_read_units",
        "load from an export, or raise the limit",
    )


def above_cost_max(
    limits: Limits, cost: float | None, what: str, price_key: str, hint: str
) -> AskOperatorError | None:
    """The error that refuses a start, where there is a limit of cost and `cost` is above it, or is
    not known. `price_key`: what the profile would have to say."""
    if limits.cost_max is None:
        return None
    if cost is None:
        return AskOperatorError(
            "the profile has a limit of cost, and no price to hold against it",
            f"write {price_key}, from the region's price list",
        )
    if cost <= limits.cost_max:
        return None
    return AskOperatorError(
        f"{what} about {money(cost, limits.currency)}, and the profile"
        f" allows {money(limits.cost_max, limits.currency)} (costs.max)",
        hint,
    )


def money(amount: float, currency: str) -> str:
    """An amount for people; what is less than a cent does not read as nothing."""
    return (
        f"{amount:,.2f} {currency}".rstrip() if amount >= 1 else f"{amount:g} {currency}".rstrip()
    )


def too_many_rejects(
    limits: Limits, items: int, rejected: int, *, at_end: bool = False
) -> AskOperatorError | None:
    """The error that stops a run, once there are more rejects than are allowed.

    `rejected` are whole items. `at_end`: everything was read, so a share is what it says.
    """
    limit = limits.rejects
    basis = items if at_end else max(items, _SHARE_ITEMS_LEAST)
    if limit is None or rejected <= limit.allowed(basis):
        return None
    return AskOperatorError(
        f"stopped at {rejected:,} rejects of {items:,} items read: the limit is {limit}"
        " (load.rejects_max)",
        "see `migrate rejects`; raise the limit, and the same command goes on; or mend the"
        " mapping and load with --again",
    )
