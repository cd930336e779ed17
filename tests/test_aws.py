"""Clients go where the environment says, and errors name the service that was called."""

from __future__ import annotations

from typing import Any

import pytest

from migrate.aws import Source, client, translated
from migrate.errors import FixInputError, MigrateError, RetryLaterError

SOURCE = Source("ap-northeast-1")


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")


@pytest.mark.parametrize("service", ["dynamodb", "s3", "appsync"])
@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_{}"])
def test_the_word_aws_means_aws_itself(
    monkeypatch: pytest.MonkeyPatch, service: str, variable: str
) -> None:
    monkeypatch.setenv(variable.format(service.upper()), "aws")
    made = client(service, SOURCE)
    assert made.meta.endpoint_url.endswith(".amazonaws.com")
    made.close()


def test_a_url_of_the_environment_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    made = client("appsync", SOURCE)
    assert made.meta.endpoint_url == "http://127.0.0.1:1"
    made.close()


def refused(code: str) -> Any:
    from botocore.exceptions import ClientError

    return ClientError({"Error": {"Code": code, "Message": "Hanako Yamada"}}, "GetObject")


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        ("NoSuchBucket", FixInputError, "s3://b does not exist"),
        ("AccessDenied", FixInputError, "the AWS role may not use s3://b (AccessDenied)"),
        ("PermanentRedirect", FixInputError, "S3 refuses the request for s3://b"),
        ("InvalidObjectState", FixInputError, "S3 refuses the request for s3://b"),
        ("ExpiredToken", RetryLaterError, "the AWS credentials for s3://b have expired"),
        ("SlowDown", RetryLaterError, "S3 failed for s3://b (SlowDown)"),
    ],
)
def test_errors_are_said_in_the_services_name(
    code: str, kind: type[MigrateError], message: str
) -> None:
    with pytest.raises(kind) as raised, translated("s3://b", "S3"):
        raise refused(code)
    assert raised.value.message.startswith(message)
    assert "Hanako" not in raised.value.message + raised.value.hint
