"""Inspects parts of tables or exports in processes of their own, and gives back what they hold."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any

from migrate.aws import Source
from migrate.errors import DefectError, MigrateError
from migrate.mapping.spec import Mapping
from migrate.pipeline.engines.outcome import place
from migrate.pipeline.inspect_parts import Found, Part
from migrate.pipeline.inspect_reader import InspectReader
from migrate.pipeline.inspect_refusals import Examiner
from migrate.pipeline.inspect_tally import Tally
from migrate.source.export import Chain

# A page becomes tens of thousands of containers, none of which is garbage before its end: looking
# for some after every 700, as is the rule, takes a fifth of the time.
_GARBAGE_MIN = 200_000


@dataclass(slots=True)
class _Process:
    """What a process keeps from part to part."""

    reader: InspectReader
    mappings: dict[str, Mapping]
    counter: Any
    stop: Any
    examiners: dict[str, Examiner] = field(default_factory=dict)

    def examiner(self, model: str) -> Examiner:
        if model not in self.examiners:
            self.examiners[model] = Examiner(self.mappings[model])
        return self.examiners[model]


_process: _Process | None = None


def start(
    source: Source,
    mappings: Sequence[Mapping],
    counter: Any,
    stop: Any,
    environment: dict[str, str],
) -> None:
    """Make this process ready. All share `counter`, the items read, and `stop`, an event."""
    global _process
    os.environ.clear()
    os.environ.update(environment)
    parent = multiprocessing.parent_process()
    if parent is not None:
        # Ctrl-C reaches the whole process group; only the parent answers it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        gc.set_threshold(_GARBAGE_MIN)
        threading.Thread(target=_die_with, args=(parent.sentinel,), daemon=True).start()
    by_model = {mapping.model: mapping for mapping in mappings}
    _process = _Process(InspectReader(source, by_model), by_model, counter, stop)


def _die_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def inspect_part(part: Part) -> Found:
    """Read one part. Raises errors of migrate.errors; no other may cross, as it may hold values."""
    assert _process is not None
    with _only_words(part.model):
        return _inspect(part, _process)


def find_newest(model: str, chain: Chain, path: str) -> None:
    """Write down which changes of the chain count. Raises as `inspect_part`."""
    assert _process is not None
    with _only_words(model):
        _process.reader.write_newest(model, chain, path)


@contextmanager
def _only_words(model: str) -> Iterator[None]:
    try:
        yield
    except MigrateError:
        raise
    except Exception as error:  # noqa: BLE001 - see `inspect_part`
        raise DefectError(f"inspecting {model} failed: {place(error)}") from None


def _inspect(part: Part, process: _Process) -> Found:
    tally = Tally()
    examiner = process.examiner(part.model)
    position, started = None, time.process_time()
    for page in process.reader.pages(part):
        tally.add(examiner, page.items, page.body_bytes)
        position = page.position
        with process.counter.get_lock():
            process.counter.value += len(page.items)
        if process.stop.is_set():
            break
    return Found(part, tally, position, time.process_time() - started)
