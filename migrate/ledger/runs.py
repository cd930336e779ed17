"""Runs: one load and all that follows it, until the next load."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg.types.json import Jsonb

from migrate import __version__
from migrate.target.connection import Connection


@dataclass(frozen=True, slots=True)
class Run:
    """A row of `migrate.runs`. `state` is loading, loaded, finalised or abandoned; `source` names
    the exports by model that it was loaded from, None: it scans the live tables."""

    run_id: str
    profile: str
    state: str
    fingerprint: str
    mapping_hashes: dict[str, str]
    started_at: datetime
    source: dict[str, Any] | None = None


_COLUMNS = "run_id, profile, state, fingerprint, mapping_hashes, started_at, source"


def latest(connection: Connection) -> Run | None:
    """The newest run that was not abandoned: the one whose rows the target holds."""
    row = connection.execute(
        f"select {_COLUMNS} from migrate.runs where state <> 'abandoned'"
        " order by started_at desc limit 1"
    ).fetchone()
    return Run(*row) if row else None


def create(
    connection: Connection,
    profile: str,
    fingerprint: str,
    mapping_hashes: dict[str, str],
    source: dict[str, Any] | None = None,
) -> Run:
    """A new run; earlier ones of the target are abandoned if they were not finished."""
    connection.execute(
        "update migrate.runs set state = 'abandoned' where state in ('loading', 'loaded')"
    )
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    row = connection.execute(
        "insert into migrate.runs"
        " (run_id, profile, state, fingerprint, mapping_hashes, source, tool_version)"
        f" values (%s, %s, 'loading', %s, %s, %s, %s) returning {_COLUMNS}",
        [
            run_id, profile, fingerprint, Jsonb(mapping_hashes),
            Jsonb(source) if source is not None else None, __version__,
        ],
    ).fetchone()  # fmt: skip
    assert row is not None
    return Run(*row)


def mark_loaded(connection: Connection, run_id: str) -> None:
    """Every part is finished."""
    connection.execute(
        "update migrate.runs set state = 'loaded', loaded_at = clock_timestamp()"
        " where run_id = %s and state = 'loading'",
        [run_id],
    )


def mark_finalised(connection: Connection, run_id: str) -> None:
    """Constraints stand again and policies were applied."""
    connection.execute(
        "update migrate.runs set state = 'finalised', finalised_at = clock_timestamp()"
        " where run_id = %s",
        [run_id],
    )


def keep_record(connection: Connection, run_id: str, record: dict[str, Any]) -> None:
    """Keep a rehearsal's record, so that later ones compare."""
    connection.execute(
        "update migrate.runs set record = %s where run_id = %s", [Jsonb(record), run_id]
    )


def records(connection: Connection, before: str, limit: int = 5) -> list[dict[str, Any]]:
    """Records of earlier rehearsals, newest first."""
    rows = connection.execute(
        "select record from migrate.runs where record is not null and run_id <> %s"
        " order by started_at desc limit %s",
        [before, limit],
    )
    return [row[0] for row in rows]
