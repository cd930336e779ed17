"""The shape of Amplify's JSON descriptions, checked, with positions for what is wrong."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from migrate.amplify.graph import Place
from migrate.amplify.text_file import read_text
from migrate.errors import FixInputError, Problem, SpecError

_EXPORTED = re.compile(r"export\s+const\s+schema\s*(?::[^=]*)?=\s*")


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Association(_Part):
    """A relation. Codegen before version 3 writes single texts where later ones write lists."""

    connection_type: Literal["HAS_ONE", "HAS_MANY", "BELONGS_TO"] = Field(alias="connectionType")
    associated_with: str | list[str] | None = Field(None, alias="associatedWith")
    target_name: str | None = Field(None, alias="targetName")
    target_names: list[str] | None = Field(None, alias="targetNames")

    @property
    def own_keys(self) -> tuple[str, ...]:
        """The keys on the model itself; empty where they lie on the other one."""
        return tuple(self.target_names or ([self.target_name] if self.target_name else []))

    @property
    def other_keys(self) -> tuple[str, ...]:
        """Fields of the other model: its keys, or its own relation field."""
        found = self.associated_with or []
        return (found,) if isinstance(found, str) else tuple(found)


class TypeName(_Part):
    """A type that is no scalar: exactly one of these is set."""

    model: str | None = None
    non_model: str | None = Field(None, alias="nonModel")
    enum: str | None = None


class FieldEntry(_Part):
    """A field. For a list `is_required` speaks of the elements, `is_list_nullable` of the list."""

    type: str | TypeName
    is_array: bool = Field(False, alias="isArray")
    is_required: bool = Field(False, alias="isRequired")
    is_list_nullable: bool | None = Field(None, alias="isArrayNullable")
    is_read_only: bool = Field(False, alias="isReadOnly")
    association: Association | None = None


class AttributeEntry(_Part):
    """What a directive became: `model`, `key`, `auth`, ..."""

    type: str
    properties: dict[str, Any] | None = None


class KeyInfo(_Part):
    """The primary key, in descriptions that state it."""

    partition: str = Field(alias="primaryKeyFieldName")
    sort: list[str] = Field(default_factory=list, alias="sortKeyFieldNames")


class ModelEntry(_Part):
    fields: dict[str, FieldEntry]
    attributes: list[AttributeEntry] = []
    key_info: KeyInfo | None = Field(None, alias="primaryKeyInfo")


class NonModelEntry(_Part):
    fields: dict[str, FieldEntry]


class EnumEntry(_Part):
    values: list[str]


class Introspection(_Part):
    """A whole description."""

    models: dict[str, ModelEntry]
    non_models: dict[str, NonModelEntry] = Field(default_factory=dict, alias="nonModels")
    enums: dict[str, EnumEntry] = {}
    conversations: dict[str, Any] = {}
    codegen_version: str = Field("", alias="codegenVersion")


@dataclass(slots=True)
class Document:
    """A description and where it stands."""

    file: str
    text: str
    is_outputs: bool
    content: Introspection

    def place(self, *names: str) -> Place:
        """Where the last of nested `names` stands, looking for each after the one before."""
        return _place(self.file, self.text, names)

    def problem(self, place: Place, message: str) -> Problem:
        return _problem(place, self.text, message)


def read_document(path: Path) -> Document:
    """Read amplify_outputs.json, a model introspection, or codegen's schema.js(on)."""
    file, text = str(path), read_text(path)
    value = _parse(file, text)
    if not isinstance(value, dict):
        raise FixInputError(f"{path} is no description of an Amplify app")
    data = value.get("data")
    inner = data.get("model_introspection") if isinstance(data, dict) else None
    is_outputs = inner is not None
    description = inner if is_outputs else value
    if not isinstance(description, dict) or "models" not in description:
        raise FixInputError(
            f"{path} describes no models",
            "amplify_outputs.json needs data.model_introspection; codegen's file needs models",
        )
    try:
        content = Introspection.model_validate(description)
    except ValidationError as error:
        raise SpecError(_problems(error, file, text)) from None
    if not content.models:
        raise FixInputError(f"{path} describes no models")
    return Document(file, text, is_outputs, content)


def _parse(file: str, text: str) -> Any:
    exported = _EXPORTED.search(text)
    start = exported.end() if exported else 0
    if not exported and not text.lstrip().startswith("{"):
        raise FixInputError(
            f"{file} holds neither JSON nor `export const schema = {{...}}`",
            "name amplify_outputs.json, or the schema.js that `amplify codegen models` wrote",
        )
    try:
        if not exported:
            return json.loads(text)
        return json.JSONDecoder().raw_decode(text, start)[0]
    except json.JSONDecodeError as error:
        message = f"not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        place = Place(file, error.lineno, error.colno)
        raise SpecError([_problem(place, text, message)]) from None
    except RecursionError:
        problem = _problem(Place(file, 1, 1), text, "this is nested too deeply to read")
        raise SpecError([problem]) from None


def _problems(error: ValidationError, file: str, text: str) -> list[Problem]:
    """One problem for each field that is wrong, however many readings of it pydantic tried."""
    found: dict[str, Problem] = {}
    for entry in error.errors(include_url=False, include_input=False):
        steps = [step for step in entry["loc"] if step not in ("str", "TypeName", "list[str]")]
        path = ".".join(str(step) for step in steps)
        names = [step for step in steps if isinstance(step, str)]
        message = f"{path}: {entry['msg'][:1].lower()}{entry['msg'][1:]}"
        found.setdefault(path, _problem(_place(file, text, names), text, message))
    return list(found.values())


def _problem(place: Place, text: str, message: str) -> Problem:
    lines = text.split("\n")
    line = max(place.line, 1)
    source_line = lines[line - 1] if line <= len(lines) else ""
    # A description may be one line of many kilobytes: only its beginning helps a reader.
    return Problem(place.file, line, max(place.column, 1), message, source_line=source_line[:200])


def _place(file: str, text: str, names: tuple[str, ...] | list[str]) -> Place:
    position = 0
    for name in names:
        key = re.compile(re.escape(json.dumps(name, ensure_ascii=False)) + r"\s*:")
        found = key.search(text, position)
        if found is None:
            break
        position = found.start()
    line_start = text.rfind("\n", 0, position) + 1
    return Place(file, text.count("\n", 0, position) + 1, position - line_start + 1)
