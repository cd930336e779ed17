"""A real dask cluster on this machine: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.command_line import wait_until

_KEPT = ("PATH", "HOME", "TMPDIR", "LANG")
_CHECKOUT = Path(__file__).parent.parent.parent


@dataclass
class Cluster:
    """`engine` is what a job names. Workers see nothing of the test's environment."""

    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The scheduler's, as it says in its log; empty until then."""
        found = re.search(r"Scheduler at: +(tcp://\S+)", self.logs)
        return found[1] if found else ""

    @property
    def engine(self) -> str:
        return self.address.replace("tcp://", "dask://")

    @property
    def logs(self) -> str:
        """What scheduler and workers wrote."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log"), key=_number))

    def scheduler(self, allowed_failures: int = 3) -> subprocess.Popen[bytes]:
        """`allowed_failures`: how often a task may lose its worker."""
        settings = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(allowed_failures)}
        arguments = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        started = self._start("scheduler", settings, *arguments)
        wait_until(lambda: self.address, "the scheduler")
        return started

    def worker(self, environment: dict[str, str], *, preload: str = "") -> subprocess.Popen[bytes]:
        """A worker of one thread. `preload` is Python that it runs at its start."""
        number = str(len(self.processes))
        arguments = [
            self.address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard",
            "--local-directory", str(self.folder / "space"),
        ]  # fmt: skip
        if preload:
            module = self.folder / f"preload_{number}.py"
            module.write_text(preload)
            arguments += ["--preload", str(module)]
        return self._start("worker", environment, *arguments)

    @contextmanager
    def only_worker(self, environment: dict[str, str], preload: str = "") -> Iterator[str]:
        """The address of a worker that leaves the cluster at the end of the block."""
        worker = self.worker(environment, preload=preload)
        started = len(self.processes) - 1  # without the scheduler
        try:
            self.wait_for_workers(started)
            yield self._addresses()[-1]
        finally:
            worker.kill()
            worker.wait()
            wait_until(lambda: self.logs.count("Remove worker") >= started, "the worker's end")

    def _addresses(self) -> list[str]:
        return re.findall(r"Start worker at: +(\S+)", self.logs)

    def wait_for_workers(self, count: int) -> None:
        """Until so many have joined: each says so in its log."""
        wait_until(lambda: self.logs.count("Registered to:") >= count, "the cluster's workers")

    def _start(
        self, program: str, environment: dict[str, str], *arguments: str
    ) -> subprocess.Popen[bytes]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        log = self.folder / f"{len(self.processes)}-{program}.log"
        with log.open("wb") as output:
            started = subprocess.Popen(
                [sys.executable, "-m", "dask", program, *arguments],
                env={**kept, "PYTHONPATH": str(_CHECKOUT), **environment},
                cwd=self.folder,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.processes.append(started)
        return started


def _number(log: Path) -> int:
    return int(log.name.partition("-")[0])


@contextmanager
def cluster(folder: Path, allowed_failures: int = 3) -> Iterator[Cluster]:
    """A scheduler without workers; all of it is killed at the end."""
    folder.mkdir()
    found = Cluster(folder)
    try:
        found.scheduler(allowed_failures)
        yield found
    finally:
        for process in reversed(found.processes):
            process.kill()
            process.wait()
