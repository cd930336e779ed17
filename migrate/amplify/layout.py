"""Where everything lies in the target: table and column names of all models, decided together."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrate.amplify.column import ColumnMaker
from migrate.amplify.finding_kinds import finding
from migrate.amplify.graph import App, Attribute, Finding, Model, Place, TypeRef
from migrate.amplify.names import Names, plural, snake
from migrate.amplify.notes import Notes
from migrate.amplify.options import Options
from migrate.amplify.references import References, is_text

_LEFT_ORIGINS = {"datastore", "typename", "computed"}


@dataclass
class Layout:
    """`columns` by model: attribute to column, those of the key first. `column_names` by model, or
    `Model.path` for the table of a nested type."""

    app: App
    options: Options
    maker: ColumnMaker
    references: References
    tables: dict[str, str] = field(default_factory=dict)
    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    column_names: dict[str, Names] = field(default_factory=dict)
    table_names: Names = field(default_factory=Names)

    def __post_init__(self) -> None:
        self._name_tables()
        for model in self.app.models.values():
            names = Names()
            carried = [attribute.name for attribute in self.carried(model)]
            self.columns[model.name] = names.take_all(carried)
            self.column_names[model.name] = names

    def _name_tables(self) -> None:
        for model in sorted(self.app.models):
            self.tables[model] = self.new_table(self.table_word(model))

    def table_word(self, name: str) -> str:
        """A name as tables are called by."""
        return plural(snake(name)) if self.options.plural else snake(name)

    def new_table(self, wanted: str) -> str:
        """`schema.table` for a table that nobody has yet."""
        return f"{self.options.schema}.{self.table_names.take(wanted)}"

    def carried(self, model: Model) -> list[Attribute]:
        """The attributes that become columns: the key, then the others in the schema's order."""
        key = key_attributes(model)
        others = [
            attribute
            for attribute in model.attributes
            if attribute.name not in model.key
            and attribute.origin not in _LEFT_ORIGINS
            and attribute.origin != "composite"
        ]
        return [*key, *others]

    def column_type(self, model: Model, attribute: Attribute) -> str:
        """The column's type; a foreign key has its target's."""
        return self._column_type(model, attribute, frozenset())

    def _column_type(
        self, model: Model, attribute: Attribute, seen: frozenset[tuple[str, str]]
    ) -> str:
        own = self.maker.column_type(attribute.type)
        place = (model.name, attribute.name)
        target = self.references.targets.get(place)
        if target is None or place in seen or not is_text(attribute):
            return own
        other = self.app.models[target]
        return self._column_type(other, key_attributes(other)[0], seen | {place})

    def naming_findings(self, notes: Notes) -> None:
        """What two names had to give way to, and what PostgreSQL would have cut."""
        for wanted, given in self.table_names.collided:
            notes.add(_collision("", f"table {wanted}", given, _no_place(self.app)))
        for wanted, given in self.table_names.cut:
            notes.add(_cut("", f"table {wanted}", given, _no_place(self.app)))
        for name, names in self.column_names.items():
            place = self.app.models[name.split(".")[0]].place
            for wanted, given in names.collided:
                notes.add(_collision(name, f"column {wanted} of {name}", given, place))
            for wanted, given in names.cut:
                notes.add(_cut(name, f"column {wanted} of {name}", given, place))


def key_attributes(model: Model) -> list[Attribute]:
    """The stored attributes of the DynamoDB key, the partition key first."""
    return [model.attribute(name) or _implied(model, name) for name in model.key]


def _implied(model: Model, name: str) -> Attribute:
    composite = "#" in name
    type_ref = TypeRef("String" if composite else "ID", "scalar", required=True)
    parts = tuple(name.split("#")) if composite else ()
    return Attribute(
        name, type_ref, "composite" if composite else "field", model.place, parts=parts
    )


def _collision(subject: str, what: str, given: str, place: Place) -> Finding:
    message = f"{what} is taken by another that is written alike: this one is called {given}"
    return finding("name-collision", place, message, subject)


def _cut(subject: str, what: str, given: str, place: Place) -> Finding:
    message = f"{what} is longer than PostgreSQL's 63 bytes: called {given}"
    return finding("name-shortened", place, message, subject)


def _no_place(app: App) -> Place:
    first = next(iter(app.models.values()), None)
    return Place(first.place.file) if first else Place("")
