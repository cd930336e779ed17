"""What --help says, and that it says it to pipes that are closed too."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from migrate.cli.main import COMMANDS
from tests.cli.conftest import CommandLine
from tests.cli.golden_file import check_golden
from tests.command_line import PROGRAM

NESTED = ["rejects retry", "report render", "report verify"]


@pytest.mark.parametrize("name", ["", *COMMANDS, *NESTED])
def test_help_stays_as_it_is(run: CommandLine, name: str) -> None:
    result = run(*name.split(), "--help")
    assert (result.code, result.stderr) == (0, "")
    check_golden("_".join(["help", *name.split()]), result.stdout)


def test_every_command_has_one_line_in_the_list(run: CommandLine) -> None:
    listed = run("--help").stdout.partition("Commands:\n")[2].split("\n\n")[0].splitlines()
    assert [line.split()[0] for line in listed] == list(COMMANDS)
    assert all(line.rstrip().endswith(".") for line in listed)


def test_the_version_is_one_line(run: CommandLine) -> None:
    from migrate import __version__

    assert run("--version").stdout == f"migrate, version {__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["plan", "--sql"]])
def test_a_reader_that_goes_away_is_no_failure(run: CommandLine, arguments: list[str]) -> None:
    """`migrate plan --sql | head -1`"""
    started = run.project.start(*arguments)
    assert started.stdout is not None
    started.stdout.close()
    assert started.stderr is not None
    stderr = started.stderr.read()
    assert (started.wait(timeout=60), stderr) == (0, "")
    started.stderr.close()


def test_full_output_into_a_device_that_is_full_is_told(run: CommandLine) -> None:
    device = Path("/dev/full")
    if not device.exists():
        pytest.skip("no /dev/full")
    with device.open("w") as full:
        code = subprocess.run(
            [PROGRAM, "plan", "--sql"],
            cwd=run.project.folder,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert code.returncode == 3
    assert "Traceback" not in code.stderr
    assert "cannot be written" in code.stderr
