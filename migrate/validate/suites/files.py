"""Reads a folder of business rules; reports every problem of every file at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from migrate.errors import FixInputError, Problem, SpecError
from migrate.mapping.spec import Mapping
from migrate.validate.suites.check import Suite
from migrate.validate.suites.forms import Exists, Violates
from migrate.validate.suites.rules import Rule, RuleFile, known_keys
from migrate.validate.suites.sql_names import findings
from migrate.validate.target_table import TargetTable, target_tables
from migrate.yaml_source import Document, Path, nearest, problems_of, read

Tables = dict[str, TargetTable]
Finding = tuple[Path, str, str]


def load_rules(folder: FilePath, mappings: Sequence[Mapping] | None) -> list[Suite]:
    """Every `*.yaml` of the folder, a suite each, in order of name.

    `mappings` None: their tables are not known, so names are not looked up. Raises SpecError with
    all problems, FixInputError when there is no such folder.
    """
    if not folder.is_dir():
        raise FixInputError(f"the folder of rules {folder} does not exist", "see --suites DIR")
    tables = None if mappings is None else target_tables(mappings)
    problems: list[Problem] = []
    suites: list[Suite] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            document = read(path)
            suites.append(_suite(document, path.stem, tables))
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(sorted(problems, key=lambda p: (p.file, p.line, p.column)))
    return suites


def _suite(document: Document, name: str, tables: Tables | None) -> Suite:
    try:
        file = RuleFile.model_validate(document.value)
    except ValidationError as error:
        raise SpecError(problems_of(error, document, known_keys())) from None
    found = list(_within(file, name))
    if tables is not None:
        for place, rule in enumerate(file.checks):
            found += _against(rule, document, ("checks", place), tables)
    if found:
        raise SpecError([document.problem(*one) for one in found])
    return Suite(file.suite, tuple(rule.check() for rule in file.checks))


def _within(file: RuleFile, name: str) -> Iterator[Finding]:
    if file.suite != name:
        yield ("suite",), f"the suite calls itself {file.suite!r}, but the file is {name}.yaml", ""
    seen: set[str] = set()
    for place, rule in enumerate(file.checks):
        if rule.id in seen:
            yield ("checks", place, "id"), f"two checks are called {rule.id!r}", ""
        seen.add(rule.id)


def _against(rule: Rule, document: Document, at: Path, tables: Tables) -> Iterator[Finding]:
    """One rule held against the tables of the mappings."""
    table = tables.get(rule.table)
    if table is None:
        message = f"no mapping fills a table {rule.table!r}"
        yield (*at, "table"), message, nearest(rule.table, tables)
        return
    here = (*at, rule.form_key)
    missing = list(_missing(rule.form.columns, table, document, here))
    yield from missing
    if isinstance(rule.form, Exists):
        yield from _there(rule.form, here, tables)
    misfit = None if missing else rule.form.misfit(table)
    if misfit:
        message, _, hint = misfit.partition(" // ")
        yield here, message, hint
    for key, condition in _conditions(rule):
        for message, hint in findings(condition, rule.table, tables):
            yield (*at, key), message, hint


def _missing(
    names: Iterable[str], table: TargetTable, document: Document, here: Path
) -> Iterator[Finding]:
    for name in names:
        if name not in table.types:
            place = _place_of(name, _value_at(document, here), here)
            yield place, f"{table.name} has no column {name!r}", nearest(name, table.types)


def _there(form: Exists, here: Path, tables: Tables) -> Iterator[Finding]:
    table = tables.get(form.table)
    if table is None:
        message = f"no mapping fills a table {form.table!r}"
        yield (*here, "in"), message, nearest(form.table, tables)
        return
    for name in form.where:
        if name not in table.types:
            message = f"{table.name} has no column {name!r}"
            yield (*here, "where", name), message, nearest(name, table.types)


def _conditions(rule: Rule) -> Iterator[tuple[str, str]]:
    if isinstance(rule.form, Violates):
        yield "violates", rule.form.condition
    if rule.when is not None:
        yield "when", rule.when


def _value_at(document: Document, path: Path) -> Any:
    value = document.value
    for part in path:
        value = value[part]
    return value


def _place_of(name: str, value: Any, path: Path) -> Path:
    """Where in `value`, which stands at `path`, the text `name` stands."""
    parts: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    for key, part in parts:
        if part == name:
            return (*path, key)
        if isinstance(part, dict | list):
            found = _place_of(name, part, (*path, key))
            if found != (*path, key):
                return found
    return path
