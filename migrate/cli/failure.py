"""Errors as a user sees them: what happened, where, what to do, and an exit code by kind."""

from __future__ import annotations

import errno
import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

import click

from migrate.cli.output import patient_output
from migrate.errors import (
    AskOperatorError,
    FixInputError,
    MigrateError,
    Problem,
    RetryLaterError,
    SpecError,
)

DONE, NOT_PASSED, USAGE, TRY_AGAIN, DEFECT, INTERRUPTED = 0, 1, 2, 3, 4, 130


def run(command: click.Command) -> int:
    """Run `command` on the process's arguments; the exit code."""
    try:
        with patient_output():
            result = command.main(standalone_mode=False)
        return result if isinstance(result, int) else DONE
    except SpecError as error:
        show_problems(error.problems)
        return USAGE
    except MigrateError as error:
        _say(error.message, error.hint)
        return _code(error)
    except click.ClickException as error:
        error.show()
        return USAGE
    except (KeyboardInterrupt, click.exceptions.Abort):
        _say("stopped; nothing half-done was kept", "the same command goes on")
        return INTERRUPTED
    except OSError as error:
        return _of_system(error)
    except Exception as error:  # noqa: BLE001 - the last place where it can be turned into words
        return _of_defect(error)


def _of_system(error: OSError) -> int:
    """Files of ours: a full disk, a folder that may not be written."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        _say(
            f"{error.filename or 'a file'}: the disk is full", "make room; the same command goes on"
        )
        return TRY_AGAIN
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS} and error.filename:
        _say(f"{error.filename} may not be written", "run where this account may write")
        return USAGE
    return _of_defect(error)


def _of_defect(error: Exception) -> int:
    path = _keep(error)
    _say(
        f"a defect of migrate: {type(error).__name__}",
        f"nothing half-done was kept; please report {path} (it holds no data)",
    )
    return DEFECT


def _code(error: MigrateError) -> int:
    if isinstance(error, FixInputError):
        return USAGE
    if isinstance(error, AskOperatorError):
        return NOT_PASSED
    return TRY_AGAIN if isinstance(error, RetryLaterError) else DEFECT


def _say(message: str, hint: str) -> None:
    click.secho("error: ", fg="red", bold=True, err=True, nl=False)
    click.echo(message, err=True)
    if hint:
        click.secho("hint:  ", fg="cyan", err=True, nl=False)
        click.echo(hint, err=True)


def show_problems(problems: list[Problem]) -> None:
    """Each problem with its line, a caret under the place, and the nearest right word."""
    for problem in problems:
        click.secho(f"{problem.where}: ", bold=True, err=True, nl=False)
        click.echo(problem.message, err=True)
        if problem.source_line.strip():
            click.echo(f"  {problem.line:>4} | {problem.source_line}", err=True)
            before = problem.source_line[: problem.column - 1]
            pad = "".join("\t" if char == "\t" else " " * _columns(char) for char in before)
            click.echo(f"       | {pad}^", err=True)
        if problem.hint:
            click.secho("       = ", fg="cyan", err=True, nl=False)
            click.echo(problem.hint, err=True)
    noun = "problem" if len(problems) == 1 else "problems"
    click.secho(f"{len(problems)} {noun}", fg="red", bold=True, err=True)


def _columns(char: str) -> int:
    """How many columns of a terminal a character takes."""
    import unicodedata

    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:  # a combining mark, a joiner
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _keep(error: BaseException) -> Path:
    """Write where it happened. An exception's own text may hold a value of an item: left out."""
    folder = Path(".migrate")
    folder.mkdir(exist_ok=True)
    path = folder / f"defect-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.txt"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    path.write_text("\n".join([type(error).__name__, *lines]) + "\n")
    return path
