"""How a worker's task ended, in a form that crosses to another process without an item's value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrate.errors import DefectError, MigrateError


def outcome_of(task: Callable[..., None], *arguments: Any) -> MigrateError | None:
    """Run `task(*arguments)`. None: it is done."""
    try:
        task(*arguments)
    except MigrateError as error:
        return error
    except Exception as error:  # noqa: BLE001 - the last place before the process's border
        # Only the kind and the place: an exception's text may hold a value of an item.
        return DefectError(f"a worker failed: {place(error)}")
    return None


def place(error: BaseException) -> str:
    """An error's kind and where it was raised, without its text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} in {where}"
