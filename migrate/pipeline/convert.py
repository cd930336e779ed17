"""Converts an Amplify app: its schema becomes mappings, DDL, findings and a diagram."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from migrate.amplify import findings_text
from migrate.amplify.diagram import Link, diagram
from migrate.amplify.drawing import svg
from migrate.amplify.finding_kinds import finding
from migrate.amplify.graph import App, Finding, Generation, Place, Relation
from migrate.amplify.mapping_writer import WrittenMappings, write_mappings
from migrate.amplify.mermaid import mermaid
from migrate.amplify.options import Options
from migrate.errors import FixInputError
from migrate.mapping.files import load_mappings
from migrate.mapping.spec import Mapping
from migrate.pipeline.convert_files import (
    MANIFEST,
    Manifest,
    MappingFile,
    place_mapping,
    removed,
    write_whole,
)

_SQL_HEAD = """\
-- Made by `migrate convert` from the mappings beside it; converting again writes it anew.
-- Tables, then indexes, then foreign keys. What is there already is left as it is, so running it
-- twice changes nothing.

"""


@dataclass(frozen=True)
class Conversion:
    """What was read and written. `removed` are mappings of models that are gone from the schema."""

    generation: Generation
    models: list[str]
    mappings: list[MappingFile]
    relations: list[Relation]
    findings: list[Finding]
    ddl: Path
    erd: Path
    removed: list[Path]

    @property
    def has_errors(self) -> bool:
        return any(one.severity == "error" for one in self.findings)

    def as_json(self) -> dict[str, Any]:
        """What `migrate convert --json` prints."""
        return {
            "generation": self.generation,
            "models": self.models,
            "mappings": [str(one.path) for one in self.mappings],
            "states": {str(one.path): one.state for one in self.mappings},
            "differences": {str(o.path): o.difference for o in self.mappings if o.difference},
            "removed": [str(path) for path in self.removed],
            "relations": [_relation_json(one) for one in self.relations],
            "findings": [findings_text.as_json(one) for one in self.findings],
            "ddl": str(self.ddl),
            "erd": str(self.erd),
        }


def _relation_json(relation: Relation) -> dict[str, Any]:
    content = asdict(relation)
    kept = ("model", "field", "kind", "target", "holder")
    return {**{name: content[name] for name in kept}, "attributes": list(relation.attributes)}


def convert(
    inputs: Sequence[Path],
    out: Path,
    options: Options,
    *,
    generation: Generation | None = None,
    force: bool = False,
) -> Conversion:
    """Read a schema and write its conversion into `out`.

    Raises SpecError for a schema (or an edited mapping) that cannot be read, FixInputError.
    """
    from migrate.amplify.read import read_app

    return convert_app(read_app(list(inputs), generation), out, options, force=force)


def convert_app(
    app: App,
    out: Path,
    options: Options,
    *,
    force: bool = False,
    further: Iterable[Finding] = (),
) -> Conversion:
    """Write the conversion of an app that was read already. `further` findings join its own."""
    if not app.models:
        raise FixInputError("the schema has no model with a table", "a model is a type with @model")
    written = write_mappings(app, options)
    manifest = Manifest.read(out)
    gone = removed(out, manifest, set(written.texts))
    files = [
        place_mapping(out, name, written.models[name], text, manifest, force=force)
        for name, text in written.texts.items()
    ]
    findings = findings_text.ordered(
        [*app.findings, *written.findings, *further, *(_removed_finding(path) for path in gone)]
    )
    settings = {"generation": app.generation, "options": options.as_json()}
    write_whole(out / MANIFEST, manifest.text(settings))
    _write_findings(out, app, findings)
    # From the folder, not from the texts: an edited mapping counts as it was edited.
    mappings = load_mappings(out)
    _write_ddl(out / "schema.sql", mappings)
    _write_diagram(out, mappings, written)
    return Conversion(
        generation=app.generation,
        models=list(app.models),
        mappings=files,
        relations=list(app.relations),
        findings=findings,
        ddl=out / "schema.sql",
        erd=out / "erd.mmd",
        removed=gone,
    )


def _removed_finding(path: Path) -> Finding:
    message = f"{path.name} was converted before, and its model is gone from the schema; it stays"
    return finding("model-removed", Place(str(path)), message, path.stem)


def _write_findings(out: Path, app: App, findings: Sequence[Finding]) -> None:
    content = {
        "generation": app.generation,
        "generation_reason": app.generation_reason,
        "findings": [findings_text.as_json(one) for one in findings],
    }
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    write_whole(out / "findings.json", text)
    page = findings_text.page(findings, app.generation, app.generation_reason)
    write_whole(out / "findings.md", page)


def _write_ddl(path: Path, mappings: Sequence[Mapping]) -> None:
    from migrate.target import definition

    statements = definition.statements(definition.metadata(mappings), idempotent=True)
    write_whole(path, _SQL_HEAD + ";\n\n".join(statements) + ";\n")


def _write_diagram(out: Path, mappings: Sequence[Mapping], written: WrittenMappings) -> None:
    loose = [
        Link(one.holder_table, one.label, one.target_table, enforced=False) for one in written.loose
    ]
    shown = diagram(mappings, loose)
    write_whole(out / "erd.mmd", mermaid(shown))
    write_whole(out / "erd.svg", svg(shown, "The target's tables and their references"))
