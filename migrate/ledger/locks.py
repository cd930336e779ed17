"""Advisory locks: who may work on a target at the same time. They die with their connection."""

from __future__ import annotations

import time
from typing import Literal

import psycopg

from migrate.errors import AskOperatorError
from migrate.target.connection import Connection

CAPTURE: Literal["migrate capture"] = "migrate capture"
FOLLOW: Literal["migrate follow"] = "migrate follow"

# The number is "migrate" read as bytes, cut to 63 bits.
_TARGET = 0x6D69677261746
INSTALLING = _TARGET + 1
_ONLY = {CAPTURE: _TARGET + 2, FOLLOW: _TARGET + 3}

LOCK_TIMES, LOCK_SECONDS = 6, 0.1


def lock(connection: Connection) -> None:
    """Take the target for this command until the connection ends.

    The lock dies with the process that holds it, so a killed run never blocks the next. `follow`
    holds it for one batch only: its end is waited for, and PostgreSQL lets it in behind us.
    Raises AskOperatorError when another command has it.
    """
    if _tried(connection, _TARGET):
        return
    holder = _holder(connection, _TARGET)
    if holder and holder[0] == FOLLOW and _waited_for(connection):
        return
    raise _taken("another migrate command is at work on this target", holder)


def lock_for_batch(connection: Connection) -> bool:
    """Take the target until the transaction ends. False: another command has it, or waits."""
    row = connection.execute("select pg_try_advisory_xact_lock(%s)", [_TARGET]).fetchone()
    return bool(row and row[0])


def lock_as(connection: Connection, name: Literal["migrate capture", "migrate follow"]) -> None:
    """Be the only one of this name on the target until the connection ends.

    PostgreSQL takes a moment to notice that the process before, such as a service that is started
    anew, is gone. Raises AskOperatorError when another has it."""
    number = _ONLY[name]
    for _ in range(LOCK_TIMES):
        if _tried(connection, number):
            return
        time.sleep(LOCK_SECONDS)
    raise _taken(f"another `{name}` is at work on this target", _holder(connection, number))


def _tried(connection: Connection, number: int) -> bool:
    row = connection.execute("select pg_try_advisory_lock(%s)", [number]).fetchone()
    connection.commit()
    return bool(row and row[0])


def _waited_for(connection: Connection) -> bool:
    try:
        connection.execute("set local lock_timeout = '60s'")
        connection.execute("select pg_advisory_lock(%s)", [_TARGET])
        connection.commit()
        return True
    except psycopg.errors.LockNotAvailable:
        connection.rollback()
        return False


def _holder(connection: Connection, number: int) -> tuple[str, str] | None:
    row = connection.execute(
        "select a.application_name, a.backend_start::timestamptz(0)::text from pg_locks l"
        " join pg_stat_activity a using (pid) where l.locktype = 'advisory' and l.granted"
        " and (l.classid::bigint << 32) | l.objid::bigint = %s",
        [number],
    ).fetchone()
    connection.rollback()
    return (row[0], row[1]) if row else None


def _taken(what: str, holder: tuple[str, str] | None) -> AskOperatorError:
    who = f" ({holder[0]}, since {holder[1]})" if holder else ""
    return AskOperatorError(f"{what}{who}", "wait for it")
