"""The findings of comparing a schema with the account it is deployed in.

`docs/reference/findings.md` is made from this list.
"""

from __future__ import annotations

from migrate.amplify.finding_kind import FindingKind

ACCOUNT_KINDS = (
    FindingKind(
        "table-missing",
        "warning",
        "The API has no table for a model of the schema.",
        ("deploy the schema first", "delete its mapping if the model is not deployed"),
    ),
    FindingKind(
        "table-without-model",
        "warning",
        "The API has a table that belongs to no model of the schema: a removed model, a"
        " conversation, or something else. It is not converted.",
        ("read the schema as it is deployed", "write a mapping by hand", "leave it behind"),
    ),
    FindingKind(
        "table-name-differs",
        "warning",
        "A model's table is not called `<model>-<apiId>-<env>`, which a load looks for.",
        ("write the table's prefix as source.model", "check the profile's environment"),
    ),
    FindingKind(
        "datastore-differs",
        "warning",
        "The input and the data source do not agree on whether DataStore is on.",
        (
            "give transform.conf.json beside the schema",
            "add `tombstone: _deleted` and leave _version, _lastChangedAt and _ttl",
        ),
    ),
    FindingKind(
        "key-differs",
        "error",
        "A table has another key than the schema says: a load would refuse the mapping.",
        ("read the schema as it is deployed", "correct source.key and the key columns"),
    ),
)
