"""The reference of commands and exit codes says what the commands are."""

from __future__ import annotations

import importlib.util
import re
from types import ModuleType

from migrate.cli import failure
from tests.docs.pages import DOCS, first_cells


def _made() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_cli", DOCS / "reference/make_cli.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_commands_is_what_the_commands_say() -> None:
    page = (DOCS / "reference/cli.md").read_text(encoding="utf-8")
    assert page == _made().page(), "run `python docs/reference/make_cli.py`"


def test_every_exit_code_is_described() -> None:
    page = (DOCS / "reference/exit-codes.md").read_text(encoding="utf-8")
    codes = {
        failure.DONE,
        failure.NOT_PASSED,
        failure.USAGE,
        failure.TRY_AGAIN,
        failure.DEFECT,
        failure.INTERRUPTED,
    }
    assert [int(code) for code in first_cells(page, "Exit codes") if code.isdecimal()] == sorted(
        codes
    )


def test_every_environment_variable_that_the_code_reads_is_on_the_page() -> None:
    page = (DOCS / "reference/cli.md").read_text(encoding="utf-8")
    package = DOCS.parent / "migrate"
    read = set()
    for path in package.rglob("*.py"):
        read |= set(re.findall(r"environ(?:\.get\(|\[)\"([A-Z_]+)\"", path.read_text("utf-8")))
    assert "MIGRATE_TARGET_URL" in read
    internal = {name for name in read if not name.startswith(("MIGRATE_", "AWS_ENDPOINT"))}
    assert {name for name in read - internal if f"`{name}`" not in page} == set()
