"""Reads the case files of the mapping language, whose common parts are left out in each case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from migrate.yaml_source import read

FOLDER = Path(__file__).parent.parent / "cases" / "mapping"

Case = dict[str, Any]


def all_cases() -> list[Any]:
    """Every case of every file, named `file: case`."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for case in read(path, shown_as=path.name).value:
            name = f"{path.stem}: {case['name']}".replace(" ", "-")
            found.append(pytest.param(_completed(case), id=name))
    return found


def _completed(case: Case) -> Case:
    """With `parts`: every mapping of the case with its items, both complete."""
    parts = [_part(one) for one in [case, *case.get("and", [])]]
    completed = {**case, "parts": parts}
    if "becomes" in case:
        completed["rows"] = {"app.things": [{"id": "a", "v": case["becomes"]}]}
    if "column" in case and "rule" in case:
        completed.setdefault("at", "app.things.v")
    return completed


def _part(case: Case) -> tuple[Case, list[Any]]:
    """`column`, `attribute` and `becomes` stand for a mapping with one column `v` beside its key.

    A mapping may leave out `mapping: 1`, `source: {model: Thing}`, `target: app.things` and the
    key column `id`.
    """
    content = dict(case.get("mapping", {}))
    columns = dict(content.get("columns", {}))
    items = case.get("items", [case.get("item", {"id": {"S": "a"}})])
    if "column" in case:
        columns["v"] = {"from": "v", **case["column"]}
        items = [{"id": {"S": "a"}, **({"v": case["attribute"]} if "attribute" in case else {})}]
    if not any(column.get("key") for column in columns.values()):
        columns = {"id": {"from": "id", "type": "text", "key": True}, **columns}
    content = {"mapping": 1, "target": "app.things", **content, "columns": columns}
    content["source"] = {"model": "Thing", **content.get("source", {})}
    return content, items
