"""Which exports make up one table: the newest full one, and the windows that follow it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from migrate.errors import FixInputError
from migrate.source.export.model import DataFile, Export


@dataclass(frozen=True, slots=True)
class Chain:
    """A full export and the incremental ones to apply to it, in this order."""

    full: Export
    incrementals: tuple[Export, ...] = ()

    @property
    def exports(self) -> tuple[Export, ...]:
        return (self.full, *self.incrementals)

    @property
    def identity(self) -> tuple[str, ...]:
        """The ARNs of its exports: the same chain, wherever it was copied to."""
        return tuple(export.arn for export in self.exports)

    @property
    def items(self) -> int:
        """Lines of all its files: items and changes."""
        return sum(export.items for export in self.exports)

    @property
    def change_files(self) -> Iterator[tuple[int, DataFile]]:
        """(number of the incremental export, from 1; file), in order."""
        for number, export in enumerate(self.incrementals, start=1):
            for file in export.files:
                yield number, file

    @property
    def shows(self) -> datetime:
        """The instant that the table is read as of."""
        return self.exports[-1].export_time

    @property
    def description(self) -> str:
        """What was chosen, in one line for people."""
        full = f"full export {self.full.export_id} of {_shown(self.full.export_time)}"
        if not self.incrementals:
            return full
        return f"{full}, and {len(self.incrementals)} incremental to {_shown(self.shows)}"

    def as_json(self) -> dict[str, Any]:
        return {
            "full": self.full.as_json(),
            "incrementals": [export.as_json() for export in self.incrementals],
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        incrementals = tuple(Export.from_json(one) for one in stored["incrementals"])
        return cls(Export.from_json(stored["full"]), incrementals)


def chain_of(exports: Sequence[Export], table_name: str) -> Chain:
    """The newest full export of the table and every window behind it, without a gap.

    The first window begins at or before the full export's time, each further one exactly where
    the one before ended; windows that the chain covers already are left out. Raises FixInputError
    where there is no full export, and for a gap, an overlap or a table made anew in between.
    """
    of_table = [export for export in exports if export.table_name == table_name]
    fulls = [export for export in of_table if export.kind == "full"]
    if not fulls:
        raise _no_full(exports, table_name)
    full = max(fulls, key=lambda export: (export.export_time, export.arn))
    later = [one for one in of_table if one.to_time and one.to_time > full.export_time]
    for export in later:
        _refuse_other_table(full, export)
    incrementals = _longest(full.export_time, later)
    _refuse_gap(full, incrementals, later)
    return Chain(full, tuple(incrementals))


def _no_full(exports: Sequence[Export], table_name: str) -> FixInputError:
    names = sorted({export.table_name for export in exports if export.kind == "full"})
    hint = f"full exports found are of: {', '.join(names)}" if names else "none is a full export"
    return FixInputError(f"there is no full export of the table {table_name}", hint)


def _refuse_other_table(full: Export, export: Export) -> None:
    if export.table_id != full.table_id:
        raise FixInputError(
            f"the exports {full.export_id} ({_shown(full.export_time)}) and {export.export_id}"
            f" (from {_shown(_start(export))}) are of two tables named {full.table_name}",
            "the table was made anew in between: take a new full export",
        )


def _longest(start: datetime, windows: Sequence[Export]) -> list[Export]:
    """The windows, joined end to start, that reach furthest from `start` on; of several such
    ways, one of the fewest windows."""
    reach: dict[str, tuple[datetime, int]] = {}  # by ARN: furthest end, less the windows to it
    best: dict[datetime, Export] = {}  # by start: the window to go on with
    # From the last start to the first: what follows a window is known before the window itself.
    for window in sorted(windows, key=lambda one: (_start(one), one.arn), reverse=True):
        following = best.get(_end(window))
        end, count = reach[following.arn] if following else (_end(window), 0)
        reach[window.arn] = (end, count - 1)
        known = best.get(_start(window))
        if known is None or reach[window.arn] >= reach[known.arn]:
            best[_start(window)] = window
    first = [window for begin, window in best.items() if begin <= start]
    if not first:
        return []
    chain = [max(first, key=lambda one: (reach[one.arn], _start(one)))]
    while _end(chain[-1]) in best:
        chain.append(best[_end(chain[-1])])
    return chain


def _refuse_gap(full: Export, chain: Sequence[Export], windows: Sequence[Export]) -> None:
    end = _end(chain[-1]) if chain else full.export_time
    rest = [window for window in windows if _end(window) > end]
    if not rest:
        return
    following = min(rest, key=_start)
    last = chain[-1] if chain else full
    kind = "a gap" if _start(following) > end else "an overlap"
    raise FixInputError(
        f"there is {kind} in the exports of {full.table_name}: {last.export_id} ends at"
        f" {_shown(end)}, {following.export_id} begins at {_shown(_start(following))}",
        "export the missing window, or take a new full export",
    )


def _start(window: Export) -> datetime:
    assert window.from_time is not None
    return window.from_time


def _end(window: Export) -> datetime:
    assert window.to_time is not None
    return window.to_time


def _shown(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")
