"""The whole of an inspection is a function of the items: their order and division do not count."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrate.mapping.files import MappingFile
from migrate.pipeline.inspect_document import document_json
from migrate.pipeline.inspect_tally import Tally
from tests.inspect.things import document_of, tally_of, uid, write_mapping

_COLUMNS = {
    "kind": {"from": "kind", "type": "text", "values": {"A": "a"}, "class": "public"},
    "n": {"from": "n", "type": "integer", "required": True},
}
_VALUES = st.sampled_from(
    [{"S": "A"}, {"S": "B"}, {"S": "7"}, {"N": "7"}, {"N": "1.5"}, {"NULL": True}, {"S": "\ud800"}]
)
_ITEMS = st.lists(
    st.dictionaries(st.sampled_from(["kind", "n", "more", "other"]), _VALUES), max_size=25
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[MappingFile]:
    return write_mapping(tmp_path_factory.mktemp("thing") / "mappings", _COLUMNS)


def _whole(files: list[MappingFile], tally: Tally) -> dict[str, Any]:
    return document_json(document_of(files, tally))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(items=_ITEMS, seed=st.integers(0, 10**6))
def test_order_and_division_change_nothing(
    files: list[MappingFile], items: list[dict[str, Any]], seed: int
) -> None:
    items = [{"id": {"S": uid(place)}, **item} for place, item in enumerate(items)]
    wanted = _whole(files, tally_of(files, items))
    dice = random.Random(seed)
    left = dice.sample(items, len(items))
    parts = [Tally()]
    while left:
        size = dice.randint(1, len(left))
        parts.append(tally_of(files, left[:size]))
        del left[:size]
    while len(parts) > 1:
        second = parts.pop(dice.randrange(len(parts)))
        parts[dice.randrange(len(parts))].merge(second)
    assert _whole(files, parts[0]) == wanted


@pytest.mark.parametrize("seed", range(3))
def test_names_without_end_are_counted_as_one(files: list[MappingFile], seed: int) -> None:
    items = [
        {"id": {"S": uid(place)}, "n": {"N": "1"}, f"name{place % 300}": {"S": "x"}}
        for place in range(900)
    ]
    dice = random.Random(seed)
    dice.shuffle(items)
    tally = tally_of(files, items[:400])
    tally.merge(tally_of(files, items[400:]))
    [(place, broken)] = tally.refusals.places.items()
    assert (place.attribute, broken.count, broken.rejects) == ("*", 900, 900)
    assert broken.keys == [f'{{"id":{{"S":"{uid(number)}"}}}}' for number in range(3)]


def test_a_document_says_nothing_about_the_place_of_the_files(
    files: list[MappingFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A patch of mappings elsewhere is one for the folder above theirs."""
    monkeypatch.chdir(tmp_path)
    patch = document_of(files, tally_of(files, [{"id": {"S": uid(1)}}])).patch
    assert patch.text.startswith("--- a/mappings/Thing.yaml")
    assert patch.folder == Path(files[0].document.file).parent.parent
