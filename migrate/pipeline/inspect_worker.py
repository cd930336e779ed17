"""Reads parts of tables in processes of their own, and gives back what was found in them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any

from migrate.aws import Source
from migrate.errors import DefectError, MigrateError
from migrate.item.decode import decoded
from migrate.mapping.spec import Mapping
from migrate.pipeline.engine import place
from migrate.pipeline.inspect_refusals import Examiner
from migrate.pipeline.inspect_tally import Tally
from migrate.source.scan import scan_client, scan_segment


@dataclass(frozen=True, slots=True)
class Part:
    """A segment from a position on. `items_max` None: to its end."""

    model: str
    table: str
    segment: int
    segments_total: int
    start_key: dict[str, Any] | None = None
    items_max: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a part held. `next_key` None: the segment was read to its end."""

    part: Part
    tally: Tally
    next_key: dict[str, Any] | None


@dataclass(slots=True)
class _Process:
    """What a process keeps from part to part."""

    client: Any
    mappings: dict[str, Mapping]
    counter: Any
    stop: Any
    examiners: dict[str, Examiner] = field(default_factory=dict)

    def examiner(self, model: str) -> Examiner:
        if model not in self.examiners:
            self.examiners[model] = Examiner(self.mappings[model])
        return self.examiners[model]


_process: _Process | None = None


def start(source: Source, mappings: Sequence[Mapping], counter: Any, stop: Any) -> None:
    """Make this process ready. All share `counter`, the items read, and `stop`, an event."""
    global _process
    parent = multiprocessing.parent_process()
    if parent is not None:
        # Ctrl-C reaches the whole process group; only the parent answers it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=_die_with, args=(parent.sentinel,), daemon=True).start()
    by_model = {mapping.model: mapping for mapping in mappings}
    _process = _Process(scan_client(source), by_model, counter, stop)


def _die_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def inspect_part(part: Part) -> Found:
    """Read one part. Raises errors of migrate.errors; no other may cross, as it may hold values."""
    assert _process is not None
    try:
        return _inspect(part, _process)
    except MigrateError:
        raise
    except Exception as error:  # noqa: BLE001 - see above
        raise DefectError(f"inspecting {part.table} failed: {place(error)}") from None


def _inspect(part: Part, process: _Process) -> Found:
    tally = Tally()
    examiner = process.examiner(part.model)
    pages = scan_segment(
        process.client, part.table, part.segment, part.segments_total, part.start_key,
        items_max=part.items_max,
    )  # fmt: skip
    position = None
    for page in pages:
        tally.add(examiner, [decoded(raw) for raw in page.items], page.body_bytes)
        position = page.position
        with process.counter.get_lock():
            process.counter.value += len(page.items)
        if process.stop.is_set():
            break
    return Found(part, tally, position)
