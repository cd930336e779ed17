"""The verifier's reading of the mapping language, case by case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from migrate.mapping.spec import Mapping
from migrate.mapping.transforms import TRANSFORMS
from migrate.validate.interpret import interpret
from migrate.validate.interpretation import Interpretation
from migrate.validate.sources import SOURCES

_CASES = Path(__file__).parent.parent / "cases" / "interpret"
Case = dict[str, Any]


def cases(name: str) -> list[Any]:
    found = yaml.safe_load((_CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"].replace(" ", "-")) for case in found]


def mapping_of(content: Case) -> Mapping:
    columns = {"id": {"from": "id", "type": "text", "key": True}, **content.get("columns", {})}
    defaults = {"mapping": 1, "source": {"model": "Thing"}, "target": "app.things"}
    return Mapping.model_validate({**defaults, **content, "columns": columns})


@pytest.mark.parametrize("case", cases("values"))
def test_value_becomes_canonical_text_or_breaks_a_rule(case: Case) -> None:
    mapping = mapping_of({"columns": {"value": {"from": "value", **case["column"]}}})
    item = {"id": {"S": "a"}}
    if "attribute" in case:
        item["value"] = case["attribute"]

    result = interpret(mapping, item)

    if "rule" in case:
        assert result.refusal is not None
        assert result.refusal.rule == case["rule"]
        if case["rule"] != "unparsable":
            assert (result.refusal.table, result.refusal.column) == ("app.things", "value")
            assert result.refusal.key == ("a",)
    else:
        assert result.outcome == "rows"
        assert result.rows[0].values == {"id": "a", "value": case["becomes"]}


@pytest.mark.parametrize("case", cases("items"))
def test_item_becomes_rows_or_breaks_a_rule(case: Case) -> None:
    result = interpret(mapping_of(case["mapping"]), case["item"])

    if "rule" in case:
        assert result.outcome == "rejected"
        assert result.refusal is not None
        assert result.refusal.rule == case["rule"]
        if "at" in case:
            assert f"{result.refusal.table}.{result.refusal.column}" == case["at"]
        assert not result.rows
        assert not result.children
        return
    assert result.refusal is None
    assert result.outcome == case.get("outcome", "rows")
    assert by_table(result) == case.get("rows", {})
    assert children(result) == case.get("children", {})
    bad = [[entry.list, entry.position, entry.rule] for entry in result.refused_elements]
    assert bad == case.get("bad_elements", [])


def by_table(result: Interpretation) -> dict[str, list[dict[str, str | None]]]:
    found: dict[str, list[dict[str, str | None]]] = {}
    for row in result.rows:
        found.setdefault(row.table, []).append(row.values)
    return found


def children(result: Interpretation) -> dict[str, list[int]]:
    return {
        child.list: [child.read, child.rows, child.filtered, child.rejected]
        for child in result.children
    }


def test_every_transform_of_the_language_has_a_reading_of_its_own() -> None:
    assert set(SOURCES) == set(TRANSFORMS.values())


def test_lone_surrogate_in_stored_text_is_refused() -> None:
    mapping = mapping_of({"columns": {"value": {"from": "value", "type": "jsonb"}}})
    for attribute in ({"S": "\ud83d"}, {"M": {"\ud83d": {"S": "x"}}}):
        result = interpret(mapping, {"id": {"S": "a"}, "value": attribute})
        assert result.refusal is not None
        assert result.refusal.rule == "bad-unicode"


def test_named_function_that_breaks_is_told_without_the_values() -> None:
    column = {"call": "builtins:len", "with": ["value"], "type": "integer"}
    mapping = mapping_of({"columns": {"value": column}})
    with pytest.raises(Exception, match=r"^builtins:len failed with TypeError$"):
        interpret(mapping, {"id": {"S": "a"}, "value": {"BOOL": True}})
