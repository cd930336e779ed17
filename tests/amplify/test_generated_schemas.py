"""Whatever a schema says, reading it ends with an app or with positions, never with a traceback."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.amplify.graph import App
from migrate.amplify.read import read_app
from migrate.errors import FixInputError, SpecError

_TYPES = ("A", "A", "B", "B", "C", "Box", "Kind", "Money", "ID", "String", "Int", "AWSDateTime")
_FIELDS = ("a", "b", "bId", "owner", "createdAt", "_version", "at")
_MODELS = ("A", "B", "C")

_name = st.sampled_from(("id", *_FIELDS))
_names = st.lists(_name, min_size=1, max_size=3).map(
    lambda names: "[" + ", ".join(f'"{name}"' for name in names) + "]"
)
_odd = st.sampled_from(["7", "null", "[]", "{a: 1}", "ENUM", '""', '"byA"'])
_value = st.one_of(_name.map('"{}"'.format), _names, _odd)


def _directive(names: tuple[str, ...], arguments: tuple[str, ...]) -> st.SearchStrategy[str]:
    given_arguments = st.dictionaries(st.sampled_from(arguments), _value, max_size=2)
    return st.builds(_directive_text, st.sampled_from(names), given_arguments)


def _directive_text(name: str, arguments: dict[str, str]) -> str:
    shown = ", ".join(f"{key}: {value}" for key, value in arguments.items())
    return f"@{name}({shown})" if shown else f"@{name}"


_relation = _directive(
    ("hasOne", "hasMany", "belongsTo", "manyToMany", "connection"),
    (
        "fields",
        "references",
        "indexName",
        "name",
        "keyName",
        "keyField",
        "sortField",
        "relationName",
    ),
)
_other = _directive(
    ("primaryKey", "index", "default", "function", "ttl", "auth", "mine"),
    ("sortKeyFields", "name", "value", "rules"),
)
_on_type = _directive(
    ("key", "auth", "mapsTo", "versioned", "refersTo", "searchable"),
    ("name", "fields", "rules", "versionField"),
)
_shape = st.sampled_from(["{}", "{}!", "[{}]", "[{}!]!", "[[{}]]"])
_type = st.builds(lambda shape, name: shape.format(name), _shape, st.sampled_from(_TYPES))
_field = st.builds(
    lambda type_, relation, other: f"{type_} {relation} {other}",
    st.one_of(_type, st.sampled_from(["A", "B", "[A]", "[B]", "[C]", "Missing"])),
    st.one_of(st.just(""), _relation),
    st.one_of(st.just(""), st.just(""), _other),
)
_body = st.dictionaries(st.sampled_from(_FIELDS), _field, min_size=1, max_size=5)
_extras = st.lists(_on_type, max_size=1).map(" ".join)


def _definition(name: str, extras: str, body: dict[str, str]) -> str:
    fields = "\n".join(f"  {field}: {rest}" for field, rest in body.items())
    return f"type {name} {extras} {{\n  id: ID!\n{fields}\n}}"


def _schema_text(bodies: list[dict[str, str]], extras: list[str]) -> str:
    models = [
        _definition(name, f"@model {more}", body)
        for name, more, body in zip(_MODELS, extras, bodies, strict=False)
    ]
    box = _definition("Box", "", bodies[-1])
    return "\n".join([*models, box, "enum Kind { ONE TWO }", "scalar Money"])


_schema = st.builds(
    _schema_text,
    st.lists(_body, min_size=4, max_size=4),
    st.lists(_extras, min_size=3, max_size=3),
)


def _read(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "schema.graphql"
        path.write_text(text, encoding="utf-8", newline="")
        (Path(folder) / ".git").mkdir()
        refused: FixInputError | None = None
        try:
            app = read_app([path])
        except FixInputError as error:
            refused = error
    if isinstance(refused, SpecError):
        lines = text.count("\n") + text.count("\r") + 1
        assert all(1 <= one.line <= lines and one.column >= 1 for one in refused.problems)
    elif refused is not None:
        assert "no type with @model" in refused.message
    else:
        _check(app)


def _check(app: App) -> None:
    for relation in app.relations:
        holder = app.models[relation.holder]
        assert all(holder.attribute(name) for name in relation.attributes)
    for model in app.models.values():
        assert all(model.attribute(name) for name in model.key)


@settings(max_examples=300, deadline=None)
@given(_schema)
def test_generated_schema_is_read_or_refused_with_positions(text: str) -> None:
    _read(text)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='type A@model{}[]!:"#\\\n\r\t ()é$,', max_size=80))
def test_random_text_is_read_or_refused_with_positions(text: str) -> None:
    _read(text)
