"""Inspecting the sample in the emulator finds everything that was planted in it, and counts it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from migrate.aws import Source, client
from migrate.mapping.files import load_files
from migrate.pipeline.inspect import inspect_tables
from migrate.pipeline.inspect_document import (
    NOT_PREDICTED,
    InspectDocument,
    document_json,
    make_document,
)
from migrate.pipeline.job import Job
from migrate.rehearse.sample import expected, generate, planted, seed
from migrate.rehearse.sample.rates import RATES
from migrate.report.inspection import render_inspection
from migrate.target.connection import Target
from tests import servers

_ITEMS, _SEED = 2_500, 7
_API_ID, _ENVIRONMENT = "abcdefghijklmnopqrstuvwxyz", "dev"
_CASES = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/inspect/planted.yaml").read_text(encoding="utf-8")
)
# What a look at one item, or at one attribute, cannot see: that two items are alike or point
# nowhere, and texts that are only unusual.
_UNSEEN = {
    "User.duplicate-email", "User.phone-absent", "User.phone-null", "User.no-settings",
    "RefreshToken.token-stored-twice", "RolePermissions.same-pair-again", "Meeting.no-events",
    "Attendee.variation-selectors-in-name", "ChatMessage.metadata-null",
    "ChatMessage.control-characters", "ChatMessage.long-text", "ChatMessage.surrogate-pairs",
    "ChatMessage.half-width-kana", "AssessmentSession.contradicting-result",
    "AssessmentSession.no-last-activity", "AssessmentResult.second-of-one-session",
    "AuditLog.actor-gone",
}  # fmt: skip


def _job(endpoint: str, **settings: Any) -> tuple[Job, Any]:
    files = load_files(Path("mappings/hugmedo"))
    job = Job(
        profile="local",
        mappings=[file.mapping for file in files],
        source=Source("ap-northeast-1", endpoint),
        api_id=_API_ID,
        environment=_ENVIRONMENT,
        target=Target(""),
        **{"workers": 2, **settings},
    )
    return job, files


def _inspected(endpoint: str, **settings: Any) -> InspectDocument:
    job, files = _job(endpoint, **settings)
    return make_document(files, inspect_tables(job), "2024-05-01T00:00:00+00:00", "local")


@pytest.fixture(scope="module")
def seeded(ministack_endpoint: str) -> str:
    servers.reset_ministack(ministack_endpoint)
    dynamodb = client("dynamodb", Source("ap-northeast-1", ministack_endpoint))
    seed(dynamodb, _API_ID, _ENVIRONMENT, _ITEMS, _SEED)
    dynamodb.close()
    return ministack_endpoint


@pytest.fixture(scope="module")
def document(seeded: str) -> InspectDocument:
    return _inspected(seeded)


@pytest.fixture(scope="module")
def attributes(document: InspectDocument) -> dict[str, dict[str, Any]]:
    return {
        f"{model['model']}.{line['path']}": line
        for model in document_json(document)["models"]
        for line in model["attributes"]
    }


def test_outcomes_are_those_of_a_load(document: InspectDocument) -> None:
    wanted = expected(_ITEMS, _SEED)
    for view in document.models:
        outcomes = view.inspected.tally.outcomes
        assert view.inspected.tally.items == wanted.items[view.inspected.model]
        assert outcomes["tombstones"] == wanted.tombstones[view.inspected.model]
        assert outcomes["filtered"] == wanted.filtered[view.inspected.model]


def test_predicted_rejects_are_those_of_a_load(document: InspectDocument) -> None:
    wanted = expected(_ITEMS, _SEED)
    found: dict[str, Counter[tuple[str, str]]] = {"items": Counter(), "elements": Counter()}
    for one in document.findings:
        if one.rejects:
            found[one.unit][one.model, one.code] += one.rejects
    for unit, counts in (("items", wanted.rejected), ("elements", wanted.bad_elements)):
        seen = {key: n for key, n in counts.items() if key[1] not in NOT_PREDICTED}
        assert found[unit] == seen


@pytest.mark.parametrize("case", _CASES, ids=[" ".join(case["planted"]) for case in _CASES])
def test_a_planted_irregularity_is_counted(
    case: dict[str, Any], attributes: dict[str, dict[str, Any]]
) -> None:
    found: Any = attributes[case["attribute"]]
    steps = case["at"].split(".", 2) if case["at"].startswith("text.forms.") else None
    for step in steps or case["at"].split("."):
        found = _by_value(found)[step]
    counts = planted(_ITEMS, _SEED)
    assert found == sum(counts[key] for key in case["planted"])
    assert found > 0


def _by_value(found: Any) -> Any:
    return {one["value"]: one["count"] for one in found} if isinstance(found, list) else found


def test_every_planted_irregularity_that_can_be_seen_has_a_case() -> None:
    seen = {key for case in _CASES for key in case["planted"]}
    refused = {
        rate.key
        for rate in RATES
        if rate.outcome in {"rejected", "bad-element"} or rate.outcome == "tombstone"
    }
    assert {rate.key for rate in RATES} - seen - refused - _UNSEEN == set()


def test_every_attribute_is_counted_as_it_was_written(
    attributes: dict[str, dict[str, Any]],
) -> None:
    wanted: dict[str, Counter[str]] = {}
    for model, item in generate(_ITEMS, _SEED):
        for name, attribute in item.items():
            [(kind, value)] = attribute.items()
            counts = wanted.setdefault(f"{model}.{name}", Counter())
            counts[kind] += 1
            counts["empty"] += value == ""
    for name, counts in wanted.items():
        empty = counts.pop("empty")
        assert attributes[name]["types"] == counts
        assert attributes[name]["empty"] == empty
        assert attributes[name]["null"] == counts["NULL"]


@pytest.mark.usefixtures("inline")
def test_segments_and_workers_change_nothing(document: InspectDocument, seeded: str) -> None:
    again = _inspected(seeded, workers=1, segments=5)

    def models(one: InspectDocument) -> list[Any]:
        # How the table was cut, and the bytes of the answers, may differ; nothing else.
        cut = {"segments": 0, "bytes": 0}
        return [{**model, **cut} for model in document_json(one)["models"]]

    assert models(again) == models(document)
    assert again.patch.text == document.patch.text


def test_no_private_text_of_the_sample_is_shown(document: InspectDocument) -> None:
    shown = json.dumps(document_json(document), ensure_ascii=False) + document.patch.text
    shown += render_inspection(document, "ja") + render_inspection(document, "en")
    private = {
        "User": ("email", "firstName", "lastName", "phoneNumber"),
        "ChatMessage": ("content",),
        "Meeting": ("title",),
        "Attendee": ("displayName",),
        "RefreshToken": ("token", "ipAddress"),
    }
    leaked = [
        (model, name)
        for model, item in generate(_ITEMS, _SEED)
        for name in private.get(model, ())
        if len(item.get(name, {}).get("S", "")) > 4 and item[name]["S"] in shown
    ]
    assert leaked == []
