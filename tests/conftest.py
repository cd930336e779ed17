"""Fixtures for every test: real servers, and an environment that no test shares with its user."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import dynamodb_local, servers
from tests.signals import hear_interrupts

_CHECKOUT = Path(__file__).parent.parent
_FOREIGN = ("AWS_", "PG", "MIGRATE_")
_OURS = "MIGRATE_TEST_"

hear_interrupts()


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credential, endpoint or target of the person who runs the tests reaches a test."""
    for name in list(os.environ):
        if name.startswith(_FOREIGN) and not name.startswith(_OURS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="session")
def servers_folder() -> Iterator[Path]:
    with servers.session_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres_server_url(servers_folder: Path) -> Iterator[str]:
    """One PostgreSQL server for the session; tests take `postgres_url`."""
    with servers.postgres(servers_folder) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server_url: str) -> Iterator[str]:
    """The URL of a new and empty database; its owner is a superuser."""
    with servers.database(postgres_server_url) as url:
        yield url


@pytest.fixture(scope="session")
def ministack_endpoint(servers_folder: Path) -> Iterator[str]:
    with servers.ministack(servers_folder) as endpoint:
        yield endpoint


@pytest.fixture
def dynamodb_endpoint(request: pytest.FixtureRequest) -> str:
    """An endpoint without tables: the embedded emulator, unless the environment names another."""
    given = os.environ.get(servers.DYNAMODB_VARIABLE)
    if given:
        servers.delete_tables(given)
        return given
    endpoint: str = request.getfixturevalue("ministack_endpoint")
    servers.reset_ministack(endpoint)
    return endpoint


@pytest.fixture(scope="session")
def dynamodb_local_server(servers_folder: Path) -> Iterator[str]:
    cache = _CHECKOUT / ".cache"
    try:
        with dynamodb_local.running(servers_folder / "dynamodb-local", cache) as endpoint:
            yield endpoint
    except dynamodb_local.UnavailableError as reason:
        if os.environ.get("CI"):  # a green run there has seen both emulators
            raise
        pytest.skip(f"no DynamoDB Local: {reason}")


@pytest.fixture
def dynamodb_local_endpoint(dynamodb_local_server: str) -> str:
    """AWS's own emulator without tables; skipped where Java or npm is missing."""
    servers.delete_tables(dynamodb_local_server)
    return dynamodb_local_server


@pytest.fixture(params=["ministack", "dynamodb-local"])
def any_dynamodb_endpoint(request: pytest.FixtureRequest) -> str:
    """Each emulator in turn, for what must behave the same on both."""
    name = "dynamodb_endpoint" if request.param == "ministack" else "dynamodb_local_endpoint"
    endpoint: str = request.getfixturevalue(name)
    return endpoint
