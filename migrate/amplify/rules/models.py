"""Which types are models with a table, and what their tables are called."""

from __future__ import annotations

from migrate.amplify.rules.reading import ModelDraft, Reading


def read_models(reading: Reading) -> None:
    """Draft every model. Models of an SQL database are findings: they have no table."""
    all_sql = _is_sql_schema(reading)
    prefixes: dict[str, str] = {}
    for type_ in reading.schema.models():
        if all_sql or type_.directive("refersTo"):
            reading.sql_models.add(type_.name)
            message = f"{type_.name} lies in an SQL database: it has no DynamoDB table"
            reading.find("sql-backed-model", type_.place, message, type_.name)
            continue
        maps_to = type_.directive("mapsTo")
        prefix = (maps_to.text("name") if maps_to else None) or type_.name
        if prefix in prefixes:
            place = maps_to.place if maps_to else type_.place
            message = f"{type_.name} and {prefixes[prefix]} would share the table {prefix}"
            reading.refuse(place, message, "a table belongs to one model")
            continue
        prefixes[prefix] = type_.name
        draft = ModelDraft(type_.name, type_.place, prefix, type_)
        draft.has_data_store = reading.conflict.covers(type_.name)
        reading.models[type_.name] = draft


def _is_sql_schema(reading: Reading) -> bool:
    """Gen 1 marks a schema file for SQL by `input AMPLIFY { engine: String = "mysql" }`."""
    amplify_input = reading.schema.types.get("AMPLIFY")
    return amplify_input is not None and "engine" in amplify_input.fields
