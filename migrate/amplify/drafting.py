"""From a model of the graph to the draft of its mapping: each choice made once, and noted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from migrate.amplify.draft import ColumnDraft, MappingDraft, TableDraft
from migrate.amplify.finding_kinds import finding
from migrate.amplify.graph import Attribute, Index, Model
from migrate.amplify.layout import Layout, key_attributes
from migrate.amplify.nested import Expander, Spot
from migrate.amplify.notes import Notes

_TOMBSTONE = "_deleted"
_DATA_STORE_LEAVE = {
    "_version": "DataStore's conflict counter",
    "_lastChangedAt": "DataStore's conflict clock",
    "_ttl": "expiry of a tombstone",
}
_KEY_TIMES = {"date", "time", "timestamptz"}


@dataclass(frozen=True, slots=True)
class Drafter:
    """Drafts the mappings of one app."""

    layout: Layout
    notes: Notes

    def draft(self, model: Model) -> MappingDraft:
        draft = MappingDraft(
            model=model.name,
            source=_source(model),
            root=TableDraft(self.layout.tables[model.name]),
            leave=self._leave(model),
            comments=_head(model),
        )
        self.notes.touch("data-class", model.name, model.place)
        expander = Expander(self.layout, self.notes, model, draft)
        spot = Spot(draft.root, self.layout.column_names[model.name], "", "", True, ())
        for attribute in self.layout.carried(model):
            if attribute.name not in model.key and expander.wants(attribute.type):
                expander.expand(attribute.name, attribute.type, spot)
            else:
                name = self.layout.columns[model.name][attribute.name]
                draft.root.columns[name] = self._column(model, attribute)
        draft.root.indexes = self._indexes(model, draft.root)
        return draft

    def _column(self, model: Model, attribute: Attribute) -> ColumnDraft:
        subject = f"{model.name}.{attribute.name}"
        if attribute.name in model.key:
            return self._key_column(model, attribute, subject)
        entries, comment = self._type_entries(attribute, subject)
        column_type = entries.pop("type")
        reference = self._reference(model, attribute)
        if reference:
            column_type = self.layout.column_type(model, attribute)
        required: dict[str, Any] = {}
        if attribute.type.required:
            required = {"required": True}
            self.notes.touch("required-unproven", subject, attribute.place)
        comments = [comment, attribute.note, self._policy_comment(model, attribute, subject)]
        return ColumnDraft(
            {"from": attribute.name, "type": column_type, **required, **reference, **entries},
            "; ".join(one for one in comments if one),
        )

    def _type_entries(self, attribute: Attribute, subject: str) -> tuple[dict[str, Any], str]:
        maker = self.layout.maker
        if attribute.origin == "timestamp":
            return maker.timestamp_entries(attribute.type, subject, attribute.place)
        return maker.entries(attribute.type, subject, attribute.place), ""

    def _key_column(self, model: Model, attribute: Attribute, subject: str) -> ColumnDraft:
        # No value map on a key: the row must be found by the attribute just as it is written.
        entries = self.layout.maker.entries(attribute.type, subject, attribute.place)
        column_type = self.layout.column_type(model, attribute)
        if column_type in _KEY_TIMES:
            self.notes.touch("key-spellings", subject, attribute.place)
        if attribute.origin == "composite":
            self.notes.touch("composite-key", model.name, model.place)
        forms = {"as": entries["as"]} if "as" in entries else {}
        reference = self._reference(model, attribute)
        reference.pop("on_empty", None)  # a DynamoDB key is never empty
        comment = attribute.note
        if attribute.origin == "composite":
            comment = f"{' and '.join(attribute.parts)}, joined by #"
        return ColumnDraft(
            {"from": attribute.name, "type": column_type, "key": True, **reference, **forms},
            comment,
        )

    def _reference(self, model: Model, attribute: Attribute) -> dict[str, Any]:
        target = self.layout.references.targets.get((model.name, attribute.name))
        if target is None:
            return {}
        subject = f"{model.name}.{attribute.name}"
        self.notes.touch("orphans", subject, attribute.place)
        entries: dict[str, Any] = {"references": self.layout.tables[target]}
        if attribute.name not in model.key:
            self.notes.touch("empty-reference", subject, attribute.place)
            entries["on_empty"] = "nothing"
        return entries

    def _policy_comment(self, model: Model, attribute: Attribute, subject: str) -> str:
        if attribute.default is not None:
            self.notes.touch("default-not-backfilled", subject, attribute.place)
            return "its default acted on creation only"
        if attribute.origin == "owner" or attribute.name in model.owner_attributes:
            self.notes.touch("owner-forms", subject, attribute.place)
            return "" if attribute.note else "user name, or sub::user name"
        return ""

    def _leave(self, model: Model) -> dict[str, str]:
        leave: dict[str, str] = {}
        for attribute in model.attributes:
            if attribute.name in model.key:
                continue
            subject = f"{model.name}.{attribute.name}"
            if attribute.origin == "composite":
                leave[attribute.name] = f"{' and '.join(attribute.parts)}, joined for an index"
                self.notes.touch("composite-attribute", subject, attribute.place)
            elif attribute.origin == "computed":
                leave[attribute.name] = attribute.note or "computed by a resolver"
                self.notes.touch("computed-field", subject, attribute.place)
        leave["__typename"] = "type marker"
        if model.has_data_store:
            leave.update(_DATA_STORE_LEAVE)
        return leave

    def _indexes(self, model: Model, root: TableDraft) -> list[list[str]]:
        """Those of the schema, and one for each foreign key that none of them serves."""
        key = [name for name, column in root.columns.items() if column.entries.get("key")]
        found: list[list[str]] = []
        whole_key = Index("primary key", model.key, model.key_fields)
        loose = [
            Index("relation", one.attributes, one.attributes)
            for one in self.layout.references.loose
            if one.holder == model.name
        ]
        for index in [whole_key, *model.indexes]:
            columns = self._index_columns(model, root, index)
            if columns and columns != key[: len(columns)] and columns not in found:
                found.append(columns)
        for index in loose:
            columns = self._index_columns(model, root, index) or []
            if not any(one[: len(columns)] == columns for one in [key, *found]):
                found.append(columns)
        served = {columns[0] for columns in [key, *found]}
        for name, column in root.columns.items():
            if "references" in column.entries and name not in served:
                found.append([name])
        return found

    def _index_columns(self, model: Model, root: TableDraft, index: Index) -> list[str] | None:
        columns = self.layout.columns[model.name]
        names = list(dict.fromkeys(index.fields or index.attributes))
        missing = [name for name in names if columns.get(name) not in root.columns]
        if not missing:
            return [columns[name] for name in names]
        message = (
            f"index {index.name} of {model.name} uses {', '.join(missing)}, which is no column"
        )
        self.notes.add(finding("index-left-out", model.place, message, model.name))
        return None


def _source(model: Model) -> dict[str, Any]:
    source: dict[str, Any] = {"model": model.table_prefix}
    if model.key != ("id",):
        source["key"] = list(model.key)
    if model.has_data_store:
        source["tombstone"] = _TOMBSTONE
    return source


def _head(model: Model) -> list[str]:
    """What a reader of the file should know before its first line."""
    comments = [model.description] if model.description else []
    if model.is_join:
        comments.append(
            "The join table that Amplify made for @manyToMany. Nothing made the pair unique there,"
            " and nothing does here: a pair that was stored twice is two rows."
        )
    if model.table_prefix != model.name:
        comments.append(f"The model is called {model.name}; its table keeps an older name.")
    composite = [one for one in key_attributes(model) if one.origin == "composite"]
    if composite:
        comments.append(
            f"The sort key is one attribute, {composite[0].name}. It stays the row's key, because a"
            " row is found by the DynamoDB key alone; its parts are columns of their own."
        )
    return comments
