"""The app while it is being read: what the rules share and add to."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrate.amplify.finding_kinds import finding
from migrate.amplify.graph import (
    Attribute,
    CustomType,
    EnumType,
    Finding,
    Generation,
    Index,
    Model,
    Origin,
    Place,
    Relation,
    TypeRef,
)
from migrate.amplify.project_files import ConflictHandling, Flags
from migrate.amplify.sdl.schema import Schema, SchemaType
from migrate.errors import Problem


@dataclass(frozen=True, slots=True)
class IndexDraft:
    """An index as the schema names it; `fields` partition first."""

    name: str
    fields: tuple[str, ...]
    place: Place
    is_local: bool = False


@dataclass(slots=True)
class ModelDraft:
    """A model that rules still add to. Attributes keep the order in which they were added."""

    name: str
    place: Place
    table_prefix: str
    type: SchemaType
    key_fields: tuple[str, ...] = ("id",)
    key_place: Place | None = None
    attributes: dict[str, Attribute] = field(default_factory=dict)
    indexes: dict[str, IndexDraft] = field(default_factory=dict)
    owner_attributes: list[str] = field(default_factory=list)
    has_data_store: bool = False
    is_join: bool = False

    def add(self, attribute: Attribute) -> None:
        """Add an attribute; one that is there already (the user declared it) stays as it is."""
        self.attributes.setdefault(attribute.name, attribute)

    def imply(
        self, name: str, type_name: str, origin: Origin, place: Place, note: str = ""
    ) -> None:
        """Add a single, optional attribute that no field declares."""
        self.add(Attribute(name, TypeRef(type_name, "scalar"), origin, place, note))

    def type_of(self, name: str) -> TypeRef:
        """The type of a key field; `id` need not be declared."""
        known = self.attributes.get(name)
        return known.type if known else TypeRef("ID", "scalar", required=True)

    def finish(self) -> Model:
        return Model(
            name=self.name,
            place=self.place,
            table_prefix=self.table_prefix,
            key_fields=self.key_fields,
            key=stored_key(self.key_fields),
            attributes=list(self.attributes.values()),
            indexes=[
                Index(one.name, stored_key(one.fields), one.fields, one.is_local)
                for one in self.indexes.values()
            ],
            has_data_store=self.has_data_store,
            is_join=self.is_join,
            owner_attributes=tuple(self.owner_attributes),
            description=self.type.description,
        )


def stored_key(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Key fields as stored attributes: two or more sort fields are one attribute `a#b`."""
    return fields if len(fields) <= 2 else (fields[0], "#".join(fields[1:]))


@dataclass(slots=True)
class Reading:
    """Everything known about the app so far."""

    schema: Schema
    flags: Flags
    conflict: ConflictHandling
    generation: Generation
    models: dict[str, ModelDraft] = field(default_factory=dict)
    enums: dict[str, EnumType] = field(default_factory=dict)
    custom_types: dict[str, CustomType] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    sql_models: set[str] = field(default_factory=set)

    @property
    def names_follow_target_key(self) -> bool:
        """Whether a foreign key's name ends with the target's key field, not always with `id`.

        Off for a project that has a cli.json without the flag, on for one that has none: without
        cli.json it is Gen 2 or a construct, where the flag is always on.
        """
        if self.flags.respect_primary_key is not None:
            return self.flags.respect_primary_key
        return self.generation == "gen2" or not self.flags.file

    @property
    def indexes_may_be_local(self) -> bool:
        """Whether an index on the table's own partition key is a local one."""
        if self.generation == "gen2":
            return False
        if self.flags.secondary_key_as_gsi is not None:
            return not self.flags.secondary_key_as_gsi
        return self.generation == "v1" or bool(self.flags.file)

    def find(self, code: str, place: Place, message: str, subject: str = "") -> None:
        self.findings.append(finding(code, place, message, subject))

    def refuse(self, place: Place, message: str, hint: str = "") -> None:
        self.problems.append(self.schema.problem(place, message, hint))
