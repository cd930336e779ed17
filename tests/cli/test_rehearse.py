"""The default rehearsal on its embedded servers: its contract, again, and after a kill -9."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrate.mapping.files import load_mappings
from tests.command_line import Project, checkout, ended

_CHECKOUT = Path(__file__).parents[2]
COMMAND = ("rehearse", "--items", "300", "--json")

ACCOUNT = {
    "model": str, "read": int, "loaded": int, "tombstones": int, "filtered": int, "rejected": int,
    "balanced": bool,
}  # fmt: skip
LISTED = {
    "model": str, "list": str, "read": int, "rows": int, "filtered": int, "rejected": int,
    "balanced": bool,
}  # fmt: skip
RECONCILED = {"table": str, "compared": int, "missing": int, "extra": int, "different": int}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A checkout's mappings, profiles and rules in a folder of their own, without servers."""
    with checkout(tmp_path) as project:
        yield project


@pytest.mark.timeout(400)
def test_a_rehearsal_keeps_its_contract_and_can_be_killed(project: Project) -> None:
    first = project.run(*COMMAND)
    check_contract(project, first.json, first.code)
    killed = project.start(*COMMAND)
    assert killed.stderr is not None
    for line in killed.stderr:
        if line.startswith("load ..."):
            break
    os.kill(killed.pid, signal.SIGKILL)
    ended(killed)
    again = project.run(*COMMAND)
    check_contract(project, again.json, again.code)
    assert again.json["run_id"] != first.json["run_id"]
    for part in ("accounting", "children", "reconciliation"):
        assert again.json[part] == first.json[part], "the same data gives the same numbers"
    assert [one["run_id"] for one in again.json["earlier"]] == [first.json["run_id"]]


def check_contract(project: Project, found: dict[str, Any], code: int) -> None:
    assert found["profile"] == "local"
    assert found["verdict"] == "equal"
    assert found["passed"] is (code == 0)
    check_criteria(found, code)
    check_accounts(found)
    rejected = sum(one["rejected"] for one in found["accounting"])
    assert rejected > 0
    steps = [one["name"] for one in found["steps"]]
    assert steps[:6] == ["lint", "prepare", "plan", "load", "finalise", "validate"]
    assert all(isinstance(one["seconds"], int | float) for one in found["steps"])
    folder = Path("rehearsals") / "results" / found["run_id"]
    for kind, suffix in {"html": "html", "json": "json", "junit": "xml"}.items():
        path = Path(found["report"][kind])
        assert path.parent == folder
        assert path.suffix == f".{suffix}"
        assert (project.folder / path).stat().st_size > 0
    kept = json.loads((project.folder / found["report"]["json"]).read_text())
    assert kept["run_id"] == found["run_id"]


def check_criteria(found: dict[str, Any], code: int) -> None:
    """Exit code 1 has a reason that can be read."""
    criteria = {one["id"]: one for one in found["criteria"]}
    assert set(criteria) >= {"missing", "extra", "different", "orphans", "accounting", "rejects"}
    assert all(set(one) >= {"id", "threshold", "actual", "passed"} for one in criteria.values())
    failed = [name for name, one in criteria.items() if not one["passed"]]
    assert bool(failed) is (code == 1)
    assert set(failed) <= {"rejects", "suites"}, "nothing else may fail on so small a sample"


def check_accounts(found: dict[str, Any]) -> None:
    mappings = load_mappings(_CHECKOUT / "mappings" / "hugmedo")
    assert [one["model"] for one in found["accounting"]] == [one.model for one in mappings]
    for one in found["accounting"]:
        assert {name: type(value) for name, value in one.items()} == ACCOUNT
        assert one["balanced"]
        parts = ("loaded", "tombstones", "filtered", "rejected")
        assert one["read"] == sum(one[part] for part in parts)
    for one in found["children"]:
        assert {name: type(value) for name, value in one.items()} == LISTED
        assert one["read"] == one["rows"] + one["filtered"] + one["rejected"]
    tables = sorted({table.target for mapping in mappings for table in mapping.tables})
    assert [one["table"] for one in found["reconciliation"]] == tables
    for one in found["reconciliation"]:
        assert {name: type(value) for name, value in one.items()} == RECONCILED
        assert (one["missing"], one["extra"], one["different"]) == (0, 0, 0)
    for one in found["suites"]:
        assert set(one) >= {"suite", "passed", "checks", "failed"}
