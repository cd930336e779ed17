"""Reads a folder of mappings; reports every problem of every file at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from migrate.errors import FixInputError, Problem, SpecError
from migrate.mapping.lint import lint
from migrate.mapping.spec import Mapping, known_keys
from migrate.yaml_source import Document, problems_of, read


@dataclass(frozen=True)
class MappingFile:
    """A validated mapping and the document it came from."""

    mapping: Mapping
    document: Document


def load_mappings(folder: FilePath) -> list[Mapping]:
    """Every `*.yaml` under `folder`, in order of model name.

    Raises SpecError with all problems, FixInputError when there is no mapping at all.
    """
    return [file.mapping for file in load_files(folder)]


def load_files(folder: FilePath) -> list[MappingFile]:
    """As `load_mappings`, with the documents."""
    if not folder.is_dir():
        raise FixInputError(f"the mappings folder {folder} does not exist", "see --mappings DIR")
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise FixInputError(f"no mapping (*.yaml) in {folder}", "see --mappings DIR")
    files, problems, unread = _validated(read_all(paths))
    problems += lint([(file.mapping, file.document) for file in files], unread)
    if problems:
        raise SpecError(sorted(problems, key=lambda p: (p.file, p.line, p.column)))
    return sorted(files, key=lambda file: file.mapping.model)


def read_all(paths: Iterable[FilePath]) -> tuple[list[Document], list[Problem]]:
    """Read files; a file that is not YAML adds its problem and is left out."""
    documents: list[Document] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            documents.append(read(path))
        except SpecError as error:
            problems += error.problems
    return documents, problems


def validate_document(document: Document) -> Mapping:
    """One document as a mapping, without the checks across files. Raises SpecError."""
    try:
        return Mapping.model_validate(document.value)
    except ValidationError as error:
        raise SpecError(problems_of(error, document, known_keys())) from None


def _validated(
    read_documents: tuple[list[Document], list[Problem]],
) -> tuple[list[MappingFile], list[Problem], set[str] | None]:
    """(valid files, problems of the others, target tables that the others name: None, any)."""
    documents, problems = read_documents
    files: list[MappingFile] = []
    unread: set[str] | None = None if problems else set()
    for document in documents:
        try:
            files.append(MappingFile(validate_document(document), document))
        except SpecError as error:
            problems += error.problems
            if unread is not None:
                unread.update(_targets(document.value))
    return files, problems, unread


def _targets(value: Any) -> Iterator[str]:
    """The texts of every `target` in a document that may be anything."""
    if isinstance(value, dict):
        if isinstance(value.get("target"), str):
            yield value["target"]
        for entry in value.values():
            yield from _targets(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _targets(entry)
