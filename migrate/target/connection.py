"""Connections to the target, and PostgreSQL's errors in our words.

PostgreSQL's own messages can hold values of rows (DETAIL of a unique violation, the CONTEXT of a
COPY), so none of their text is passed on: only names of tables and constraints, and the code.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import conninfo, pq

from migrate.errors import DefectError, FixInputError, MigrateError, RetryLaterError

Connection = psycopg.Connection[tuple[Any, ...]]


class TransientError(RetryLaterError):
    """A connection lost, a server that restarts, a deadlock: it may work in a moment."""


_LOCAL = {"", "localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where rows go. `allow_unverified_tls` is the profile saying so by name."""

    url: str
    allow_unverified_tls: bool = False

    def __repr__(self) -> str:
        return f"Target({self.shown})"  # the URL holds a password

    @property
    def parts(self) -> dict[str, str]:
        """What libpq will use: the URL, then its PG* variables. Raises FixInputError."""
        try:
            parsed = conninfo.conninfo_to_dict(self.url)
        except psycopg.ProgrammingError:
            hint = "write postgresql://user@host:5432/database"
            raise FixInputError("the target URL cannot be read", hint) from None
        given = {name: str(value) for name, value in parsed.items() if value is not None}
        return {**_defaults(), **given}

    @property
    def shown(self) -> str:
        """host:port/database, without user and password."""
        parts = self.parts
        host, port = parts.get("host") or parts.get("hostaddr", "localhost"), parts["port"]
        return f"{host}:{port}/{parts.get('dbname', '')}"

    def check_tls(self) -> None:
        """Refuse to send patients' data over a connection that proves nothing."""
        parts = self.parts
        # hostaddr is where libpq goes when both are given; a service file may say anything.
        hosts = (parts.get("hostaddr") or parts.get("host", "")).split(",")
        local = all(host in _LOCAL or host.startswith("/") for host in hosts)
        if (
            (local and "service" not in parts)
            or self.allow_unverified_tls
            or parts.get("sslmode") == "verify-full"
        ):
            return
        raise FixInputError(
            f"the target {self.shown} is not local, and its URL does not verify TLS",
            "add sslmode=verify-full&sslrootcert=...,"
            " or say target.allow_unverified_tls: true in the profile",
        )


def connect(target: Target, *, autocommit: bool = False, name: str = "migrate") -> Connection:
    """Open a connection with the session settings every part relies on.

    Raises FixInputError (credentials, TLS, missing database) and RetryLaterError (unreachable).
    """
    target.check_tls()
    # No SET after connecting: through `options`, the settings also survive a reconnect.
    settings = (
        "-c timezone=UTC -c datestyle=ISO,YMD -c extra_float_digits=3 -c bytea_output=hex"
        " -c standard_conforming_strings=on -c client_encoding=UTF8"
    )
    with translated(f"target {target.shown}"):
        return psycopg.connect(
            target.url,
            autocommit=autocommit,
            application_name=name,
            options=settings,
            connect_timeout=10,
            keepalives_idle=30,
        )


def _defaults() -> dict[str, str]:
    options = pq.Conninfo.get_defaults()
    return {one.keyword.decode(): one.val.decode() for one in options if one.val}


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What the server says of itself and of this connection."""

    version: str
    tls: str


def server_facts(connection: Connection) -> ServerFacts:
    """Version, and TLS version with cipher; `none` on a plain local connection."""
    row = connection.execute(
        "select current_setting('server_version'),"
        " coalesce((select version || ' ' || cipher from pg_stat_ssl"
        "           where pid = pg_backend_pid() and ssl), 'none')"
    ).fetchone()
    assert row is not None
    return ServerFacts(f"PostgreSQL {row[0]}", row[1])


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn psycopg's errors about `what` into ours."""
    try:
        yield
    except psycopg.Error as error:
        raise of_postgres(error, what) from None  # its text may hold values of rows


def of_postgres(error: psycopg.Error, what: str) -> MigrateError:
    """Our error for PostgreSQL's, chosen by what the reader does next."""
    code = error.sqlstate
    if code is None:
        return _without_code(error, what)
    if code.startswith("28") or code == "42501":
        return FixInputError(f"{what}: not permitted ({code}){_where(error)}", _GRANT_HINT)
    if code == "53100":
        return RetryLaterError(f"{what}: the disk is full", "make room; the same command goes on")
    if code[:2] in {"08", "57", "40"}:
        return TransientError(f"{what}: PostgreSQL is not available ({code})", _AGAIN_HINT)
    if code[:2] in {"53", "55"}:
        return RetryLaterError(f"{what}: PostgreSQL cannot go on now ({code})", _AGAIN_HINT)
    if code in {"3D000", "3F000", "42P01", "42703", "42704"}:
        return FixInputError(f"{what}: something is missing ({code}){_where(error)}", _PLAN_HINT)
    return DefectError(f"{what}: PostgreSQL refused a statement ({code}){_where(error)}")


_GRANT_HINT = "the role needs CREATE on the database, and to own the tables it loads"
_AGAIN_HINT = "nothing half-done was kept; the same command goes on"
_PLAN_HINT = "compare with `migrate plan`"


def _where(error: psycopg.Error) -> str:
    names = [error.diag.schema_name, error.diag.table_name, error.diag.constraint_name]
    found = ".".join(name for name in names if name)
    return f" at {found}" if found else ""


def _without_code(error: psycopg.Error, what: str) -> MigrateError:
    """libpq gives no code when connecting fails; its text names hosts and roles, never rows."""
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return DefectError(f"{what}: {type(error).__name__}")
    text = str(error).lower()
    if "password authentication failed" in text or "no password supplied" in text:
        return FixInputError(f"{what}: wrong user or password", "check MIGRATE_TARGET_URL")
    if any(word in text for word in _TLS_WORDS):
        hint = "check sslmode and sslrootcert; Aurora's CA bundle is a public file"
        return FixInputError(f"{what}: TLS could not be verified", hint)
    if "does not exist" in text:
        return FixInputError(f"{what}: no such role or database", "check MIGRATE_TARGET_URL")
    if any(word in text for word in ("pg_hba.conf", "not permitted to log in", "permission den")):
        return FixInputError(f"{what}: the server does not let this role in", _GRANT_HINT)
    return TransientError(f"{what} cannot be reached", "check host, port and network; try again")


# Not the bare word: a lost connection says "SSL connection has been closed unexpectedly".
_TLS_WORDS = ("certificate", "does not support ssl", "ssl was required", "sslmode", "sslrootcert")
