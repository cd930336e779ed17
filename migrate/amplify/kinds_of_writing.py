"""The findings of writing mappings: what PostgreSQL cannot take as it is.

`docs/reference/findings.md` is made from this list.
"""

from __future__ import annotations

from migrate.amplify.finding_kind import FindingKind

WRITING_KINDS = (
    FindingKind(
        "name-collision",
        "warning",
        "Two names differ in letter case or separators only and would be one column or table: the"
        " second gets a number.",
        ("keep it", "rename it in the mapping"),
    ),
    FindingKind(
        "name-shortened",
        "warning",
        "A name is longer than PostgreSQL's 63 bytes and was cut; what was cut stays told apart.",
        ("rename it in the mapping",),
    ),
    FindingKind(
        "index-left-out",
        "warning",
        "An index is on an attribute that became no column of the model's table.",
        ("add the index by hand",),
    ),
    FindingKind(
        "polymorphic-reference",
        "warning",
        "One attribute points to several models. A foreign key to any of them would make orphans of"
        " the rows that point to the others, so it gets none.",
        ("keep the plain column", "one column a model, told apart by another field"),
    ),
    FindingKind(
        "composite-reference",
        "warning",
        "The relation points to a key of several fields. It stays columns and an index, without a"
        " foreign key.",
        ("add the constraint in a migration of the application after the switch",),
    ),
    FindingKind(
        "reference-not-key",
        "warning",
        "The relation goes through fields of the other model that are not its key, so there is no"
        " foreign key.",
        ("keep the plain column",),
    ),
    FindingKind(
        "reference-type",
        "warning",
        "The relation's attribute is not stored, or is of another type than the key it points to,"
        " so there is no foreign key.",
        ("keep the plain column", "make both columns text, with a named function"),
    ),
    FindingKind(
        "model-removed",
        "warning",
        "A mapping was converted before, and its model is gone from the schema. The file stays.",
        ("delete the file", "keep it while the table holds items that are wanted"),
    ),
)  # fmt: skip
