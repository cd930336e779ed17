"""The column that a GraphQL type becomes: its PostgreSQL type and modifiers, and why.

The choices and their reasons stand in docs/reference/convert.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from migrate.amplify.graph import App, Place, TypeRef
from migrate.amplify.notes import Notes
from migrate.amplify.options import Options

# Float is numeric, not double precision: DynamoDB keeps 38 decimal digits, and a double would
# refuse whatever it cannot write back unchanged. Double and BigInt: old type maps know them.
_SCALARS = {
    "ID": "text", "String": "text", "Int": "integer", "BigInt": "bigint", "Float": "numeric",
    "Double": "numeric", "Boolean": "boolean", "AWSDate": "date", "AWSTime": "time",
    "AWSDateTime": "timestamptz", "AWSTimestamp": "timestamptz", "AWSJSON": "jsonb",
    "AWSEmail": "text", "AWSPhone": "text", "AWSURL": "text", "AWSIPAddress": "text",
}  # fmt: skip
_NUMBERS = {"integer", "bigint", "numeric"}


@dataclass(frozen=True, slots=True)
class ColumnMaker:
    """Makes columns for the attributes of an app."""

    app: App
    options: Options
    notes: Notes

    def base_type(self, name: str, kind: str) -> str:
        """The column type of a single value."""
        if kind == "enum":
            return "text"
        if kind != "scalar":
            return "jsonb"
        if name == "ID":
            return "uuid" if self.options.ids == "uuid" else "text"
        return _SCALARS.get(name, "jsonb")  # jsonb takes whatever an unknown scalar holds

    def column_type(self, type_ref: TypeRef) -> str:
        base = self.base_type(type_ref.name, type_ref.kind)
        if type_ref.list_depth == 0:
            return base
        return "jsonb" if type_ref.list_depth > 1 or base == "jsonb" else f"{base}[]"

    def entries(self, type_ref: TypeRef, subject: str, place: Place) -> dict[str, Any]:
        """`type` and the modifiers that the type itself asks for; says what was chosen."""
        column_type = self.column_type(type_ref)
        entries: dict[str, Any] = {"type": column_type}
        self._note(type_ref, column_type, subject, place)
        if column_type == "jsonb":
            return entries
        if type_ref.name == "AWSTimestamp" and type_ref.kind == "scalar":
            entries["as"] = "epoch-seconds"
        if type_ref.kind == "enum":
            entries["values"] = {value: value for value in self.app.enums[type_ref.name].values}
        if type_ref.list_depth and not type_ref.element_required:
            entries["null_elements"] = "keep"
        return entries

    def timestamp_entries(
        self, type_ref: TypeRef, subject: str, place: Place
    ) -> tuple[dict[str, Any], str]:
        """createdAt and updatedAt: ISO text may stand there, whatever type the schema gives."""
        column_type = self.column_type(type_ref)
        if column_type in _NUMBERS or type_ref.name == "AWSTimestamp":
            self.notes.touch("timestamp-mixed", subject, place)
            return {"type": "timestamptz", "as": "epoch-seconds"}, "ISO text or a number of seconds"
        if column_type in {"date", "time"}:
            self.notes.touch("timestamp-mixed", subject, place)
            return {"type": "text"}, f"ISO text or a {column_type}"
        return self.entries(type_ref, subject, place), ""

    def _note(self, type_ref: TypeRef, column_type: str, subject: str, place: Place) -> None:
        touch = self.notes.touch
        if type_ref.list_depth > 1:
            touch("list-of-lists", subject, place)
        if type_ref.kind in {"interface", "union"}:
            touch("abstract-type", subject, place)
        if type_ref.kind == "enum":
            touch("removed-enum-values", subject, place)
        if type_ref.kind != "scalar":
            return
        if type_ref.name == "AWSTimestamp" and column_type != "jsonb":
            touch("epoch-milliseconds", subject, place)
        if type_ref.name in {"AWSDate", "AWSTime"} and column_type != "jsonb":
            touch("date-offset", subject, place)
        if type_ref.name == "AWSJSON":
            touch("json-text", subject, place)
        if type_ref.name == "ID" and self.options.ids == "text":
            touch("ids-as-text", subject, place)
