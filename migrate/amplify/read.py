"""Reads an Amplify app, whatever describes it, into the model graph."""

from __future__ import annotations

from pathlib import Path

from migrate.amplify.graph import App, Generation
from migrate.amplify.inputs import collect


def read_app(inputs: list[Path], generation: Generation | None = None) -> App:
    """Read a schema.graphql, a folder of *.graphql, an Amplify project, amplify_outputs.json or
    the codegen models. Feature flags and conflict handling are taken from the project around them.

    Raises SpecError with positions for what is wrong inside a file, FixInputError for an input that
    is missing, unreadable, or of no known kind.
    """
    found = collect(inputs)
    # graphql-core and pydantic load only when their kind of input is read.
    if found.schema_files:
        from migrate.amplify.sdl.read import read_schema_files

        return read_schema_files(found.schema_files, generation)
    from migrate.amplify.introspection.read import read_description

    return read_description(found.json_files[0], generation)
