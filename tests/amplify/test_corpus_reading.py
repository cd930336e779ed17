"""Every schema of the corpus is read, and as Amplify's own codegen read it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from migrate.amplify.graph import App, Origin
from migrate.amplify.read import read_app
from migrate.errors import SpecError
from tests.amplify.corpus import Schema, schemas

_DIFFERENCES = Path(__file__).parent.parent / "cases" / "amplify" / "codegen_differences.yaml"
_SDL = ("gen1-v1", "gen1-v2")
# What codegen lists too; owners, DataStore's attributes and the like it leaves out.
_LISTED: set[Origin] = {"field", "foreign-key", "timestamp", "ttl"}

needs_corpus = pytest.mark.skipif(not schemas(), reason="the corpus is not beside the checkout")


def _folder(schema: Schema) -> str:
    return schema.file.split("/")[0]


def _with_codegen() -> list[Schema]:
    """Codegen models that have schema text in the same folder."""
    texts = {_folder(one) for one in schemas() if one.kind in _SDL and one.is_readable}
    return [one for one in schemas() if one.kind == "gen1-models" and _folder(one) in texts]


@needs_corpus
@pytest.mark.parametrize("schema", schemas(), ids=lambda one: one.file)
def test_schema_of_the_corpus_is_read(schema: Schema) -> None:
    if not schema.is_readable:
        with pytest.raises(SpecError) as caught:
            read_app([schema.path])
        assert all(one.line and one.source_line for one in caught.value.problems)
        return
    app = read_app([schema.path])
    assert app.models
    for model in app.models.values():
        names = [one.name for one in model.attributes]
        assert len(names) == len(set(names))
        assert set(model.key) | set(model.key_fields) <= set(names)
        assert all(set(one.attributes) | set(one.fields) <= set(names) for one in model.indexes)
        assert all(one.place.line for one in model.attributes)
    for relation in app.relations:
        assert set(relation.attributes) <= {
            one.name for one in app.models[relation.holder].attributes
        }
        assert len(relation.attributes) == len(relation.target_key) > 0
        assert relation.target in app.models


@needs_corpus
@pytest.mark.parametrize("schema", _with_codegen(), ids=_folder)
def test_schema_is_read_as_codegen_read_it(schema: Schema) -> None:
    described = read_app([schema.path])
    read = _nearest(schema, described)
    common = [name for name in read.models if name in described.models]
    for name in common:
        assert read.models[name].key_fields == described.models[name].key_fields
    assert _relations(read, common) == _relations(described, common)
    explained = yaml.safe_load(_DIFFERENCES.read_text(encoding="utf-8")).get(_folder(schema), {})
    assert _differences(read, described) == set(explained)


def _nearest(schema: Schema, described: App) -> App:
    """A folder may hold several schemas: the one with the most models of the same names."""
    beside = [
        read_app([one.path])
        for one in schemas()
        if one.kind in _SDL and one.is_readable and _folder(one) == _folder(schema)
    ]
    return max(beside, key=lambda app: len(set(app.models) & set(described.models)))


def _relations(app: App, models: list[str]) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """Codegen shows a many-to-many relation as two lists of the join model."""
    return {
        f"{one.model}.{one.field}": (
            one.kind.replace("manyToMany", "hasMany"),
            one.holder,
            one.attributes,
        )
        for one in app.relations
        if one.model in models
    }


def _differences(read: App, described: App) -> set[str]:
    here, there = _names(read), _names(described)
    common = set(read.models) & set(described.models)
    return {
        f"{sign}{name}"
        for sign, names in (("+", here - there), ("-", there - here))
        for name in names
        if "." not in name or name.split(".")[0] in common
    }


def _names(app: App) -> set[str]:
    listed = {
        f"{model.name}.{one.name}"
        for model in app.models.values()
        for one in model.attributes
        if one.origin in _LISTED
    }
    return listed | set(app.models)


@needs_corpus
def test_every_explained_difference_belongs_to_a_folder() -> None:
    known = yaml.safe_load(_DIFFERENCES.read_text(encoding="utf-8"))
    assert set(known) <= {_folder(one) for one in _with_codegen()}
