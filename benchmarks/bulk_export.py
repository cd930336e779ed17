"""Our load from export files: against raw COPY, with rejects, with one worker and with two."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.bulk_raw import raw_copy_seconds
from benchmarks.bulk_resume import TooFastError, resume_seconds
from benchmarks.bulk_rounds import Line, alternating, middle, ratio
from benchmarks.bulk_server_cpu import ServerCpu
from benchmarks.bulk_target import (
    assert_only_keys,
    checkpoint,
    content,
    emptied,
    fresh_database,
)
from benchmarks.bulk_work import Timed, sunk_work, timed_load, timed_work
from benchmarks.data.dataset import API_ID, ENVIRONMENT, REGION, DataSet
from migrate.aws import Source
from migrate.pipeline.exported import chains
from migrate.pipeline.job import Job
from migrate.target.connection import Target


class ExportLoad:
    """One data set and a database of its own, which is loaded again and again."""

    def __init__(self, server_url: str, data: DataSet, workers: int) -> None:
        self.data = data
        self.url = fresh_database(server_url, f"bulk_{data.name}")
        source = Source(REGION)
        export = chains(str(data.export), source, data.mappings, API_ID, ENVIRONMENT)
        self.job = Job(
            profile="benchmark",
            mappings=data.mappings,
            source=source,
            api_id=API_ID,
            environment=ENVIRONMENT,
            target=Target(self.url),
            workers=workers,
            export=export,
            offline=True,
        )
        self.loads: list[Timed] = []
        self.load_cpu, self.raw_cpu = ServerCpu(self.url), ServerCpu(self.url)

    def once(self, *, workers: int | None = None, sink: bool = False) -> float:
        """Load anew; the seconds of loading."""
        checkpoint(self.url)
        job = replace(self.job, workers=workers or self.job.workers)
        self.load_cpu.begin()
        timed = timed_load(job, sunk_work if sink else timed_work)
        self.load_cpu.end()
        assert timed.result.items == self.data.items
        self.loads.append(timed)
        return timed.seconds

    def raw(self) -> float:
        """Copy the finished rows instead."""
        assert self.data.shares is not None
        emptied(self.url, self.data.tables)
        self.raw_cpu.begin()
        seconds = raw_copy_seconds(self.url, self.data.shares)
        self.raw_cpu.end()
        return seconds

    def forget(self) -> None:
        """What was measured so far was to warm up."""
        for measured in (self.loads, self.load_cpu.seconds, self.raw_cpu.seconds):
            measured.clear()

    def microseconds(self, cpu_seconds: list[float]) -> float | None:
        """The median, by item; None where nothing was measured."""
        if not cpu_seconds:
            return None
        return round(middle(cpu_seconds) / self.data.items * 1e6, 1)


def against_raw_copy(load: ExportLoad, rounds: int) -> dict[str, Any]:
    """Both lines in turns, into the same tables; their content is compared once."""
    load.once()  # makes the tables, takes off all but the keys, and brings the files into memory
    assert_only_keys(load.url, load.data.tables)
    ours = content(load.url, load.data.tables)
    load.raw()
    assert content(load.url, load.data.tables) == ours, "raw COPY does not make the same rows"
    load.forget()
    name = load.data.name
    seconds = alternating({f"raw COPY, {name}": load.raw, f"our load, {name}": load.once}, rounds)
    raw, own = seconds.values()
    return {
        "items": load.data.items,
        "raw_copy_seconds": middle(raw),
        "export_load_seconds": middle(own),
        "ratio_to_raw_copy": ratio(raw, own),
        "raw_copy_items_per_second": round(load.data.items / middle(raw)),
        "export_load_items_per_second": round(load.data.items / middle(own)),
        "worker_cpu_microseconds": load.microseconds([one.cpu_seconds for one in load.loads]),
        "server_cpu_microseconds": load.microseconds(load.load_cpu.seconds),
        "raw_copy_server_cpu_microseconds": load.microseconds(load.raw_cpu.seconds),
        "peak_rss_megabytes": max(one.rss_megabytes for one in load.loads),
        "rounds": seconds,
    }


def with_rejects(good: ExportLoad, bad: ExportLoad, rounds: int) -> dict[str, Any]:
    """Throughput with 1% bad items as a share of that without."""
    for load in (good, bad):
        load.once()
    seconds = alternating({"no rejects": good.once, "1% rejects": bad.once}, rounds)
    result = bad.loads[-1].result
    return {
        "rejected": result.rejected,
        "rejected_share": round(result.rejected / result.items, 4),
        "throughput_ratio": ratio(seconds["no rejects"], seconds["1% rejects"]),
        "rounds": seconds,
    }


def one_and_two_workers(load: ExportLoad, rounds: int) -> dict[str, Any]:
    """How much faster two workers are when their rows go nowhere: no COPY, but the ledger."""
    load.once(workers=2, sink=True)
    lines: dict[str, Line] = {
        "1 worker, null sink": lambda: load.once(workers=1, sink=True),
        "2 workers, null sink": lambda: load.once(workers=2, sink=True),
    }
    seconds = alternating(lines, rounds)
    one, two = seconds.values()
    return {
        "sink": "COPY is left out inside the worker; the ledger's transactions are made",
        "speed_up": ratio(one, two),
        "rounds": seconds,
    }


def resumes(load: ExportLoad, folder: Path, rounds: int, skipped: dict[str, str]) -> float | None:
    """The median of seconds from kill -9 to the first unit of the next command."""
    load.once()
    try:
        seconds = alternating(
            {"kill to first new row": lambda: resume_seconds(load.job, folder, load.data.items)},
            rounds,
        )
    except TooFastError as reason:
        skipped["resume_seconds"] = str(reason)
        return None
    return middle(seconds["kill to first new row"])
