"""Finds the files that describe an app among what was named on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from migrate.errors import FixInputError

_SCHEMA_ENDINGS = {".graphql", ".graphqls", ".gql"}
_JSON_ENDINGS = {".json", ".js", ".ts"}
_OUTPUTS = "amplify_outputs.json"
# `build` holds what Amplify made of the schema, not the schema.
_PASSED_OVER = {"build", "node_modules", "dist"}
_KINDS = (
    "a schema.graphql, a folder of *.graphql, an Amplify project, amplify_outputs.json,"
    " or the codegen models (schema.js)"
)


@dataclass(slots=True)
class Inputs:
    """The files to read: schema text, or one JSON description."""

    schema_files: list[Path] = field(default_factory=list)
    json_files: list[Path] = field(default_factory=list)

    @property
    def first(self) -> Path:
        return [*self.schema_files, *self.json_files][0]


def collect(named: list[Path]) -> Inputs:
    """The files meant by `named`. Raises FixInputError where that is not one app."""
    found = Inputs()
    for path in named:
        for file in _files(path):
            group = found.schema_files if file.suffix in _SCHEMA_ENDINGS else found.json_files
            if file not in group:
                group.append(file)
    if not found.schema_files and not found.json_files:
        raise FixInputError("no input was named", f"name {_KINDS}")
    if found.schema_files and found.json_files:
        raise FixInputError(
            f"{found.json_files[0]} describes the same app as {found.schema_files[0]}",
            "name the schema text alone: it says more",
        )
    if len(found.json_files) > 1:
        raise FixInputError(
            f"{found.json_files[0]} and {found.json_files[1]} describe an app each",
            "name one of them",
        )
    return found


def _files(path: Path) -> list[Path]:
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError):
        is_folder = is_file = False
    if is_folder:
        return _in_folder(path)
    if not is_file:
        raise FixInputError(f"{path} does not exist", f"name {_KINDS}")
    if path.suffix not in _SCHEMA_ENDINGS | _JSON_ENDINGS:
        raise FixInputError(f"{path} is of no kind that is known here", f"name {_KINDS}")
    return [path]


def _in_folder(folder: Path) -> list[Path]:
    for api_folder in (folder / "amplify" / "backend" / "api", folder / "backend" / "api"):
        if api_folder.is_dir():
            return _in_project(folder, api_folder)
    files = _of_api(folder) if folder.resolve().parent.name == "api" else []
    files = files or sorted(_schema_files(folder))
    if not files and (folder / _OUTPUTS).is_file():
        files = [folder / _OUTPUTS]
    if not files:
        raise FixInputError(f"{folder} holds no *.graphql file", f"name {_KINDS}")
    return files


def _in_project(project: Path, api_folder: Path) -> list[Path]:
    found = {path: files for path in sorted(api_folder.iterdir()) if (files := _of_api(path))}
    if not found:
        raise FixInputError(f"{project} has no GraphQL API", f"looked in {api_folder}")
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise FixInputError(
            f"{project} has several GraphQL APIs: {names}", f"name one folder of {api_folder}"
        )
    return next(iter(found.values()))


def _of_api(folder: Path) -> list[Path]:
    """The schema of one API: schema.graphql, or all of schema/."""
    if (folder / "schema.graphql").is_file():
        return [folder / "schema.graphql"]
    return sorted(_schema_files(folder / "schema")) if (folder / "schema").is_dir() else []


def _schema_files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            if path.name not in _PASSED_OVER and not path.name.startswith("."):
                yield from _schema_files(path)
        elif path.suffix in _SCHEMA_ENDINGS:
            yield path
