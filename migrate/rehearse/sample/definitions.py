"""The sample's DynamoDB tables as Amplify creates them: names, keys, indexes, streams."""

from __future__ import annotations

from typing import Any

from migrate.rehearse.sample.layout import MODELS

Index = tuple[str, str, str | None]
"""Name, partition key, sort key."""

# Primary keys other than `id`.
KEYS: dict[str, tuple[str, ...]] = {"Notification": ("userId", "createdAt")}

# From @index, and what Amplify adds for relations: `by<Model>` on a join table, and
# `gsi-<Parent>.<field>` for a hasMany that names no index. Two or more sort key fields are one
# attribute, joined by #. A @hasOne makes no index.
INDEXES: dict[str, tuple[Index, ...]] = {
    "User": (
        ("byEmail", "email", None),
        ("byCognitoId", "cognitoId", None),
        ("byRole", "role", "status"),
    ),
    "RolePermissions": (
        ("byRole", "roleId", None),
        ("byPermission", "permissionId", None),
    ),
    "Meeting": (
        ("byExternalMeetingId", "externalMeetingId", None),
        ("byStatus", "status", "scheduledStartTime"),
        ("byCreatorAndStatus", "createdBy", "status#createdAt"),
    ),
    "Attendee": (("byMeeting", "meetingId", None), ("byUser", "userId", None)),
    "ChatMessage": (("byMeeting", "meetingId", "sentAt"), ("bySender", "senderId", None)),
    "RefreshToken": (("byUser", "userId", None), ("byToken", "token", None)),
    "PasswordResetToken": (
        ("byToken", "token", None),
        ("gsi-User.passwordResetTokens", "userPasswordResetTokensId", None),
    ),
    "AssessmentSession": (("byUser", "userId", "createdAt"),),
    "AssessmentQuestion": (("byType", "assessmentType", "category"),),
    "AssessmentResponse": (("bySession", "sessionId", None), ("byQuestion", "questionId", None)),
    "Appointment": (
        ("byPatientAndStatus", "patientId", "status#createdAt"),
        ("byDoctor", "doctorId", "startTime"),
    ),
    "Notification": (("byType", "type", "createdAt"),),
    "AuditLog": (
        ("byUser", "userId", "createdAt"),
        ("byResourceType", "resourceType", "createdAt"),
    ),
}

DELTA = "AmplifyDataStore"
"""DataStore's table of recent changes of all models: there in every account, never a model."""

MARKER = "MigrateSample"


def table_name(prefix: str, api_id: str, environment: str) -> str:
    return f"{prefix}-{api_id}-{environment}"


def sample_tables(api_id: str, environment: str) -> list[dict[str, Any]]:
    """Arguments of CreateTable for every model and for DataStore's delta table.

    DataStore's TTL on `_ttl` stays off: the sample's tombstones lie in the past, and a TTL would
    take them away before they can be counted.
    """
    models = [_model_table(model, table_name(model, api_id, environment)) for model in MODELS]
    delta = _table(table_name(DELTA, api_id, environment), ("ds_pk", "ds_sk"), ())
    return [*models, delta]


def marker_table(api_id: str, environment: str) -> dict[str, Any]:
    return _table(table_name(MARKER, api_id, environment), ("id",), ())


def _model_table(model: str, name: str) -> dict[str, Any]:
    definition = _table(name, KEYS.get(model, ("id",)), INDEXES.get(model, ()))
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    return {**definition, "StreamSpecification": stream}


def _table(name: str, key: tuple[str, ...], indexes: tuple[Index, ...]) -> dict[str, Any]:
    used = {*key, *(attribute for index in indexes for attribute in index[1:] if attribute)}
    definition: dict[str, Any] = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": _key_schema(*key),
        # Every key attribute of the sample is text.
        "AttributeDefinitions": [
            {"AttributeName": attribute, "AttributeType": "S"} for attribute in sorted(used)
        ],
    }
    if indexes:
        definition["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index_name,
                "KeySchema": _key_schema(partition, sort),
                "Projection": {"ProjectionType": "ALL"},
            }
            for index_name, partition, sort in indexes
        ]
    return definition


def _key_schema(partition: str, sort: str | None = None) -> list[dict[str, str]]:
    schema = [{"AttributeName": partition, "KeyType": "HASH"}]
    if sort:
        schema.append({"AttributeName": sort, "KeyType": "RANGE"})
    return schema
