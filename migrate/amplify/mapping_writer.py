"""Mappings for a whole app: YAML text per model, and what had to be decided on the way."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.amplify.column import ColumnMaker
from migrate.amplify.drafting import Drafter
from migrate.amplify.graph import App, Finding
from migrate.amplify.layout import Layout
from migrate.amplify.notes import Notes
from migrate.amplify.options import Options
from migrate.amplify.references import References
from migrate.amplify.yaml_text import mapping_text


@dataclass(frozen=True, slots=True)
class LooseLink:
    """A relation that has no foreign key in the target."""

    holder_table: str
    label: str
    target_table: str


@dataclass(frozen=True)
class WrittenMappings:
    """`texts` by file name, in the order of the models; `findings` are those of the writing."""

    texts: dict[str, str]
    models: dict[str, str]
    """File name to model."""
    findings: list[Finding]
    loose: list[LooseLink]


def write_mappings(app: App, options: Options) -> WrittenMappings:
    """The same app and options give the same text, byte for byte."""
    notes = Notes()
    references = References.of(app, notes)
    layout = Layout(app, options, ColumnMaker(app, options, notes), references)
    drafter = Drafter(layout, notes)
    names = _file_names(list(app.models))
    texts = {names[name]: mapping_text(drafter.draft(model)) for name, model in app.models.items()}
    layout.naming_findings(notes)
    models = {names[name]: name for name in app.models}
    return WrittenMappings(texts, models, notes.findings(), _loose_links(layout))


def _loose_links(layout: Layout) -> list[LooseLink]:
    return [
        LooseLink(
            layout.tables[one.holder], " and ".join(one.attributes), layout.tables[one.target]
        )
        for one in layout.references.loose
    ]


def _file_names(models: list[str]) -> dict[str, str]:
    """`Model.yaml`; models that differ in case only get a number, because file systems exist that
    would take them for one."""
    given: dict[str, str] = {}
    taken: set[str] = set()
    for model in sorted(models):
        name, number = model, 1
        while name.lower() in taken:
            number += 1
            name = f"{model}-{number}"
        taken.add(name.lower())
        given[model] = f"{name}.yaml"
    return given
