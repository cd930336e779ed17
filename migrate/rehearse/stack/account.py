"""Under whose name PostgreSQL runs, and where that account can read: it refuses to run as root."""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrate.errors import FixInputError


@dataclass(frozen=True, slots=True)
class Account:
    """An account without rights that root lends to the server."""

    name: str
    uid: int
    gid: int

    @property
    def popen_arguments(self) -> dict[str, Any]:
        """Arguments of `subprocess` that start a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        """Whether the account reaches the folder; asked of the system, which knows every rule."""
        return self.can_run(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)])

    def can_run(self, command: list[str]) -> bool:
        """Whether the command succeeds when this account runs it."""
        try:
            answer = subprocess.run(
                command, capture_output=True, cwd="/", check=False, **self.popen_arguments
            )
        except FileNotFoundError:
            return False
        except PermissionError:
            if not self._can_be_used():
                hint = "run the command as an ordinary user"
                message = f"root may not start programs as {self.name!r} on this machine"
                raise FixInputError(message, hint) from None
            return False
        return answer.returncode == 0

    def _can_be_used(self) -> bool:
        try:
            subprocess.run(["/bin/sh", "-c", ":"], cwd="/", check=False, **self.popen_arguments)
        except PermissionError:
            return False
        return True

    def owns(self, path: Path) -> None:
        """Give `path` to this account."""
        os.chown(path, self.uid, self.gid)


def server_account() -> Account | None:
    """The account to run as when we are root; None for an ordinary user, who runs it himself."""
    if os.geteuid() != 0:
        return None
    for name in ("nobody", "daemon"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    hint = "run the command as an ordinary user, or make an account named 'nobody'"
    raise FixInputError("PostgreSQL does not run as root, and there is no account to lend it", hint)


def shared_folder(account: Account) -> Path:
    """A folder of root's own below the system's temporary folder, which `account` can enter.

    Its name is stable, so what is kept there is found again by the next command.
    """
    for parent in map(Path, (tempfile.gettempdir(), "/tmp", "/var/tmp")):  # noqa: S108
        if parent.is_dir() and account.can_enter(parent):
            return _own_folder(parent / f"migrate-{os.geteuid()}")
    hint = "set TMPDIR to a folder that every account can enter"
    raise FixInputError(f"no temporary folder can be entered by {account.name!r}", hint)


def _own_folder(folder: Path) -> Path:
    folder.mkdir(mode=0o755, exist_ok=True)
    status = folder.lstat()
    # Anybody may make names below a temporary folder: use only what is ours and nobody's link.
    if folder.is_symlink() or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise FixInputError(f"{folder} was made by somebody else", "look at it and remove it")
    folder.chmod(0o755)  # whatever the umask says
    return folder
