"""The directives that are known, by what they mean for what is stored."""

from __future__ import annotations

RELATIONS = ("hasOne", "hasMany", "belongsTo", "manyToMany", "connection")

# A resolver computes the field; the create input keeps it, so an attribute may exist all the same.
COMPUTED = ("function", "http", "predictions")

# Known, and without a rule of their own here: they store nothing, or another rule reads them.
KNOWN = frozenset(
    {
        *RELATIONS, *COMPUTED, "auth", "aws_api_key", "aws_auth", "aws_cognito_user_pools",
        "aws_iam", "aws_lambda", "aws_oidc", "aws_publish", "aws_subscribe", "conversation",
        "cacheControl", "cost", "default", "deprecated", "generation", "index", "key", "mapsTo",
        "model", "primaryKey", "refersTo", "searchable", "sql", "ttl", "validate", "versioned",
    }
)  # fmt: skip
