"""One relation field with both its models: what every relation rule works on."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.amplify.graph import Attribute, Relation, RelationKind, TypeRef
from migrate.amplify.rules.casing import camel
from migrate.amplify.rules.reading import IndexDraft, ModelDraft, Reading
from migrate.amplify.sdl.schema import Directive, SchemaField
from migrate.yaml_source import nearest


@dataclass(frozen=True, slots=True)
class Site:
    """`model.field` carries `directive` and points to `target`."""

    reading: Reading
    model: ModelDraft
    field: SchemaField
    directive: Directive
    target: ModelDraft

    @property
    def subject(self) -> str:
        return f"{self.model.name}.{self.field.name}"

    def relate(
        self,
        kind: RelationKind,
        holder: ModelDraft,
        attributes: tuple[str, ...],
        target_key: tuple[str, ...],
    ) -> None:
        """Record the relation: `attributes` on `holder` point to the fields `target_key`."""
        shared = min(len(attributes), len(target_key))
        relation = Relation(
            model=self.model.name,
            field=self.field.name,
            kind=kind,
            target=self.target.name,
            holder=holder.name,
            attributes=attributes[:shared],
            target_key=target_key[:shared],
            required=self.field.required,
            place=self.field.place,
        )
        self.reading.relations.append(relation)

    def declared(self, holder: ModelDraft, names: tuple[str, ...]) -> bool:
        """Whether the fields that the directive names are there; if not, that is a problem."""
        missing = [name for name in names if name not in holder.attributes]
        for name in missing:
            message = (
                f"@{self.directive.name} at {self.subject}: {holder.name} has no field {name!r}"
            )
            self.reading.refuse(self.directive.place, message, nearest(name, holder.attributes))
        return not missing

    def imply_keys(
        self, holder: ModelDraft, key_of: ModelDraft, prefix: tuple[str, str], *, required: bool
    ) -> tuple[str, ...]:
        """Foreign keys that no field declares: one for each key field of `key_of`.

        Their names are `prefix` and the key field, or `id` for the first one where the feature
        flag is off. The first one keeps the model's old name under @mapsTo, the others do not:
        Amplify renames that one only.
        """
        table_prefix = self.reading.models[prefix[0]].table_prefix
        names = []
        for position, key_field in enumerate(key_of.key_fields):
            if position == 0:
                suffix, ref = self._partition_suffix(key_of)
                name = camel(table_prefix, prefix[1], suffix)
            else:
                ref = key_of.type_of(key_field)
                name = camel(prefix[0], prefix[1], key_field)
            ref = TypeRef(ref.name, ref.kind, required=required)
            note = f"foreign key made by {prefix[0]}.{prefix[1]}"
            holder.add(Attribute(name, ref, "foreign-key", self.field.place, note))
            names.append(name)
        return tuple(names)

    def _partition_suffix(self, key_of: ModelDraft) -> tuple[str, TypeRef]:
        if self.reading.names_follow_target_key:
            return key_of.key_fields[0], key_of.type_of(key_of.key_fields[0])
        return "id", TypeRef("ID", "scalar")

    def note_assumed_flag(self, used: str, other: str) -> None:
        """Say so where a name hangs on a flag that no file states."""
        reading = self.reading
        if reading.flags.respect_primary_key is not None or reading.generation == "gen2":
            return
        if used != other:
            otherwise = "off" if reading.names_follow_target_key else "on"
            message = (
                f"the key of {self.subject} is taken to be {used}; it is {other} if"
                f" respectPrimaryKeyAttributesOnConnectionField is {otherwise}"
            )
            reading.find("flag-assumed", self.field.place, message, self.subject)

    def add_index(self, holder: ModelDraft, name: str, fields: tuple[str, ...]) -> None:
        """An index that the relation makes on its own."""
        holder.indexes.setdefault(name, IndexDraft(name, fields, self.field.place))

    def find(self, code: str, message: str) -> None:
        self.reading.find(code, self.directive.place, message, self.subject)
