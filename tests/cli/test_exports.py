"""From exports to a verified target by the commands alone, with no DynamoDB to ask."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrate.rehearse.stack.stack import remove_unused
from tests.cli.conftest import CommandLine
from tests.command_line import Project

_CHECKOUT = Path(__file__).parents[2]
_READ = ("--export", "exports", "--offline")


@pytest.fixture
def hugmedo(run: CommandLine) -> Iterator[Project]:
    """The checkout's mappings and profiles, and a sample's exports beside them."""
    folder = run.project.folder
    for name in ("mappings", "rehearsals", "validation"):
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(_CHECKOUT / name, folder / name, ignore=shutil.ignore_patterns("results"))
    assert run("sample", "--items", "400", "--export", "exports").code == 0
    yield run.project
    remove_unused(folder / ".migrate" / "local")


@pytest.mark.usefixtures("inline")
def test_commands_lead_from_exports_to_a_verdict(
    run: CommandLine, hugmedo: Project, postgres_url: str
) -> None:
    hugmedo.environment |= {
        "MIGRATE_TARGET_URL": postgres_url,
        "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1",  # nobody is asked
    }
    plan = run("plan", *_READ, "--json")
    assert (plan.code, plan.json["items_estimate"]) == (0, 400)
    loaded = run("load", *_READ, "--json")
    assert (loaded.code, loaded.json["items"], loaded.json["balanced"]) == (0, 400, True)
    assert run("load", *_READ, "--json").json["run_id"] == loaded.json["run_id"]
    assert run("finalise").code == 0
    validated = run("validate", "--json")
    assert validated.code == 0, validated.printed
    assert validated.json["verdict"] == "equal"
    assert sum(one["read"] for one in validated.json["accounting"]) == 400
    retried = run("rejects", "retry")
    assert (retried.code, "0 loaded" in retried.stdout) == (0, True), retried.printed
    assert run("validate", "--json").json["verdict"] == "equal"


@pytest.mark.timeout(300)
def test_exports_are_rehearsed_and_named_in_the_report(run: CommandLine, hugmedo: Project) -> None:
    """With the embedded target; neither the emulator nor the sample's tables are made."""
    asked = run("rehearse", *_READ, "--items", "10")
    assert (asked.code, "--items and --seed are about the sample" in asked.stderr) == (2, True)
    result = run("rehearse", *_READ, "--json")
    assert result.code in {0, 1}, result.stderr
    record = result.json
    assert record["verdict"] == "equal"
    assert sum(one["read"] for one in record["accounting"]) == 400
    assert {one["kind"] for one in record["exports"]} == {"full"}
    assert len(record["exports"]) == 16
    assert record["environment"]["source"] == "exports to S3"
    assert "data" not in record["versions"]
    local = hugmedo.folder / ".migrate" / "local"
    assert local.exists()
    assert not (local / "dynamodb").exists()
    report = (hugmedo.folder / record["report"]["html"]).read_text(encoding="utf-8")
    first = record["exports"][0]["arn"].rpartition("/")[2]
    assert "読み取ったエクスポート" in report
    assert first in report.replace("<wbr>", "")
    stored = json.loads((hugmedo.folder / record["report"]["json"]).read_text(encoding="utf-8"))
    assert stored["exports"] == record["exports"]
