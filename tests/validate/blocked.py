"""A reconciliation whose workers never end; the test kills it and looks for what is left."""

from __future__ import annotations

import fcntl
import os
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

from migrate.validate.reconcile import reconcile
from tests.validate.world import World, mappings


def blocked(folder: str, connection: object, model: str, keys: list[str]) -> Any:
    """Holds a lock of this process for as long as it lives, and waits for ever."""
    file = (Path(folder) / f"{os.getpid()}.lock").open("w")
    fcntl.flock(file, fcntl.LOCK_EX)
    (Path(folder) / f"{os.getpid()}.waiting").touch()
    threading.Event().wait()


def main() -> None:
    url, endpoint, folder = sys.argv[1:]
    world = World(url, endpoint, create=False)
    rejected = partial(blocked, folder)
    reconcile(mappings(), world.tables(), world.connect, rejected, workers=2)


if __name__ == "__main__":
    main()
