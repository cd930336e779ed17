"""What capture tells people: gaps at once and always, what repeats itself once in a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from migrate.errors import MigrateError
from migrate.ledger.streams import Generation
from migrate.observe import Note, Observer
from migrate.pipeline.capture_gaps import shown
from migrate.pipeline.capture_model import WatchedTable
from migrate.pipeline.capture_shard import LiveShard

_AGAIN = timedelta(minutes=1)
_HOURLY = timedelta(hours=1)
_REFUSED_TIMES = 20
LOOKS_IN_VAIN = 10


class CaptureNotes:
    """Notes for an observer; the same one is not said again before its time."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._said: dict[tuple[str, str], datetime] = {}

    def tell(self, text: str) -> None:
        self._observer(Note(text))

    def now_and_then(
        self, table: str, kind: str, text: str, now: datetime, pause: timedelta
    ) -> None:
        """Say it unless the same kind was said of the table a short while ago."""
        last = self._said.get((table, kind))
        if last is None or now - last >= pause:
            self._said[table, kind] = now
            self.tell(text)

    def gap(self, model: str, problem: str, until: datetime | None) -> None:
        known = f" Every change before {shown(until)} is captured." if until else ""
        self.tell(
            f"GAP: {model} must be copied again: {problem}.{known} `migrate load --again`, or"
            " `migrate mend` with incremental exports of the time that is missing"
        )

    def pinned(self, table: str, generation: Generation) -> None:
        self.tell(
            f"captures {table} from {shown(generation.covers_from)} on (stream {generation.label})"
        )

    def refused(self, table: str, refusal: tuple[str, str], now: datetime) -> None:
        text = f"{refusal[0]}: nothing is captured; {refusal[1]}"
        self.now_and_then(table, "refused", text, now, _HOURLY)

    def strange(self, table: str, text: str, now: datetime) -> None:
        self.now_and_then(table, "strange", text, now, _HOURLY)

    def failed(self, table: str, error: Exception, now: datetime) -> None:
        hint = error.hint if isinstance(error, MigrateError) and error.hint else "tried again"
        self.now_and_then(table, "failed", f"{error}; {hint}", now, _AGAIN)

    def throttled(self, table: str, live: LiveShard, pause: float, now: datetime) -> None:
        text = (
            f"DynamoDB throttles reading shard {live.known.shard_id} of {table}: the next attempt"
            f" is in {pause:.1f} s"
        )
        self.now_and_then(table, "throttled", text, now, _AGAIN)
        if live.refused % _REFUSED_TIMES == 0:
            self.now_and_then(
                table,
                "readers",
                f"{table}: {live.refused} attempts in a row were throttled. A shard serves two"
                " readers: Lambda triggers, global tables or search indexing may read it already",
                now,
                _HOURLY,
            )

    def missing(self, table: WatchedTable, now: datetime) -> None:
        """Shards that must be there, and are not listed."""
        if table.looks_in_vain < LOOKS_IN_VAIN:
            return
        if table.promised:
            shard = min(table.promised)[1]
            text = f"{table.table}: shard {shard} has ended, and what follows it is not listed"
        elif table.orphans:
            text = f"{table.table}: the parent of shard {min(table.orphans)[1]} is not listed"
        else:
            return
        text += f" after {table.looks_in_vain} looks; it is looked for again"
        self.now_and_then(table.table, "missing", text, now, _HOURLY)
