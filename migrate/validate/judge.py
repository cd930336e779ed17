"""Holds one item's interpretation against the ledger's rejects of that item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from migrate.validate.interpretation import (
    ElementRefusal,
    ExpectedRow,
    Interpretation,
    Refusal,
)
from migrate.validate.outcome import Rejected, Tally

# Rules that one item alone cannot break: confirmed against the whole source and target.
OVER_ALL = frozenset({"duplicate", "key-clash", "orphan"})

REJECTED_YET_ACCEPTED = "rejected by the loader, but the mapping accepts it"


@dataclass(frozen=True, slots=True)
class Claim:
    """A reject that is judged over the whole, and the rows that are absent because of it."""

    rejected: Rejected
    rows: list[ExpectedRow]


@dataclass(slots=True)
class Judged:
    """One item: what the target must hold of it, and where ledger and mapping disagree."""

    interpretation: Interpretation
    expected: list[ExpectedRow] = field(default_factory=list)
    doubtful: list[ExpectedRow] = field(default_factory=list)
    """Rows of what the ledger rejects by a rule that this reading does not find broken."""
    claims: list[Claim] = field(default_factory=list)
    unheld: list[Refusal | ElementRefusal] = field(default_factory=list)
    """What this reading refuses and the ledger does not hold as a reject."""

    @property
    def is_rejected(self) -> bool:
        """Whether the item counts as rejected whole."""
        whole = any(claim.rejected.list is None for claim in self.claims)
        return whole or self.interpretation.outcome == "rejected"


def judge(interpretation: Interpretation, held: Sequence[Rejected]) -> Judged:
    """`held`: the open rejects of the item, whole or by element."""
    judged = Judged(interpretation)
    whole = next((reject for reject in held if reject.list is None), None)
    if interpretation.refusal is not None:
        judged.unheld = [] if whole else [interpretation.refusal]
    elif interpretation.outcome == "rows":
        _judge_rows(judged, whole, {(r.list, r.position): r for r in held})
    return judged


def _judge_rows(
    judged: Judged,
    whole: Rejected | None,
    by_element: dict[tuple[str | None, int | None], Rejected],
) -> None:
    rows = judged.interpretation.rows
    if whole is not None:
        if whole.rule in OVER_ALL:
            judged.claims = [Claim(whole, rows)]
        else:
            judged.doubtful = rows
        return
    for row in rows:
        reject = by_element.get((row.list, row.position))
        if reject is None:
            judged.expected.append(row)
        elif reject.rule in OVER_ALL:
            judged.claims.append(Claim(reject, [row]))
        else:
            judged.doubtful.append(row)
    judged.unheld = [
        refusal
        for refusal in judged.interpretation.refused_elements
        if (refusal.list, refusal.position) not in by_element
    ]


def count(tally: Tally, model: str, judged: Judged) -> None:
    """Add the item to the verifier's own counts."""
    counts, outcome = tally.model(model), judged.interpretation.outcome
    counts.read += 1
    if judged.is_rejected:
        counts.rejected += 1
        return
    counts.rows += outcome == "rows"
    counts.tombstones += outcome == "tombstone"
    counts.filtered += outcome == "filtered"
    for child in judged.interpretation.children:
        total = tally.child(model, child.list)
        total.read += child.read
        total.rows += child.rows
        total.filtered += child.filtered
        total.rejected += child.rejected
    for claim in judged.claims:
        total = tally.child(model, claim.rejected.list or "")
        total.rows -= 1
        total.rejected += 1
