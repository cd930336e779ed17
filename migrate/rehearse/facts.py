"""What a rehearsal's record says beyond its measurements: versions, environment, history."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import platform
from dataclasses import asdict, dataclass
from typing import Any

from migrate import __version__
from migrate.ledger import captured, rejects, runs, units
from migrate.ledger.rejects import RuleCount
from migrate.pipeline.copies import Copy, copies_of
from migrate.pipeline.job import Job
from migrate.pipeline.review import newest_run, shown_item_key, where
from migrate.rehearse.profile import Profile
from migrate.report.record import ExportRead, FollowedModel, Record
from migrate.source.export.store import parent_of
from migrate.target.connection import connect, server_facts, translated

_EXAMPLES_PER_RULE = 3
_EARLIER = 5


@dataclass(frozen=True)
class LedgerFacts:
    """What the ledger adds to a record."""

    rules: list[RuleCount]
    examples: dict[tuple[str, str], list[dict[str, str]]]
    throughput: list[tuple[float, int]]
    earlier: list[dict[str, Any]]


def ledger_facts(job: Job) -> LedgerFacts:
    """Rejects by rule with example keys (never values), throughput, earlier rehearsals."""
    with (
        translated(f"target {job.target.shown}"),
        connect(job.target, name="migrate report") as connection,
    ):
        run_id = newest_run(connection).run_id
        rules = rejects.by_rule(connection, run_id)
        examples: dict[tuple[str, str], list[dict[str, str]]] = {}
        for at in dict.fromkeys((one.model, one.rule) for one in rules):
            found = rejects.open_rejects(
                connection, run_id, model=at[0], rules=[at[1]], limit=_EXAMPLES_PER_RULE
            )
            examples[at] = [{"key": shown_item_key(job, one), "where": where(one)} for one in found]
        earlier = runs.records(connection, before=run_id, limit=_EARLIER)
        return LedgerFacts(rules, examples, units.throughput(connection, run_id), earlier)


def versions(profile: Profile, job: Job, data: dict[str, Any]) -> dict[str, str]:
    """Tool, mappings and profile by hash; `data` names the sample, if one was made."""
    hashes = job.mapping_hashes
    together = hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()
    found = {"tool": __version__, "mappings": together, "profile": profile.hash}
    if data:
        found["data"] = f"sample, {data['items']} items, seed {data['seed']}"
    found.update({f"mapping:{model}": value for model, value in sorted(hashes.items())})
    return found


def environment(job: Job) -> dict[str, str]:
    """Source, target and who ran it, without secrets."""
    with (
        translated(f"target {job.target.shown}"),
        connect(job.target, name="migrate report") as connection,
    ):
        target = server_facts(connection)
    return {
        **_source(job),
        "source_tables": f"<Model>-{job.api_id}-{job.environment}",
        "region": job.source.region,
        "target": job.target.shown,
        "target_version": target.version,
        "tls": target.tls,
        "host": platform.node(),
        "python": platform.python_version(),
        "operator": os.environ.get("MIGRATE_OPERATOR") or getpass.getuser(),
    }


def _source(job: Job) -> dict[str, str]:
    if job.export is None:
        return {"source": job.source.endpoint or f"DynamoDB, {job.source.region}"}
    chains = job.export.values()
    folders = {parent_of(one.location) for chain in chains for one in chain.exports}
    shown = sorted({chain.shows.isoformat(timespec="seconds") for chain in chains})
    times = shown[0] if len(shown) == 1 else f"{shown[0]} - {shown[-1]}"
    return {"source": "exports to S3", "exports": ", ".join(sorted(folders)), "exports_show": times}


def exports_read(job: Job) -> list[ExportRead]:
    """Every export that stands for a table, model by model; none where tables were scanned."""
    return [
        ExportRead(
            model=model,
            kind=one.kind,
            arn=one.arn,
            table_id=one.table_id,
            from_time=None if one.from_time is None else one.from_time.isoformat(),
            to_time=(one.to_time or one.export_time).isoformat(),
            items=one.items,
            location=one.location,
        )
        for model, chain in sorted((job.export or {}).items())
        for one in chain.exports
    ]


def followed_models(job: Job) -> list[FollowedModel]:
    """The account of every model's captured changes; what is pending was counted by itself."""
    with (
        translated(f"target {job.target.shown}"),
        connect(job.target, name="migrate report") as connection,
    ):
        run = newest_run(connection)
        left = captured.unapplied_counts(connection, run.run_id)
        copies = copies_of(connection, run, job.source_tables)
    return [_followed(one, left) for one in copies]


def _followed(copy: Copy, left: dict[int, int]) -> FollowedModel:
    held = [copy.of_shard(shard) for shard in copy.shards]
    pending = copy.waiting + sum(left.get(shard.shard, 0) for shard in copy.shards)
    settled = sum(one.settled for one in held)
    return FollowedModel(
        model=copy.model,
        captured=copy.captured,
        applied=sum(one.applied for one in held),
        superseded=sum(one.superseded for one in held),
        rejected=sum(one.rejected for one in held),
        deleted=sum(one.deleted for one in held),
        pending=pending,
        waiting=copy.waiting,
        balanced=copy.captured == settled + pending,
    )


def keep(job: Job, record: Record) -> None:
    """Keep a short form of the record in the ledger, so that later rehearsals compare."""
    short = {
        "run_id": record.run_id,
        "finished_at": record.finished_at,
        "verdict": record.verdict,
        "passed": record.passed,
        "seconds": round(sum(step.seconds for step in record.steps), 1),
        "items": sum(one.read for one in record.accounting),
        "criteria": [asdict(one) for one in record.criteria],
    }
    with (
        translated(f"target {job.target.shown}"),
        connect(job.target, name="migrate report") as connection,
    ):
        runs.keep_record(connection, record.run_id, short)
