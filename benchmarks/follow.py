"""How fast captured changes are applied: `python -m benchmarks.follow --json`.

Method: HugMeDo's sample is loaded from exports into a PostgreSQL of its own, its unique constraints
and indexes stand. Seeded changes of all models (shares as in the sample: half of them messages) are
put straight into the ledger, and `follow` applies them until nothing is pending; changes over its
wall time is the rate. `apply_per_second`: 70% updates, 20% new items, 10% removals, no two share a
unique value. `apply_conflict_per_second`: of the changes, 10% take the unique value of another item
that stands, and 30% of the others go to a few hot items. `visible_p99_seconds`: capture, follow run
as services beside an embedded emulator, new items come at 200 a second, and their rows are looked
for all the while; from the answer of PutItem until the row is seen. `idle_calls_per_shard_minute`:
GetRecords that arrive at a server of our own for a shard without changes.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import click

from benchmarks import follow_live
from benchmarks.bulk_target import fresh_database
from benchmarks.follow_changes import Changes, Mix, land, pin
from benchmarks.load import target
from migrate.aws import Source
from migrate.ledger import locks
from migrate.mapping.files import load_mappings
from migrate.pipeline.exported import chains
from migrate.pipeline.finalise import finalise
from migrate.pipeline.follow import Follower, FollowResult
from migrate.pipeline.job import Job
from migrate.pipeline.load import load
from migrate.rehearse.sample.exports import write_sample_exports
from migrate.rehearse.stack.stack import local_stack
from migrate.target.connection import Target, connect

_API_ID, _ENVIRONMENT, _REGION = "a" * 26, "bench", "ap-northeast-1"
_NO_CONFLICTS = Mix()
_CONFLICTS = Mix(taken=0.1, hot=0.3)


def loaded(folder: Path, url: str, items: int) -> Job:
    """The sample in a new database, as a copy that is followed."""
    mappings = load_mappings(Path("mappings/hugmedo"))
    if not folder.exists():
        write_sample_exports(folder, _API_ID, _ENVIRONMENT, _REGION, items, 7)
    source = Source(_REGION)
    job = Job(
        profile="benchmark",
        mappings=mappings,
        source=source,
        api_id=_API_ID,
        environment=_ENVIRONMENT,
        target=Target(url),
        export=chains(str(folder), source, mappings, _API_ID, _ENVIRONMENT),
        offline=True,
    )
    load(job)
    finalise(job, foreign_keys=False)
    with connect(job.target) as connection:
        pin(connection, mappings)
    return job


def applied(job: Job, changes: Changes, count: int) -> dict[str, Any]:
    """Land the changes, follow them, and say how fast."""
    with connect(job.target) as connection:
        land(connection, job.mappings, list(changes.make(count)))
    with Follower(job) as follower:
        cpu, started = time.process_time(), time.monotonic()
        result = follower.run(threading.Event(), "caught-up")
        seconds, cpu = time.monotonic() - started, time.process_time() - cpu
        server_cpu = _server_cpu_seconds(job)
    assert result.captured == count, result
    return {
        "per_second": round(count / seconds),
        "client_cpu_us": _us(cpu, count),
        "server_cpu_us": _us(server_cpu, count),
        **_of(result),
    }


def _server_cpu_seconds(job: Job) -> float:
    """Of the session that follows, since it began. Linux only; else 0."""
    with connect(job.target) as connection:
        row = connection.execute(
            "select pid from pg_stat_activity where application_name = %s", [locks.FOLLOW]
        ).fetchone()
    try:
        fields = Path(f"/proc/{row[0] if row else 0}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    # proc(5): fields 14 and 15, utime and stime; the first two went with the name.
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _us(seconds: float, count: int) -> float:
    """Microseconds a change."""
    return round(seconds / count * 1e6, 1)


def _of(result: FollowResult) -> dict[str, int]:
    names = ("captured", "applied", "superseded", "rejected", "deleted", "waiting")
    return {name: getattr(result, name) for name in names}


@click.command()
@click.option("--items", type=click.IntRange(min=1000), default=100_000, show_default=True)
@click.option("--changes", type=click.IntRange(min=100), default=100_000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--seconds", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), help="Keep data here for the next run.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def main(
    items: int, changes: int, seed: int, seconds: int, folder: Path | None, as_json: bool
) -> None:
    """Measure, and print. `--seconds`: how long the services are watched."""
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "local")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "local")
    with tempfile.TemporaryDirectory() as temporary, target() as server:
        place = (folder or Path(temporary)) / f"exports-{items}"
        found: dict[str, Any] = {"items": items, "changes": changes}
        for name, mix in (("apply", _NO_CONFLICTS), ("apply_conflict", _CONFLICTS)):
            job = loaded(place, fresh_database(server, f"follow_{name}"), items)
            measured = applied(job, Changes(items, seed, mix), changes)
            found[f"{name}_per_second"] = measured.pop("per_second")
            found[name] = measured
        url = fresh_database(server, "follow_idle")
        idle = follow_live.idle_calls_per_shard_minute(url, seconds=seconds)
        url = fresh_database(server, "follow_live")
        with local_stack(Path(temporary) / "source", need_source=True, need_target=False) as stack:
            assert stack.dynamodb_endpoint is not None
            found["visible_p99_seconds"] = follow_live.visible_p99_seconds(
                stack.dynamodb_endpoint, url, per_second=200, seconds=seconds
            )
        found["idle_calls_per_shard_minute"] = idle
    click.echo(json.dumps(found) if as_json else json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
