"""Custom types as columns, as tables of their own, or as rows for the elements of a list."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.amplify.draft import ColumnDraft, MappingDraft, TableDraft
from migrate.amplify.graph import CustomField, Model, TypeRef
from migrate.amplify.layout import Layout, key_attributes
from migrate.amplify.names import Names, snake
from migrate.amplify.notes import Notes


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an expansion stands: the table it fills, the path of its map (empty: the element), the
    words in front of its columns, and the custom types around it."""

    table: TableDraft
    names: Names
    path: str
    prefix: str
    required: bool
    around: tuple[str, ...]
    in_child: bool = False

    def path_of(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def word_of(self, name: str) -> str:
        return f"{self.prefix}_{snake(name)}" if self.prefix else snake(name)


@dataclass(frozen=True, slots=True)
class Expander:
    """Expands the custom types of one model into its mapping draft."""

    layout: Layout
    notes: Notes
    model: Model
    draft: MappingDraft

    def wants(
        self, type_ref: TypeRef, around: tuple[str, ...] = (), *, in_child: bool = False
    ) -> bool:
        """Whether a field of this type becomes more than one jsonb column."""
        options = self.layout.options
        if type_ref.kind != "custom" or type_ref.name in around:
            return False
        if type_ref.list_depth == 0:
            return options.custom_types != "jsonb"
        return type_ref.list_depth == 1 and options.lists == "child" and not in_child

    def expand(self, name: str, type_ref: TypeRef, spot: Spot) -> None:
        """One field of a custom type that `wants` agreed to."""
        around = (*spot.around, type_ref.name)
        path = spot.path_of(name)
        if type_ref.list_depth:
            self._child(path, type_ref, around)
        elif self.layout.options.custom_types == "child" and not spot.in_child:
            self._table(path, type_ref, around)
        else:
            inner = Spot(
                spot.table, spot.names, path, spot.word_of(name),
                spot.required and type_ref.required, around, spot.in_child,
            )  # fmt: skip
            if not type_ref.required:
                outer = spot.around[-1] if spot.around else self.model.name
                self.notes.touch("empty-map", f"{outer}.{name}", self.model.place)
            self._fields(type_ref.name, inner)

    def _fields(self, type_name: str, spot: Spot) -> None:
        for field in self.layout.app.custom_types[type_name].fields:
            if self.wants(field.type, spot.around, in_child=spot.in_child):
                self.expand(field.name, field.type, spot)
            else:
                self._column(field, spot)

    def _column(self, field: CustomField, spot: Spot) -> None:
        path = spot.path_of(field.name)
        subject = f"{spot.around[-1]}.{field.name}"
        if field.type.name in spot.around:
            self.notes.touch("custom-type-cycle", subject, field.place)
        entries = self.layout.maker.entries(field.type, subject, field.place)
        required = {"required": True} if spot.required and field.type.required else {}
        column_type = entries.pop("type")
        draft = ColumnDraft({"from": path, "type": column_type, **required, **entries})
        spot.table.columns[spot.names.take(spot.word_of(field.name))] = draft

    def _table(self, path: str, type_ref: TypeRef, around: tuple[str, ...]) -> None:
        table = TableDraft(self._target(path), head={"when": {path: {"present": True}}})
        names = self._new_names(path)
        self._owner_columns(table, names, "from")
        self.draft.tables.append(table)
        self._fields(type_ref.name, Spot(table, names, path, "", True, around))

    def _child(self, path: str, type_ref: TypeRef, around: tuple[str, ...]) -> None:
        table = TableDraft(self._target(path), head={"list": path})
        names = self._new_names(path)
        self._owner_columns(table, names, "parent")
        position = {"position": 0, "type": "integer", "key": True}
        table.columns[names.take("position")] = ColumnDraft(position, "its place in the list")
        if not type_ref.element_required:
            self.notes.touch("null-list-elements", f"{self.model.name}.{path}", self.model.place)
        self.draft.children.append(table)
        self._fields(type_ref.name, Spot(table, names, "", "", True, around, in_child=True))

    def _new_names(self, path: str) -> Names:
        names = Names()
        self.layout.column_names[f"{self.model.name}.{path}"] = names
        return names

    def _target(self, path: str) -> str:
        *outer, last = path.split(".")
        words = [snake(self.model.name), *map(snake, outer), self.layout.table_word(last)]
        return self.layout.new_table("_".join(words))

    def _owner_columns(self, table: TableDraft, names: Names, source: str) -> None:
        """The item's key, by which its rows are found and replaced."""
        key = key_attributes(self.model)
        reference = {"references": self.draft.root.target} if len(key) == 1 else {}
        for attribute in key:
            column = self.layout.columns[self.model.name][attribute.name]
            root = self.draft.root.columns[column].entries
            read_alike = {name: value for name, value in root.items() if name in {"type", "as"}}
            entries = {source: attribute.name, **read_alike, "key": True, **reference}
            name = names.take(f"{snake(self.model.name)}_{column}")
            table.columns[name] = ColumnDraft(entries)
