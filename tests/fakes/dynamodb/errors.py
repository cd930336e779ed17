"""What DynamoDB answers instead of a result."""

from __future__ import annotations

from typing import Any

_DYNAMODB = "com.amazonaws.dynamodb.v20120810"
_NAMESPACES = {
    "ValidationException": "com.amazon.coral.validate",
    "SerializationException": "com.amazon.coral.service",
    "UnknownOperationException": "com.amazon.coral.service",
    "ThrottlingException": "com.amazon.coral.availability",
}


class ApiError(Exception):
    """An error in DynamoDB's form; botocore sees `code` and `message`."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status

    def body(self) -> dict[str, Any]:
        namespace = _NAMESPACES.get(self.code, _DYNAMODB)
        return {"__type": f"{namespace}#{self.code}", "message": self.message}


def invalid(message: str) -> ApiError:
    return ApiError("ValidationException", message)


def unsupported(what: str) -> ApiError:
    """The fake never ignores what it does not know: a test would prove nothing."""
    return invalid(f"the fake does not know {what}")


def not_found(message: str) -> ApiError:
    return ApiError("ResourceNotFoundException", message)


def trimmed() -> ApiError:
    return ApiError(
        "TrimmedDataAccessException",
        "The operation attempted to read past the oldest stream record in a shard.",
    )


def expired_iterator() -> ApiError:
    return ApiError("ExpiredIteratorException", "The shard iterator has expired.")


def internal_error() -> ApiError:
    return ApiError("InternalServerError", "The request processing has failed.", status=500)
