"""The sample's tables and items are those of the sample schema."""

from __future__ import annotations

import re
from functools import cache

import pytest

from migrate.rehearse.sample import generate
from migrate.rehearse.sample.definitions import DELTA, INDEXES, KEYS, MARKER, sample_tables
from migrate.rehearse.sample.layout import MODELS
from tests.rehearse.judged import MAPPINGS_FOLDER, mappings

_ADDED = {"__typename", "createdAt", "updatedAt", "owner"}
_DATASTORE = {"_version", "_lastChangedAt", "_deleted", "_ttl"}
# Names that the schema had once, foreign keys that Amplify names, keys that it derives, and what
# the planted items and the audit functions add.
_BESIDE_THE_SCHEMA = {
    "User": {"givenName", "familyName"},
    "Meeting": {"startTime", "endTime", "status#createdAt"},
    "Appointment": {"status#createdAt"},
    "PasswordResetToken": {"userPasswordResetTokensId"},
    "AssessmentSession": {"assessmentSessionResultId"},
    "RolePermissions": {"id", "roleId", "permissionId"},
    "ChatMessage": {"stampId"},
    "AuditLog": {"requestId", "facilityId", "changes"},
}


@cache
def _schema() -> str:
    return (MAPPINGS_FOLDER / "schema.graphql").read_text(encoding="utf-8")


@cache
def _body(kind: str, name: str) -> str:
    found = re.search(rf"^{kind} {name}\b[^\n]*\{{\n(.*?)^\}}", _schema(), re.MULTILINE | re.DOTALL)
    return found.group(1) if found else ""


def _fields(model: str) -> set[str]:
    """Field names that hold an attribute: not those of another model's type."""
    relation = re.compile(r"@(belongsTo|hasOne|hasMany|manyToMany)\b")
    lines = [line.strip() for line in _body("type", model).splitlines()]
    return {
        line.partition(":")[0]
        for line in lines
        if re.match(r"\w+:", line) and not relation.search(line)
    }


def _declared_indexes(model: str) -> set[tuple[str, str, str | None]]:
    pattern = re.compile(r'(\w+):.*?@index\(name: "(\w+)"(?:, sortKeyFields: \[([^\]]*)\])?')
    found = set()
    for line in _body("type", model).splitlines():
        match = pattern.search(line)
        if match:
            sort = (match.group(3) or "").replace('"', "").replace(", ", "#")
            found.add((match.group(2), match.group(1), sort or None))
    return found


@pytest.mark.parametrize("model", [name for name in MODELS if name != "RolePermissions"])
def test_indexes_are_those_that_the_schema_makes(model: str) -> None:
    wanted = _declared_indexes(model)
    if model == "PasswordResetToken":  # of a hasMany that names none
        wanted.add(("gsi-User.passwordResetTokens", "userPasswordResetTokensId", None))
    assert set(INDEXES.get(model, ())) == wanted


def test_keys_are_those_of_schema_and_mappings() -> None:
    for model, mapping in mappings().items():
        assert KEYS.get(model, ("id",)) == mapping.source.key
    assert '@primaryKey(sortKeyFields: ["createdAt"])' in _body("type", "Notification")


def test_attributes_are_in_the_schema_or_named_here() -> None:
    seen: dict[str, set[str]] = {}
    for model, item in generate(4000, 7):
        seen.setdefault(model, set()).update(item)
    for model, names in seen.items():
        beside = _BESIDE_THE_SCHEMA.get(model, set())
        assert names - _fields(model) - beside <= _ADDED | _DATASTORE, model
        assert _fields(model) | beside <= names, model


def test_value_maps_list_exactly_the_enum_of_the_schema() -> None:
    checked = 0
    for model, mapping in mappings().items():
        for _, name, column in mapping.all_columns():
            if column.values is None:
                continue
            path = column.transform.item_paths(in_child=False)[0]
            owner = "UserSettings" if path[0] == "settings" else model
            declared = re.search(rf"^\s*{path[-1]}: (\w+)", _body("type", owner), re.MULTILINE)
            assert declared is not None, (model, name)
            assert set(column.values) == set(_body("enum", declared.group(1)).split()), name
            checked += 1
    assert checked >= 15


def test_every_model_has_a_table_with_a_stream_and_the_delta_table_has_none() -> None:
    tables = {table["TableName"]: table for table in sample_tables("a" * 26, "dev")}
    delta = tables.pop(f"{DELTA}-{'a' * 26}-dev")
    assert "StreamSpecification" not in delta
    assert [key["AttributeName"] for key in delta["KeySchema"]] == ["ds_pk", "ds_sk"]
    assert set(tables) == {f"{model}-{'a' * 26}-dev" for model in MODELS}
    for table in tables.values():
        assert table["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
        assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert not {DELTA, MARKER} & set(MODELS)
