"""Converts schema text in a folder of the test's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from migrate.amplify.graph import App
from migrate.amplify.mapping_writer import WrittenMappings, write_mappings
from migrate.amplify.options import Options
from migrate.amplify.read import read_app


def app_of(
    folder: Path,
    schema: str,
    *,
    flags: dict[str, Any] | None = None,
    transform: dict[str, Any] | None = None,
) -> App:
    """The app of a schema with its project files beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "schema.graphql"
    path.write_text(schema, encoding="utf-8")
    if flags is not None:
        content = {"features": {"graphqltransformer": {"transformerversion": 2, **flags}}}
        (folder / "cli.json").write_text(json.dumps(content))
    if transform is not None:
        (folder / "transform.conf.json").write_text(json.dumps(transform))
    return read_app([path])


def written(folder: Path, case: dict[str, Any]) -> tuple[App, WrittenMappings]:
    """The mappings of a case file's case."""
    app = app_of(folder, case["schema"], flags=case.get("flags"), transform=case.get("transform"))
    return app, write_mappings(app, Options(**case.get("options", {})))
