"""Exports are inspected as the snapshot they describe, without DynamoDB."""

from __future__ import annotations

import dataclasses
import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from migrate.aws import Source
from migrate.cli.main import cli
from migrate.errors import FixInputError
from migrate.mapping.files import load_files
from migrate.pipeline.exported import chains
from migrate.pipeline.inspect import Inspection, inspect_tables
from migrate.pipeline.inspect_document import InspectDocument, document_json, make_document
from migrate.pipeline.inspect_parts import Inspected
from migrate.pipeline.job import Job
from migrate.rehearse.sample import expected, generate
from migrate.rehearse.sample.exports import write_sample_exports
from migrate.report.inspection import render_inspection
from migrate.target.connection import Target
from tests.exported_world import ExportedWorld, gone, put, rewrite
from tests.inspect.fake_tables import Tables, served
from tests.small_world import person, table_name, visit

_CHECKOUT = Path(__file__).parents[2]
_ITEMS, _SEED = 2_500, 7


@pytest.fixture
def files(tmp_path: Path) -> ExportedWorld:
    return ExportedWorld("", tmp_path / "bucket")


def _person(found: Inspection) -> Inspected:
    return next(one for one in found.models if one.model == "Person")


def _ages(one: Inspected) -> dict[str, int]:
    profile = one.tally.profile.at(("age",))
    assert profile is not None
    assert profile.number is not None
    return dict(profile.number.distinct.values or {})


def _two_windows(files: ExportedWorld) -> Job:
    files.full("Person", [person(n, age=n) for n in range(1, 6)], files=3)
    first = [put(person(1, age=11), 1), gone(2, 2), put(person(3, age=13), 3), put(person(6), 4)]
    files.window("Person", [*first, put(person(7, age=17), 5)], 9, 12)
    second = [put(person(1, age=21), 6), gone(3, 7), put(person(2, age=22), 8), gone(7, 9)]
    files.window("Person", second, 12, 14, files=1)
    files.full("Visit", [visit(11, of=1)])
    return files.exported()


@pytest.mark.parametrize("processes", [False, True])
def test_a_chain_is_inspected_as_its_newest_images(
    files: ExportedWorld, processes: bool, request: pytest.FixtureRequest
) -> None:
    if not processes:
        request.getfixturevalue("inline")
    found = inspect_tables(dataclasses.replace(_two_windows(files), workers=2))
    one = _person(found)
    assert _ages(one) == {"21": 1, "22": 1, "4": 1, "5": 1}
    assert (one.tally.items, one.complete, found.items) == (5, True, 6)
    assert found.from_exports


@pytest.mark.usefixtures("inline")
def test_a_bucket_is_inspected_as_a_folder(tmp_path: Path, dynamodb_endpoint: str) -> None:
    files = ExportedWorld("", tmp_path, Source("ap-northeast-1", dynamodb_endpoint))
    _two_windows(files)
    found = inspect_tables(files.exported(location=files.upload()))
    assert _ages(_person(found)) == {"21": 1, "22": 1, "4": 1, "5": 1}


