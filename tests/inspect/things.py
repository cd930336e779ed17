"""Inspects items without a table: one model, its mapping as a file, what is found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from migrate.mapping.files import MappingFile, load_files
from migrate.pipeline.inspect import Inspection
from migrate.pipeline.inspect_document import InspectDocument, make_document
from migrate.pipeline.inspect_parts import Inspected
from migrate.pipeline.inspect_refusals import Examiner
from migrate.pipeline.inspect_tally import Tally
from migrate.source.tables import SourceTable


def uid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def write_mapping(
    folder: Path, columns: dict[str, Any], changes: dict[str, Any] | None = None
) -> list[MappingFile]:
    """The mapping of model Thing as a file in `folder`, read back; columns stay one a line."""
    whole: dict[str, Any] = {"mapping": 1, "source": {"model": "Thing"}, "target": "app.things"}
    whole |= {"columns": {"id": {"from": "id", "type": "uuid", "key": True}, **columns}}
    whole |= changes or {}
    folder.mkdir(exist_ok=True)
    lines = ["# A comment at the head of the file."]
    for key, value in whole.items():
        if key == "columns":
            lines += ["columns:", *(f"  {name}: {_flow(one)}" for name, one in value.items())]
        else:
            lines.append(f"{key}: {_flow(value)}")
    (folder / "Thing.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_files(folder)


def _flow(value: Any) -> str:
    text = yaml.safe_dump(
        value, default_flow_style=True, width=10_000, sort_keys=False, allow_unicode=True
    )
    return str(text).strip().removesuffix("...").strip()


def with_ids(items: Sequence[dict[str, Any] | None]) -> list[Any]:
    """The items with ids of their own; None stands for something that is no item."""
    return [
        None if item is None else {"id": {"S": uid(place)}, **item}
        for place, item in enumerate(items)
    ]


def raw_of(item: Any) -> bytes:
    """An item as it is read; halves of pairs become escapes."""
    return json.dumps(item).encode()


def tally_of(files: list[MappingFile], items: list[Any]) -> Tally:
    tally = Tally()
    tally.add(Examiner(files[0].mapping), [raw_of(item) for item in items], 0)
    return tally


def document_of(
    files: list[MappingFile], tally: Tally, *, complete: bool = True
) -> InspectDocument:
    table = SourceTable("Thing-api-env", "", "arn", ("id",), tally.items, 0, None)
    one = Inspected("Thing", table, 1, tally, complete)
    return make_document(files, Inspection(None, [one], {}), "2024-05-01T00:00:00+00:00", "local")
