"""Accounting: whether the ledger's totals sum, and whether an independent count agrees."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field

from migrate.validate.outcome import ChildCounts, ModelCounts


@dataclass(frozen=True, slots=True)
class ModelTotals:
    """What the ledger says of one model, in items."""

    model: str
    read: int = 0
    loaded: int = 0
    tombstones: int = 0
    filtered: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class ChildTotals:
    """What the ledger says of one child list, in elements of items that were loaded."""

    model: str
    list: str
    read: int = 0
    rows: int = 0
    filtered: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class ModelAccount:
    """A model's totals with the verdict; `reasons` name what does not agree."""

    totals: ModelTotals
    balanced: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChildAccount:
    """A child list's totals with the verdict."""

    totals: ChildTotals
    balanced: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accounts:
    """Every model and child list that the ledger or the verifier has seen, sorted by name."""

    models: list[ModelAccount] = field(default_factory=list)
    children: list[ChildAccount] = field(default_factory=list)

    @property
    def balanced(self) -> bool:
        models = all(account.balanced for account in self.models)
        return models and all(account.balanced for account in self.children)


def account(
    models: Iterable[ModelTotals],
    children: Iterable[ChildTotals],
    counted_models: Iterable[ModelCounts],
    counted_children: Iterable[ChildCounts],
    open_rejects: AnyMapping[str, int] | None = None,
) -> Accounts:
    """Hold the ledger's totals against the verifier's own counts of a source that stands still.

    A model or list that only one side knows counts as zero on the other. The source of a followed
    model has moved on since its load: it stands in `open_rejects` with its items that are
    rejected now, which must be those that the verifier counted, and its load must sum.
    """
    followed = open_rejects or {}
    by_model = {totals.model: totals for totals in models}
    by_child = {(totals.model, totals.list): totals for totals in children}
    seen = {counts.model: counts for counts in counted_models}
    seen_children = {(counts.model, counts.list): counts for counts in counted_children}
    return Accounts(
        [
            _followed_model(by_model.get(name, ModelTotals(name)), seen.get(name), followed[name])
            if name in followed
            else _model(by_model.get(name, ModelTotals(name)), seen.get(name, ModelCounts(name)))
            for name in sorted(by_model.keys() | seen.keys())
        ],
        [
            _child(
                by_child.get(at, ChildTotals(*at)),
                None if at[0] in followed else seen_children.get(at, ChildCounts(*at)),
            )
            for at in sorted(by_child.keys() | seen_children.keys())
        ],
    )


def _model(totals: ModelTotals, counts: ModelCounts) -> ModelAccount:
    reasons = _model_sum(totals)
    reasons += _reasons(
        ("read", totals.read, counts.read),
        ("loaded", totals.loaded, counts.rows),
        ("tombstones", totals.tombstones, counts.tombstones),
        ("filtered", totals.filtered, counts.filtered),
        ("rejected", totals.rejected, counts.rejected),
    )
    return ModelAccount(totals, not reasons, tuple(reasons))


def _followed_model(
    totals: ModelTotals, counts: ModelCounts | None, open_rejects: int
) -> ModelAccount:
    counted = counts.rejected if counts else 0
    reasons = _model_sum(totals) + _reasons(("rejected", open_rejects, counted))
    return ModelAccount(totals, not reasons, tuple(reasons))


def _model_sum(totals: ModelTotals) -> list[str]:
    parts = totals.loaded + totals.tombstones + totals.filtered + totals.rejected
    return _sum_reason(totals.read, parts, "loaded + tombstones + filtered + rejected")


def _child(totals: ChildTotals, counts: ChildCounts | None) -> ChildAccount:
    parts = totals.rows + totals.filtered + totals.rejected
    reasons = _sum_reason(totals.read, parts, "rows + filtered + rejected")
    if counts is None:  # its items have moved on since they were counted
        return ChildAccount(totals, not reasons, tuple(reasons))
    reasons += _reasons(
        ("read", totals.read, counts.read),
        ("rows", totals.rows, counts.rows),
        ("filtered", totals.filtered, counts.filtered),
        ("rejected", totals.rejected, counts.rejected),
    )
    return ChildAccount(totals, not reasons, tuple(reasons))


def _sum_reason(read: int, parts: int, names: str) -> list[str]:
    return [] if read == parts else [f"read {read} is not {names} = {parts}"]


def _reasons(*pairs: tuple[str, int, int]) -> list[str]:
    return [
        f"{name}: the ledger says {ledger}, the verifier counted {counted}"
        for name, ledger, counted in pairs
        if ledger != counted
    ]