@pytest.mark.usefixtures("inline")
@pytest.mark.parametrize("seed", range(8))
def test_any_chain_is_inspected_like_a_full_export_of_its_end(
    files: ExportedWorld, tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    state = {n: person(n, age=dice.randint(0, 9)) for n in range(dice.randint(0, 20))}
    files.full("Person", list(state.values()), files=dice.randint(1, 4))
    for window in range(3):
        changes = []
        for number in dice.sample(range(25), dice.randint(0, 15)):
            if dice.random() < 0.4:
                state.pop(number, None)
                changes.append(gone(number, dice.randint(0, 9)))
            else:
                state[number] = person(number, age=dice.randint(0, 9))
                changes.append(put(state[number], dice.randint(0, 9)))
        files.window("Person", changes, 10 + window, 11 + window)
    files.full("Visit", [])
    whole = ExportedWorld("", tmp_path / "whole")
    whole.full("Person", list(state.values()))
    whole.full("Visit", [])
    found, wanted = (_person(inspect_tables(job.exported())) for job in (files, whole))
    assert found.tally.items == len(state)
    assert found.tally.outcomes == wanted.tally.outcomes
    if state:
        assert _ages(found) == _ages(wanted)


@pytest.mark.usefixtures("inline")
@pytest.mark.parametrize(("wanted", "count"), [(1, 1), (7, 7), (30, 30), (90, 90), (1000, 93)])
def test_a_sample_takes_the_first_items_of_each_file(
    files: ExportedWorld, wanted: int, count: int
) -> None:
    """Also where windows replace what the files begin with, and files differ in size."""
    files.full("Person", [person(n) for n in range(90)], files=4)
    changes = [gone(n, n) for n in range(8)] + [put(person(100 + n), n) for n in range(11)]
    files.window("Person", changes, 10, 11, files=2)
    files.full("Visit", [])
    one = _person(inspect_tables(files.exported(), sample=wanted))
    assert count <= one.tally.items <= count + 5
    assert one.complete == (wanted == 1000)


@pytest.mark.usefixtures("inline")
def test_a_line_that_is_no_item_counts_as_refused(files: ExportedWorld) -> None:
    place = files.full("Person", [person(1), person(2), person(3)], files=1)
    rewrite(place, 0, lambda lines: [b'{"X":{"id":{"S":"1"}}}', b"{", lines[2]])
    files.full("Visit", [])
    one = _person(inspect_tables(files.exported()))
    assert (one.tally.items, one.tally.outcomes["rejected"]) == (3, 2)


@pytest.mark.usefixtures("inline")
def test_an_export_that_cannot_be_read_is_noted_and_the_others_go_on(files: ExportedWorld) -> None:
    files.full("Person", [person(1)])
    place = files.window("Person", [gone(1)], 10, 11, files=1)
    rewrite(place, 0, lambda lines: [b"{}"])
    files.full("Visit", [visit(11, of=1)])
    found = inspect_tables(files.exported())
    assert ".json.gz:1 is no change" in found.failed["Person"].message
    assert [(one.model, one.tally.items) for one in found.models] == [("Visit", 1)]
    job = files.exported()
    alone = dataclasses.replace(job, mappings=job.mappings[:1])
    with pytest.raises(FixInputError, match="is no change"):
        inspect_tables(alone)


@pytest.mark.usefixtures("inline")
def test_an_export_of_another_table_is_refused_unless_offline(files: ExportedWorld) -> None:
    files.full("Person", [])
    files.full("Visit", [])
    with served(Tables({table_name("Person"): [], table_name("Visit"): []})) as endpoint:
        files.source = Source("ap-northeast-1", endpoint)
        with pytest.raises(FixInputError, match="another table than today's Person"):
            inspect_tables(files.exported(offline=False))


def _sample_document(folder: Path) -> InspectDocument:
    api_id, environment, region = "abcdefghijklmnopqrstuvwxyz", "dev", "ap-northeast-1"
    write_sample_exports(folder, api_id, environment, region, _ITEMS, _SEED)
    mappings = load_files(_CHECKOUT / "mappings/hugmedo")
    job = Job(
        profile="local",
        mappings=[file.mapping for file in mappings],
        source=Source(region, "http://127.0.0.1:1"),
        api_id=api_id,
        environment=environment,
        target=Target(""),
        workers=1,
        offline=True,
    )
    found = chains(str(folder), job.source, job.mappings, api_id, environment)
    inspection = inspect_tables(dataclasses.replace(job, export=found))
    return make_document(mappings, inspection, "2025-05-01T00:00:00+00:00", "local")


@pytest.mark.usefixtures("inline")
def test_the_sample_is_found_in_its_exports_as_it_was_written(tmp_path: Path) -> None:
    document = _sample_document(tmp_path)
    whole = document_json(document)
    assert (whole["items"], whole["snapshot"]) == (_ITEMS, True)
    assert all(one["complete"] and one["exports"] for one in whole["models"])
    attributes = {
        f"{model['model']}.{line['path']}": line["present"]
        for model in whole["models"]
        for line in model["attributes"]
    }
    wanted: dict[str, int] = {}
    for model, item in generate(_ITEMS, _SEED):
        for name in item:
            wanted[f"{model}.{name}"] = wanted.get(f"{model}.{name}", 0) + 1
    assert wanted.items() <= attributes.items()
    rejected = sum(expected(_ITEMS, _SEED).rejected.values())
    assert 0 < sum(one["outcomes"]["rejected"] for one in whole["models"]) <= rejected
    assert "全量エクスポート" in render_inspection(document, "ja")
    assert "From the full export" in render_inspection(document, "en")


@pytest.mark.usefixtures("inline")
def test_the_command_inspects_a_folder_and_says_which_exports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(
        _CHECKOUT / "rehearsals", tmp_path / "rehearsals", ignore=lambda *_: ["results"]
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1")
    assert _run("sample", "--items", "200", "--export", "exports").return_value == 0
    where = ["--mappings", str(_CHECKOUT / "mappings/hugmedo"), "--export", "exports", "--offline"]
    text = _run("inspect", *where, "--lang", "en").stdout
    assert "  full export 0" in text
    assert "duplicate, key-clash, orphan; read from exports" in text
    printed = json.loads(_run("inspect", *where, "--json", "--sample", "3").stdout)
    assert printed["snapshot"] is True
    assert all(model["exports"] and model["shows"] for model in printed["models"])
    assert {model["items"] for model in printed["models"]} <= {0, 1, 2, 3, 4}
    with pytest.raises(FixInputError, match="--offline is about an export"):
        _run("inspect", "--mappings", where[1], "--offline")


def _run(*arguments: str) -> Any:
    return CliRunner().invoke(cli, arguments, standalone_mode=False, catch_exceptions=False)
