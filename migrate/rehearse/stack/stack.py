"""The servers that a command needs on this machine, from its start to its end."""

from __future__ import annotations

import errno
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from migrate.errors import AskOperatorError, FixInputError, RetryLaterError
from migrate.rehearse.stack.account import Account, server_account, shared_folder
from migrate.rehearse.stack.dynamodb import DynamoDBServer
from migrate.rehearse.stack.postgres import PostgresServer
from migrate.rehearse.stack.postgres_programs import programs_for_rehearsal
from migrate.rehearse.stack.sharing import Sharing


@dataclass(frozen=True, slots=True)
class Stack:
    """Where the local servers answer; None where the command did not ask for one."""

    target_url: str | None = field(repr=False)  # carries the password
    dynamodb_endpoint: str | None


@contextmanager
def local_stack(
    folder: Path, *, need_source: bool, need_target: bool, fresh: bool = False
) -> Iterator[Stack]:
    """Run the servers of `folder` while the block lasts; `fresh` deletes what they kept.

    Commands share running servers, also those that a killed command left behind.
    Raises AskOperatorError for `fresh` while another command uses them, FixInputError when a
    server is not installed, RetryLaterError when one does not start.
    """
    with _translated(folder):
        folder = _prepared(folder)
        sharing = Sharing(folder)
        servers = _Servers(folder)
        with sharing.turn():
            if fresh:
                _wipe(servers, sharing)
            sharing.claim()
    try:
        with _translated(folder), sharing.turn():
            stack = servers.start(need_source=need_source, need_target=need_target)
        yield stack
    finally:
        with _translated(folder), sharing.turn():
            sharing.release()
            if not sharing.is_used():
                servers.stop()


def remove_unused(folder: Path) -> bool:
    """Stop the servers of `folder` and delete it, unless a command uses them; whether it did."""
    if not folder.exists():
        return True
    folder = _prepared(folder)
    sharing = Sharing(folder)
    with sharing.turn():
        if sharing.is_used():
            return False
        _Servers(folder).remove()
        shutil.rmtree(folder)
    return True


class _Servers:
    """The two servers of one folder."""

    def __init__(self, folder: Path) -> None:
        account = server_account()
        self._dynamodb = DynamoDBServer(folder / "dynamodb")
        self._postgres = PostgresServer(
            _postgres_folder(folder, account), lambda: programs_for_rehearsal(account), account
        )

    def start(self, *, need_source: bool, need_target: bool) -> Stack:
        return Stack(
            target_url=self._postgres.ensure_running() if need_target else None,
            dynamodb_endpoint=self._dynamodb.ensure_running() if need_source else None,
        )

    def stop(self) -> None:
        self._postgres.stop()
        self._dynamodb.stop()

    def remove(self) -> None:
        self._postgres.remove()
        self._dynamodb.remove()


def _prepared(folder: Path) -> Path:
    folder = folder.absolute()
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n")
    return folder.resolve()


def _postgres_folder(folder: Path, account: Account | None) -> Path:
    """Inside `folder`, or where root's stand-in can enter when it cannot enter that."""
    if account is None or account.can_enter(folder):
        return folder / "postgres"
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return shared_folder(account) / f"state-{name}"


def _wipe(servers: _Servers, sharing: Sharing) -> None:
    if sharing.is_used():
        hint = "wait for it to end, or run without --fresh"
        raise AskOperatorError("another command uses the local servers; they stay as is", hint)
    servers.remove()


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        name = error.filename or folder
        hint = f"{folder} was made by another account: remove it, or run as that account"
        raise FixInputError(f"{name} may not be used", hint) from error
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EROFS}:
            raise
        hint = "make room, then run the same command again"
        raise RetryLaterError(f"{folder} cannot be written: {error.strerror}", hint) from error
