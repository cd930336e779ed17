"""The bulk load against PostgreSQL alone and against other tools: `python -m benchmarks.bulk`.

Seeded data are made once into --folder. Lines that are compared run in turns on the same servers
in one run, and medians of the rounds are printed: docs/performance.md says how to read them.
"""

from __future__ import annotations

import functools
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from benchmarks.bulk_endpoint import filled_endpoint
from benchmarks.bulk_export import (
    ExportLoad,
    against_raw_copy,
    one_and_two_workers,
    resumes,
    with_rejects,
)
from benchmarks.bulk_machine import machine
from benchmarks.bulk_mappings import all_mappings, messages_mappings
from benchmarks.bulk_memory import peak_memory
from benchmarks.bulk_raw import psql
from benchmarks.bulk_scan import ScanSetting, client_cpu, scan_lines
from benchmarks.bulk_target import fresh_database
from benchmarks.data.dataset import DataSet, data_set
from benchmarks.data.messages import MODEL, messages
from benchmarks.data.mixed import mixed
from migrate.rehearse.stack.stack import local_stack, remove_unused
from tests.dynamodb_local import UnavailableError

_MEMORY_ITEMS = (100_000, 10_000_000)
_BAD_SHARE = 0.01


@dataclass
class Bench:
    """One run: what was asked for, and what was found so far."""

    folder: Path
    items: int
    scan_items: int
    workers: int
    rounds: int
    seed: int
    server_url: str
    found: dict[str, Any] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    @functools.cached_property
    def messages(self) -> ExportLoad:
        return ExportLoad(self.server_url, self._messages("messages", 0.0), self.workers)

    def _messages(self, name: str, bad_share: float) -> DataSet:
        return data_set(
            self.folder / "data",
            f"{name}-{self.seed}",
            self.items,
            messages_mappings(self.folder / "mappings"),
            lambda: (
                (MODEL, item) for item in messages(self.items, self.seed, bad_share=bad_share)
            ),
            copy_for_workers=0 if bad_share else self.workers,
        )

    def bulk(self) -> None:
        """Chat messages: raw COPY and our load from export files."""
        found = against_raw_copy(self.messages, self.rounds)
        self.found["messages"] = found
        names = ("raw_copy_seconds", "export_load_seconds", "ratio_to_raw_copy")
        self.found.update({name: found[name] for name in (*names, "peak_rss_megabytes")})

    def mixed(self) -> None:
        """All models of HugMeDo: the same two lines."""
        data = data_set(
            self.folder / "data",
            f"mixed-{self.seed}",
            self.items,
            all_mappings(),
            lambda: mixed(self.items, self.seed),
            copy_for_workers=self.workers,
        )
        found = against_raw_copy(ExportLoad(self.server_url, data, self.workers), self.rounds)
        self.found["mixed"] = found
        self.found["mixed_ratio_to_raw_copy"] = found["ratio_to_raw_copy"]

    def scan(self) -> None:
        """A live scan of DynamoDB Local: our command, ingestr, boto3 with pandas; client CPU."""
        messages_mappings(self.folder / "mappings")
        url = fresh_database(self.server_url, "bulk_scan")
        try:
            with filled_endpoint(self.folder / "fetched", self.scan_items, self.seed) as endpoint:
                setting = ScanSetting(
                    self.folder, endpoint, url, self.scan_items, self.workers, self.rounds
                )
                cpu = client_cpu(setting)
                self.found["scan"] = {**scan_lines(setting, self.skipped), **cpu}
        except UnavailableError as reason:
            self.skipped["scan"] = str(reason)

    def rejects(self) -> None:
        """What 1% bad items cost."""
        bad = ExportLoad(self.server_url, self._messages("bad", _BAD_SHARE), self.workers)
        self.found["rejects"] = with_rejects(self.messages, bad, self.rounds)

    def scaling(self) -> None:
        """One worker and two, into a null sink."""
        self.found["scaling"] = one_and_two_workers(self.messages, self.rounds)

    def resume(self) -> None:
        """From kill -9 to the first new row."""
        self.found["resume_seconds"] = resumes(
            self.messages, self.folder, self.rounds, self.skipped
        )

    def memory(self) -> None:
        """Peak memory of a worker by number of items; takes minutes, so only when named."""
        mappings = messages_mappings(self.folder / "mappings")
        self.found["memory"] = peak_memory(self.server_url, mappings, _MEMORY_ITEMS, self.workers)

    def run(self, lines: tuple[str, ...]) -> dict[str, Any]:
        """Every line that was asked for; the others are null, and `skipped` says why."""
        for name, line in self._lines().items():
            if name not in lines:
                self.skipped[name] = "not asked for"
            elif name in {"bulk", "mixed"} and psql() is None:
                self.skipped[name] = "there is no psql on this machine"
            else:
                click.echo(f"{name}: {line.__doc__}", err=True)
                line()
        empty = dict.fromkeys(_ALWAYS)
        head = {"items": self.items, "rounds": self.rounds, "workers": self.workers}
        tail = {"machine": machine(self.server_url), "skipped": self.skipped}
        return {**head, **empty, **self.found, **tail}

    def _lines(self) -> dict[str, Callable[[], None]]:
        return {name: getattr(self, method) for name, method in _LINES.items()}


