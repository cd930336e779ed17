"""The command over tables of every kind: what it reads, prints, writes and answers."""

from __future__ import annotations

import json
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from migrate.aws import Source
from migrate.cli.main import cli
from migrate.errors import FixInputError, RetryLaterError
from migrate.mapping.spec import Mapping
from migrate.pipeline.inspect import Inspection, inspect_tables
from migrate.pipeline.job import Job
from migrate.target.connection import Target
from tests.inspect.fake_tables import Tables, served
from tests.inspect.things import uid

_CHECKOUT = Path(__file__).parents[2]
_API_ID, _ENVIRONMENT = "hugmedosampleapi0123456789", "dev"


def _name(model: str) -> str:
    return f"{model}-{_API_ID}-{_ENVIRONMENT}"


def _mapping(model: str, **columns: Any) -> Mapping:
    return Mapping.model_validate(
        {
            "mapping": 1,
            "source": {"model": model},
            "target": f"app.{model.lower()}",
            "columns": {"id": {"from": "id", "type": "uuid", "key": True}, **columns},
        }
    )


_MODELS = [_mapping("One", n={"from": "n", "type": "integer"}), _mapping("Two")]


def _inspect(tables: Tables, *, sample: int | None = None, **settings: Any) -> Inspection:
    with served(tables) as endpoint:
        job = Job(
            profile="local",
            mappings=settings.pop("mappings", _MODELS),
            source=Source("ap-northeast-1", endpoint),
            api_id=_API_ID,
            environment=_ENVIRONMENT,
            target=Target(""),
            **{"workers": 1, **settings},
        )
        return inspect_tables(job, sample=sample)


def _items(count: int, **attributes: Any) -> list[dict[str, Any]]:
    return [{"id": {"S": uid(number)}, **attributes} for number in range(count)]


@pytest.mark.parametrize("processes", [False, True])
def test_every_page_of_every_segment_is_read(
    processes: bool, request: pytest.FixtureRequest
) -> None:
    if not processes:
        request.getfixturevalue("inline")
    items = [{**item, "n": {"N": str(place)}} for place, item in enumerate(_items(250))]
    tables = Tables({_name("One"): items, _name("Two"): _items(1)}, page_items=7)
    found = _inspect(tables, segments=4, workers=2)
    one = next(one for one in found.models if one.model == "One")
    assert (one.tally.items, one.complete, found.items) == (250, True, 251)
    profile = one.tally.profile.at(("n",))
    assert profile is not None
    assert profile.number is not None
    assert (str(profile.number.least), str(profile.number.greatest)) == ("0", "249")
    assert profile.number.distinct.count == 250


@pytest.mark.usefixtures("inline")
def test_an_empty_table_is_no_problem() -> None:
    found = _inspect(Tables({_name("One"): [], _name("Two"): []}), segments=8)
    assert [(one.tally.items, one.complete) for one in found.models] == [(0, True), (0, True)]


@pytest.mark.usefixtures("inline")
def test_a_denied_table_is_noted_and_the_others_go_on() -> None:
    tables = Tables({_name("One"): _items(9), _name("Two"): _items(3)}, denied={_name("One")})
    found = _inspect(tables, segments=3)
    assert list(found.failed) == ["One"]
    assert "may not use" in found.failed["One"].message
    assert [(one.model, one.tally.items) for one in found.models] == [("Two", 3)]


@pytest.mark.usefixtures("inline")
def test_a_missing_table_is_noted_and_the_others_go_on() -> None:
    found = _inspect(Tables({_name("Two"): _items(3)}))
    assert list(found.failed) == ["One"]
    assert found.items == 3


@pytest.mark.usefixtures("inline")
def test_when_no_table_can_be_read_the_error_is_raised() -> None:
    tables = Tables({_name("One"): [], _name("Two"): []}, denied={_name("One"), _name("Two")})
    with pytest.raises(FixInputError, match="may not use"):
        _inspect(tables)


@pytest.mark.usefixtures("inline")
@pytest.mark.parametrize(("wanted", "read"), [(1, 1), (50, 50), (64, 64), (1000, 300)])
def test_a_sample_reads_as_much_as_asked_and_no_more(wanted: int, read: int) -> None:
    tables = Tables({_name("One"): _items(300), _name("Two"): []}, page_items=40)
    found = _inspect(tables, sample=wanted)
    one = found.models[0].tally if found.models[0].model == "One" else found.models[1].tally
    # Each segment gives its share, rounded up.
    assert read <= one.items <= read + 64
    assert tables.scanned[_name("One")] == one.items
    assert {m.model: m.complete for m in found.models} == {"One": wanted > 300, "Two": True}


@pytest.mark.usefixtures("inline")
def test_a_sample_goes_on_where_segments_hold_less_than_their_share() -> None:
    tables = Tables({_name("One"): _items(90), _name("Two"): []})
    found = _inspect(tables, sample=89)
    assert {one.model: one.tally.items for one in found.models}["One"] >= 89


