"""Proves that sessions of different machines reach the same database of the same server.

A name proves nothing (each network has its own), nor does a row (a restored copy has it too). A
lock is seen only by sessions of the very database that it was taken in.
"""

from __future__ import annotations

import secrets

from migrate.target.connection import Connection


def show_sign(connection: Connection) -> int:
    """Take a lock that nobody else knows, until the transaction ends."""
    sign = secrets.randbits(62)
    connection.execute("select pg_advisory_xact_lock(%s)", [sign])
    return sign


def sees_sign(connection: Connection, sign: int) -> bool:
    """Whether the session that shows `sign` is in this database."""
    row = connection.execute(
        "select exists (select from pg_locks l join pg_database d on d.oid = l.database"
        " where d.datname = current_database() and l.locktype = 'advisory' and l.granted"
        " and l.objsubid = 1 and (l.classid::bigint << 32) | l.objid::bigint = %s)",
        [sign],
    ).fetchone()
    return bool(row and row[0])
