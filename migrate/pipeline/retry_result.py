"""What became of the rejects that a retry tried."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass

from migrate.ledger import captured, rejects
from migrate.ledger.rejects import Reject
from migrate.target.connection import Connection

Element = tuple[str, str, str | None, int | None]


@dataclass(frozen=True, slots=True)
class RetryResult:
    """Rejects by what became of them: loaded now, refused again, superseded at the source, or left
    to `follow`, which has a newer image of the item."""

    run_id: str
    tried: int
    loaded: int
    refused: int
    superseded: int
    left_to_follow: int = 0


def element_of(reject: Reject) -> Element:
    """What a reject is about, whichever rule it broke."""
    return reject.model, reject.item_key, reject.list, reject.place


def result_of(
    connection: Connection,
    run_id: str,
    tried: list[Reject],
    still_open: list[Reject],
    since: AnyMapping[str, int],
) -> RetryResult:
    """Counts the rejects tried by what the ledger says of them now. `since`: by captured model,
    the first generation whose changes are applied."""
    still = {element_of(one) for one in still_open}
    states = rejects.states_of(connection, run_id, [one.reject_id for one in tried])
    unloaded = [one for one in tried if element_of(one) in still]
    superseded = sum(1 for one in tried if states[one.reject_id] == "superseded")
    followed = _followed(connection, run_id, unloaded, since)
    return RetryResult(
        run_id,
        tried=len(tried),
        loaded=len(tried) - len(unloaded) - superseded,
        refused=len(unloaded) - followed,
        superseded=superseded,
        left_to_follow=followed,
    )


def _followed(
    connection: Connection, run_id: str, found: Iterable[Reject], since: AnyMapping[str, int]
) -> int:
    by_model: dict[str, list[str]] = {}
    for one in found:
        if one.model in since:
            by_model.setdefault(one.model, []).append(one.item_key)
    total = 0
    for model, keys in by_model.items():
        unapplied = captured.unapplied_keys(connection, run_id, model, since[model], keys)
        total += sum(1 for key in keys if key in unapplied)
    return total
