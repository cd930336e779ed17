"""The forms a check may take.

A value that is SQL NULL never offends, but for `not_null`; as in a CHECK constraint, what is
neither true nor false is let through.
"""

from __future__ import annotations

from migrate.validate.suites.forms.base import Expectation, Form
from migrate.validate.suites.forms.one_column import (
    Between,
    InSet,
    Matches,
    MaxLength,
    NotNull,
    OfType,
)
from migrate.validate.suites.forms.several import Exists, Greater, Unique, Violates

FORMS: dict[str, type[Form]] = {
    "not_null": NotNull,
    "in": InSet,
    "between": Between,
    "matches": Matches,
    "greater": Greater,
    "unique": Unique,
    "exists": Exists,
    "violates": Violates,
}
"""The forms a rule may be written in, by their key."""

__all__ = [
    "FORMS", "Between", "Exists", "Expectation", "Form", "Greater", "InSet", "Matches",
    "MaxLength", "NotNull", "OfType", "Unique", "Violates",
]  # fmt: skip