def test_a_worker_that_dies_ends_the_inspection_with_words() -> None:
    deadly = _mapping("One", x={"call": "tests.inspect.deadly:die", "with": ["id"], "type": "text"})
    with pytest.raises(RetryLaterError, match="a worker process was killed"):
        _inspect(Tables({_name("One"): _items(3)}), mappings=[deadly])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the profiles and the mapping of users only."""
    shutil.copytree(_CHECKOUT / "rehearsals", tmp_path / "rehearsals", ignore=_no_results)
    (tmp_path / "mappings").mkdir()
    shutil.copy(_CHECKOUT / "mappings/hugmedo/User.yaml", tmp_path / "mappings")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _no_results(_: str, names: list[str]) -> set[str]:
    return {"results"} & set(names)


_SECRET = "秘密山田太郎"
_USER: dict[str, Any] = {
    "id": {"S": uid(1)},
    "email": {"S": f"{_SECRET}@family.example"},
    "firstName": {"S": _SECRET},
    "lastName": {"S": _SECRET * 20},
    "role": {"S": "GUARDIAN"},
    "status": {"S": "SUSPENDED"},
    "gender": {"S": _SECRET},
    "createdAt": {"S": "2024-05-01T09:00:00Z"},
    "updatedAt": {"S": "no time"},
    "dateOfBirth": {"S": "1988-02-29+09:00"},
    "medicalHistory": {"M": {_SECRET: {"S": _SECRET}, "note": {"L": [{"S": _SECRET}]}}},
    "settings": {"M": {_SECRET: {"S": _SECRET}, "theme": {"S": "DARK"}}},
    "metadata": {"S": '{"' + _SECRET},
    "owner": {"S": _SECRET},
    "unknown": {"S": _SECRET},
    "amount": {"N": "31415926535"},
}


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with served(Tables({_name("User"): [_USER]})) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
        yield url


def _run(*arguments: str) -> Result:
    words = ["inspect", "--mappings", "mappings", *arguments]
    return CliRunner().invoke(cli, words, standalone_mode=False, catch_exceptions=False)


def _columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in line)


@pytest.mark.usefixtures("endpoint", "inline")
def test_the_command_prints_a_readable_table_and_says_where_the_files_are(project: Path) -> None:
    result = _run("--patch", "p.diff", "--lang", "en")
    assert result.return_value == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0].startswith("User: 1 item, all read;")
    paths = [line for line in lines if line.startswith("rehearsals/")]
    assert [Path(path).name for path in paths] == ["inspect.json", "inspect.html"]
    assert all(Path(path).exists() for path in paths)
    assert [line for line in lines if _columns(line) > 100 and line not in paths] == []
    assert "\x1b" not in result.stdout
    assert "SUSPENDED: suspended" in (project / "p.diff").read_text(encoding="utf-8")


@pytest.mark.usefixtures("endpoint", "project", "inline")
def test_no_value_about_a_person_is_shown_anywhere() -> None:
    results = [_run("--patch", "p.diff"), _run("--json"), _run("--lang", "en", "--sample", "1")]
    shown = "".join(one.stdout + one.stderr for one in results)
    for path in [Path("p.diff"), *Path("rehearsals/results").rglob("inspect.*")]:
        shown += path.read_text(encoding="utf-8")
    for secret in (_SECRET[:3], "31415926535", "1988-02-29", "\\u79d8"):
        assert secret not in shown
    assert "SUSPENDED" in shown  # status is internal


@pytest.mark.usefixtures("endpoint", "project", "inline")
def test_json_on_stdout_is_what_the_file_holds() -> None:
    result = _run("--json")
    printed = json.loads(result.stdout)
    assert json.loads(Path(printed["report"]["json"]).read_text(encoding="utf-8")) == printed
    [model] = printed["models"]
    rules = {finding["code"] for finding in model["findings"]}
    assert {"unknown-attribute", "unknown-value", "too-long", "bad-datetime"} <= rules
    assert model["outcomes"]["rejected"] == 1


@pytest.mark.usefixtures("endpoint", "project", "inline")
def test_strict_answers_1_when_a_load_would_refuse_anything() -> None:
    assert _run("--strict").return_value == 1
    assert _run().return_value == 0


@pytest.mark.usefixtures("project", "inline")
def test_a_huge_item_and_a_clean_table(monkeypatch: pytest.MonkeyPatch) -> None:
    huge = {"M": {f"key {n}": {"L": [{"S": "x" * 150}, {"N": str(n)}]} for n in range(2_000)}}
    sound = {**_USER, "lastName": {"S": "x"}, "status": {"S": "ACTIVE"}, "gender": {"S": "MALE"}}
    for name in ("unknown", "amount", "settings"):
        del sound[name]
    item = {**sound, "updatedAt": sound["createdAt"], "medicalHistory": huge, "metadata": huge}
    with served(Tables({_name("User"): [item]})) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
        result = _run("--json", "--strict")
    assert result.return_value == 0, result.stdout
    lines = json.loads(result.stdout)["models"][0]["attributes"]
    entries = next(line for line in lines if line["path"] == "medicalHistory.*[]")
    assert entries["present"] == 4_000
    assert entries["text"]["code_points"]["greatest"] == 150
