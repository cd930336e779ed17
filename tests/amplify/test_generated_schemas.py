"""Whatever a schema says, reading it ends with an app or with positions, never with a traceback."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.amplify.read import read_app
from migrate.errors import FixInputError, SpecError

_TYPES = ("A", "B", "C", "Box", "Kind", "Missing")
_FIELDS = ("id", "a", "b", "bId", "owner", "createdAt", "_version", "at")
_SCALARS = ("ID", "String", "Int", "AWSDateTime", "AWSJSON", "Money")

_name = st.sampled_from(_FIELDS)
_names = st.lists(_name, max_size=3).map(
    lambda names: "[" + ", ".join(f'"{n}"' for n in names) + "]"
)
_text = st.one_of(
    _name.map(lambda name: f'"{name}"'), _names, st.sampled_from(["7", "null", "{a: 1}", "ENUM"])
)


def _directive(names: tuple[str, ...], arguments: tuple[str, ...]) -> st.SearchStrategy[str]:
    argument = st.tuples(st.sampled_from(arguments), _text).map(": ".join)
    return st.tuples(
        st.sampled_from(names),
        st.lists(argument, max_size=3, unique_by=lambda one: one.split(":")[0]),
    ).map(lambda one: f"@{one[0]}({', '.join(one[1])})" if one[1] else f"@{one[0]}")


_on_field = _directive(
    ("primaryKey", "index", "hasOne", "hasMany", "belongsTo", "manyToMany", "connection", "default",
     "function", "ttl", "auth", "mine"),
    ("fields", "references", "indexName", "name", "keyName", "keyField", "sortField", "relationName",
     "sortKeyFields", "value", "rules"),
)  # fmt: skip
_on_type = _directive(
    ("model", "key", "auth", "mapsTo", "versioned", "refersTo", "searchable"),
    ("name", "fields", "timestamps", "rules", "versionField", "queries"),
)
_wrapped = st.sampled_from(["{}", "{}!", "[{}]", "[{}!]!", "[[{}]]"])
_type = st.tuples(_wrapped, st.sampled_from(_TYPES + _SCALARS)).map(
    lambda one: one[0].format(one[1])
)
_field = st.tuples(_name, _type, st.lists(_on_field, max_size=2)).map(
    lambda one: f"  {one[0]}: {one[1]} {' '.join(one[2])}"
)
_body = st.lists(_field, min_size=1, max_size=6, unique_by=lambda one: one.split(":")[0]).map(
    "\n".join
)
_definition = st.tuples(st.sampled_from(_TYPES[:4]), st.lists(_on_type, max_size=3), _body).map(
    lambda one: f"type {one[0]} {' '.join(one[1])} {{\n{one[2]}\n}}"
)
_schema = st.lists(_definition, min_size=1, max_size=4, unique_by=lambda one: one.split()[1]).map(
    lambda definitions: "\n".join([*definitions, "enum Kind { ONE TWO }", "scalar Money"])
)


def _read(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "schema.graphql"
        path.write_text(text, encoding="utf-8", newline="")
        (Path(folder) / ".git").mkdir()
        try:
            app = read_app([path])
        except SpecError as error:
            lines = text.count("\n") + text.count("\r") + 1
            assert all(1 <= one.line <= lines and one.column >= 1 for one in error.problems)
        except FixInputError as error:
            assert "no type with @model" in error.message
        else:
            for relation in app.relations:
                assert app.models[relation.holder].attribute(relation.attributes[0]) is not None


@settings(max_examples=300, deadline=None)
@given(_schema)
def test_generated_schema_is_read_or_refused_with_positions(text: str) -> None:
    _read(text.replace("type A", "type A @model", 1) if "@model" not in text else text)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='type A@model{}[]!:"#\\\n\r\t ()é$,', max_size=80))
def test_random_text_is_read_or_refused_with_positions(text: str) -> None:
    _read(text)
