"""The connection to a dask scheduler, and dask's own errors and log lines about it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from migrate.errors import FixInputError, RetryLaterError

_CONNECT_SECONDS = 8.0
CANCELLED = (asyncio.CancelledError, concurrent.futures.CancelledError)
"""Which of the two dask raises depends on where it noticed."""


@contextmanager
def connected(engine: str) -> Iterator[tuple[Any, str]]:
    """The client of the scheduler that `engine` names, and its address in dask's own form."""
    address = _address(engine)
    with _quiet():
        client = _client_of(address)
        try:
            yield client, address
        finally:
            with suppress(OSError, *CANCELLED):  # the scheduler is gone: nothing to close
                client.close(timeout=_CONNECT_SECONDS)


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask logs tracebacks on stderr when a scheduler goes away; ours is the error that says so."""
    names = [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]
    before = {logging.getLogger(name): logging.getLogger(name).level for name in names}
    for logger in before:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in before.items():
            logger.setLevel(level)


def _address(engine: str) -> str:
    """Dask's own form of dask://host:port. Encrypted where dask's configuration demands it."""
    parts = urlsplit(engine)
    try:
        complete = bool(parts.hostname and parts.port) and not parts.path.strip("/")
    except ValueError:
        complete = False
    if not complete:
        raise FixInputError(f"{engine!r} is no scheduler's address", "write dask://HOST:PORT")
    try:
        import dask
        import distributed  # noqa: F401 - its configuration is dask's from now on
    except ImportError:
        raise FixInputError(
            "the engine dask:// needs the package distributed, which is not installed",
            "install the extra: pip install 'migrate[dask]', or uv sync --extra dask",
        ) from None
    encrypted = dask.config.get("distributed.comm.require-encryption", None)
    return f"{'tls' if encrypted else 'tcp'}://{parts.netloc}"


def _client_of(address: str) -> Any:
    from distributed import Client
    from distributed.versions import VersionMismatchWarning

    with reaching(address), warnings.catch_warnings():
        # check_versions names the worker and refuses it.
        warnings.simplefilter("ignore", VersionMismatchWarning)
        return Client(address, timeout=_CONNECT_SECONDS, set_as_default=False, name="migrate")


@contextmanager
def reaching(address: str) -> Iterator[None]:
    """Turn dask's errors about a scheduler that is not there into ours."""
    try:
        yield
    except (OSError, *CANCELLED) as error:  # a timeout is an OSError
        raise unreachable(address) from error


def unreachable(address: str) -> RetryLaterError:
    return RetryLaterError(
        f"the dask scheduler at {address} cannot be reached",
        "check that it runs, the address and the network; the same command goes on",
    )