_LINES = {
    "bulk": "bulk", "mixed": "mixed", "scan": "scan", "rejects": "rejects",
    "scaling": "scaling", "resume": "resume", "memory": "memory",
}  # fmt: skip
_DEFAULT_LINES = tuple(name for name in _LINES if name != "memory")
_ALWAYS = (
    "raw_copy_seconds", "export_load_seconds", "ratio_to_raw_copy", "mixed_ratio_to_raw_copy",
    "scan", "peak_rss_megabytes", "rejects", "scaling", "resume_seconds", "memory",
)  # fmt: skip


@click.command()
@click.option("--items", type=click.IntRange(min=1000), default=1_000_000, show_default=True)
@click.option("--scan-items", type=click.IntRange(min=100), default=50_000, show_default=True)
@click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True)
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True)
@click.option("--only", "lines", multiple=True, type=click.Choice(list(_LINES)))
@click.option("--memory", is_flag=True, help="Also the memory of 100,000 and 10,000,000 items.")
@click.option("--folder", type=click.Path(path_type=Path), help="Keep data here for the next run.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def main(
    items: int,
    scan_items: int,
    rounds: int,
    workers: int,
    seed: int,
    lines: tuple[str, ...],
    memory: bool,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Measure, and print medians of the rounds."""
    chosen = (lines or _DEFAULT_LINES) + (("memory",) if memory else ())
    with tempfile.TemporaryDirectory() as temporary:
        place = (folder or Path(temporary)).absolute()
        place.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("AWS_ACCESS_KEY_ID", "local")
        os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "local")
        found = _measured(
            Path(temporary) / "stack",
            lambda url: Bench(place, items, scan_items, workers, rounds, seed, url).run(chosen),
        )
    click.echo(json.dumps(found) if as_json else _text(found))


def _measured(servers: Path, run: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """What `run` finds on a PostgreSQL of its own, of which nothing is left afterwards."""
    try:
        with local_stack(servers, need_source=False, need_target=True) as stack:
            assert stack.target_url is not None
            return run(stack.target_url)
    finally:
        remove_unused(servers)  # under root its files lie outside of this folder


def _text(found: dict[str, Any], indent: str = "") -> str:
    """The same for people: one line a number."""
    lines = []
    for name, value in found.items():
        if isinstance(value, dict):
            lines += [f"{indent}{name}", _text(value, f"{indent}  ")]
        else:
            lines.append(f"{indent}{name:<32} {value}")
    return "\n".join(line for line in lines if line)


if __name__ == "__main__":
    main()
