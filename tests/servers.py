"""The servers that tests talk to: chosen once a session, wiped between tests, gone at the end."""

from __future__ import annotations

import os
import secrets
import tempfile
import time
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from migrate.aws import Source, client
from migrate.errors import MigrateError
from migrate.rehearse.stack.account import Account, server_account
from migrate.rehearse.stack.dynamodb import DynamoDBServer
from migrate.rehearse.stack.postgres import PostgresServer
from migrate.rehearse.stack.postgres_programs import (
    installed_programs,
    programs_for_rehearsal,
)
from migrate.rehearse.stack.sharing import Sharing
from migrate.rehearse.stack.stack import remove_unused
from tests import dynamodb_local

POSTGRES_VARIABLE = "MIGRATE_TEST_POSTGRES_URL"
DYNAMODB_VARIABLE = "MIGRATE_TEST_DYNAMODB_ENDPOINT"
_SETTLED_SECONDS = 60.0


@contextmanager
def session_folder() -> Iterator[Path]:
    """A folder for this session's servers; what killed sessions left is stopped and deleted."""
    # Not pytest's own folder: under root, that one cannot be entered by PostgreSQL's account.
    parent = Path(tempfile.gettempdir()) / f"migrate-tests-{os.getuid()}"
    parent.mkdir(exist_ok=True)
    parent.chmod(0o755)
    _remove_abandoned(parent)
    folder = Path(tempfile.mkdtemp(prefix="session-", dir=parent))
    folder.chmod(0o755)
    sharing = Sharing(folder)
    with sharing.turn():
        sharing.claim()
    try:
        yield folder
    finally:
        sharing.release()
        _remove(folder)


def _remove_abandoned(parent: Path) -> None:
    for folder in parent.glob("session-*"):
        # A younger one may belong to a session that is only now claiming it.
        with suppress(FileNotFoundError, MigrateError):
            if time.time() - folder.stat().st_mtime > _SETTLED_SECONDS:
                _remove(folder)


def _remove(folder: Path) -> None:
    sharing = Sharing(folder)
    with sharing.turn():
        if sharing.is_used():
            return
        dynamodb_local.stop(folder / "dynamodb-local")
    remove_unused(folder)


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The URL of a server: the given one, else of a container, of the machine, of the wheel."""
    given = os.environ.get(POSTGRES_VARIABLE)
    if given:
        yield given
        return
    with _container() as url:
        if url is not None:
            yield url
            return
    account = server_account()
    server = PostgresServer(folder / "postgres", lambda: _programs(account), account)
    url = server.ensure_running()
    try:
        yield url
    finally:
        server.remove()


def _programs(account: Account | None) -> Path:
    return installed_programs(account) or programs_for_rehearsal(account)


@contextmanager
def _container() -> Iterator[str | None]:
    """A PostgreSQL container where a Docker engine answers; None elsewhere."""
    socket = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if socket.startswith("unix://") and not Path(socket.removeprefix("unix://")).exists():
        yield None
        return
    with warnings.catch_warnings():
        # Its imports and its clients' sockets warn, and a warning fails a test here.
        warnings.simplefilter("ignore")
        from docker.errors import DockerException
        from testcontainers.community.postgres import PostgresContainer

        try:  # without an engine the constructor raises, not start()
            container = PostgresContainer("postgres:16-alpine", driver=None)
        except DockerException:
            container = None
        if container is not None:
            container.start()
    if container is None:
        yield None
        return
    try:
        yield container.get_connection_url()
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            container.stop()


@contextmanager
def database(server_url: str) -> Iterator[str]:
    """A new empty database on the server, dropped afterwards whoever still uses it."""
    name = f"test_{secrets.token_hex(8)}"
    identifier = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(identifier))
    try:
        yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


@contextmanager
def ministack(folder: Path) -> Iterator[str]:
    """The endpoint of the embedded emulator."""
    server = DynamoDBServer(folder / "dynamodb", keeps_state=False)
    endpoint = server.ensure_running()
    try:
        yield endpoint
    finally:
        server.remove()


def reset_ministack(endpoint: str) -> None:
    """Delete everything in an embedded emulator."""
    request = urllib.request.Request(f"{endpoint}/_ministack/reset", data=b"", method="POST")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as answer:
        answer.read()


def delete_tables(endpoint: str) -> None:
    """Delete every table of a local endpoint that has no reset of its own."""
    source = Source("ap-northeast-1", endpoint)
    assert source.is_local, "tests delete tables: the endpoint must be on this machine"
    dynamodb = client("dynamodb", source)
    try:
        for page in dynamodb.get_paginator("list_tables").paginate():
            for name in page["TableNames"]:
                dynamodb.delete_table(TableName=name)
                dynamodb.get_waiter("table_not_exists").wait(
                    TableName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
                )
    finally:
        dynamodb.close()
