"""The model graph: every stored attribute of every model, its keys, indexes and relations.

Readers (SDL, introspection, codegen models) build it by the rules of their generation; the mapping
writer, the diagram and `inspect` only read it. Names are those stored in DynamoDB.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Generation = Literal["v1", "v2", "gen2"]
Severity = Literal["error", "warning", "info"]
TypeKind = Literal["scalar", "enum", "custom", "interface", "union"]
RelationKind = Literal["hasOne", "hasMany", "belongsTo", "manyToMany"]

Origin = Literal[
    "field",  # declared in the schema and stored
    "foreign-key",  # made by a relation, not declared
    "timestamp",  # createdAt, updatedAt under whatever names
    "owner",  # implied by an owner rule
    "group",  # implied by a group rule
    "datastore",  # _version, _lastChangedAt, _deleted, _ttl
    "typename",  # __typename
    "composite",  # a#b: derived from its parts
    "version",  # transformer 1's @versioned
    "ttl",  # @ttl
    "computed",  # @function and the like: normally absent
]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the input. Lines and columns count from 1; 0: not known."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class TypeRef:
    """A field's type. `list_depth` 0: no list. `required` is of the value itself,
    `element_required` of the innermost elements of a list."""

    name: str
    kind: TypeKind
    list_depth: int = 0
    required: bool = False
    element_required: bool = False


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute as it lies in an item."""

    name: str
    type: TypeRef
    origin: Origin
    place: Place
    note: str = ""
    """Why it is there or what is odd about it, in a few words, for comments in the mapping."""
    default: str | None = None
    parts: tuple[str, ...] = ()
    """Of a composite attribute: the attributes whose values are joined by `#`."""


@dataclass(frozen=True, slots=True)
class Index:
    """A secondary index. `attributes` are the stored key attributes, partition first; `fields` the
    fields as the schema names them (more than two for a composite sort key)."""

    name: str
    attributes: tuple[str, ...]
    fields: tuple[str, ...]
    is_local: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation as the model that declares the field sees it.

    `holder` is the model whose item holds the key (a join model for manyToMany), `attributes` the
    stored attribute names on it, in the order of `target_key`, the key fields they point to.
    """

    model: str
    field: str
    kind: RelationKind
    target: str
    holder: str
    attributes: tuple[str, ...]
    target_key: tuple[str, ...]
    required: bool
    place: Place


@dataclass(slots=True)
class Model:
    """A model with a table. `table_prefix` is the name in front of `-<apiId>-<env>`.

    `key_fields` are the fields of the primary key; `key` its stored attributes (at most two; a
    composite sort key is one attribute `a#b`).
    """

    name: str
    place: Place
    table_prefix: str
    key_fields: tuple[str, ...] = ("id",)
    key: tuple[str, ...] = ("id",)
    attributes: list[Attribute] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    has_data_store: bool = False
    is_join: bool = False
    owner_attributes: tuple[str, ...] = ()
    description: str = ""

    def attribute(self, name: str) -> Attribute | None:
        return next((one for one in self.attributes if one.name == name), None)


@dataclass(frozen=True, slots=True)
class EnumType:
    name: str
    values: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class CustomField:
    name: str
    type: TypeRef
    place: Place


@dataclass(frozen=True, slots=True)
class CustomType:
    """A non-model type: stored as a map."""

    name: str
    fields: tuple[CustomField, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that could not be converted without a decision. `code` is documented."""

    code: str
    severity: Severity
    place: Place
    message: str
    choices: tuple[str, ...] = ()
    subject: str = ""
    """The model, or `Model.field`, it is about."""


@dataclass(slots=True)
class App:
    """A whole app. Models, enums and custom types by name, in the order of the input."""

    generation: Generation
    generation_reason: str
    models: dict[str, Model] = field(default_factory=dict)
    enums: dict[str, EnumType] = field(default_factory=dict)
    custom_types: dict[str, CustomType] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
