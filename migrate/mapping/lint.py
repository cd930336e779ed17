"""Checks that need a whole mapping, or all mappings together; each is a file in checks/."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from migrate.errors import Problem
from migrate.mapping.checks import keys, leave, lists, policies, references, shared_tables
from migrate.mapping.checks.places import Finding, columns_at
from migrate.mapping.spec import Mapping
from migrate.yaml_source import Document

__all__ = ["columns_at", "lint"]

_CHECKS: list[Callable[[Mapping], Iterator[Finding]]] = [
    lists.check,
    keys.check,
    leave.check,
    policies.check,
]


def lint(
    files: Sequence[tuple[Mapping, Document]], unread: Collection[str] | None = ()
) -> list[Problem]:
    """All problems of mappings that are each valid by themselves.

    `unread` are target tables of files that could not be validated (None: nobody knows which):
    no mapping that refers to one of them is blamed for it.
    """
    problems = [
        document.problem(*finding)
        for mapping, document in files
        for check in _CHECKS
        for finding in check(mapping)
    ]
    problems += shared_tables.problems(files)
    problems += references.problems(files, unread)
    return problems
