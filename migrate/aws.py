"""The one place where boto3 sessions and clients are made, and AWS errors are translated."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from migrate.errors import FixInputError, RetryLaterError

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}

_CREDENTIAL_CODES = {
    "UnrecognizedClientException", "InvalidSignatureException", "InvalidClientTokenId",
    "MissingAuthenticationTokenException", "IncompleteSignatureException", "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
}  # fmt: skip
_DENIED_CODES = {"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"}
THROTTLING_CODES = {
    "ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded",
    "LimitExceededException", "Throttling",
}  # fmt: skip
_EXPIRED_CODES = {"ExpiredTokenException", "ExpiredToken", "RequestExpired"}
_MISSING_HINTS = {
    "ResourceNotFoundException": "check api_id, environment and region of the profile",
    "NoSuchBucket": "check the name of the bucket",
    "NoSuchKey": "check the location",
}
_REFUSED_CODES = {
    "ValidationException": "",
    "InvalidBucketName": "write s3://bucket/prefix",
    "PermanentRedirect": "the bucket lies in another region: set it in the profile",
    "AuthorizationHeaderMalformed": "the bucket lies in another region: set it in the profile",
    "InvalidObjectState": "the object is archived: restore it first",
}
_ENDPOINT_WORDS = {"aws", "embedded"}  # ours; to botocore they would be broken URLs
_SERVICE_NAMES = {"dynamodb": "DynamoDB", "s3": "S3"}


class ThrottledError(RetryLaterError):
    """AWS refuses requests because there are too many: later, and slower, it will take them."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the source tables are. `endpoint` None means AWS itself."""

    region: str
    endpoint: str | None = None

    @property
    def is_local(self) -> bool:
        """Whether the endpoint is on this machine: an emulator, never an account."""
        return self.endpoint is not None and urlsplit(self.endpoint).hostname in _LOOPBACK


def client(service: str, source: Source, **config: Any) -> Any:
    """A boto3 client for `source`. `config` goes to botocore's Config."""
    from botocore.config import Config

    with translated(service, _shown_name(service)):
        return _session(source.region, session_key()).client(
            service,
            endpoint_url=source.endpoint,
            config=_config(Config, service, config),
            **_credentials(source),
        )


@functools.lru_cache(maxsize=4)
def _session(region: str, environment: tuple[tuple[str, str], ...]) -> Any:  # noqa: ARG001
    """One session for all clients: each new one reads the service's description again (measured:
    50-170 ms of CPU a client, against 3 ms). `environment` is `session_key()`."""
    import boto3

    return boto3.session.Session(region_name=region)


def session_key() -> tuple[tuple[str, str], ...]:
    """What a session takes from the environment: where it changes, a kept session is outdated."""
    return tuple(sorted(item for item in os.environ.items() if item[0].startswith("AWS_")))


def _shown_name(service: str) -> str:
    return _SERVICE_NAMES.get(service, service)


def bare_session(source: Source) -> Any:
    """A botocore session for those who register components of their own (the scan parser)."""
    import botocore.session

    session = botocore.session.get_session()
    session.set_config_variable("region", source.region)
    return session


def client_of(session: Any, service: str, source: Source, **config: Any) -> Any:
    """A client of such a session, configured like `client`."""
    from botocore.config import Config

    with translated(service, _shown_name(service)):
        return session.create_client(
            service,
            region_name=source.region,
            endpoint_url=source.endpoint,
            config=_config(Config, service, config),
            **_credentials(source),
        )


def _config(config_class: Any, service: str, extra: dict[str, Any]) -> Any:
    # "standard" with more attempts: throttling of a busy table is ridden out, and its jittered
    # back-off is capped at 20 s, so 10 attempts give up within about two minutes.
    settings: dict[str, Any] = {
        "retries": {"mode": "standard", "total_max_attempts": 10},
        "connect_timeout": 5,
        "read_timeout": 30,
        "ignore_configured_endpoint_urls": given_endpoint(service) in _ENDPOINT_WORDS,
        **extra,
    }
    return config_class(**settings)


def given_endpoint(service: str) -> str | None:
    """What the environment names for a service: a URL, `aws` or `embedded`."""
    own = os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}")
    return own or os.environ.get("AWS_ENDPOINT_URL")


def _credentials(source: Source) -> dict[str, str]:
    """An emulator takes any credentials; never ask the instance metadata service for them."""
    if (
        source.is_local
        and "AWS_ACCESS_KEY_ID" not in os.environ
        and "AWS_PROFILE" not in os.environ
    ):
        return {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    return {}


@contextmanager
def translated(what: str, service: str = "DynamoDB") -> Iterator[None]:
    """Turn botocore's errors about `what` into ours; `service` is the one that was called."""
    import botocore.exceptions as boto

    variable = f"AWS_ENDPOINT_URL_{service.upper()}"
    try:
        yield
    except boto.ClientError as error:
        raise _of_client_error(error, what, service) from error
    except (boto.NoCredentialsError, boto.PartialCredentialsError, boto.ProfileNotFound) as error:
        hint = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        raise FixInputError(f"no AWS credentials for {what}", hint) from error
    except (boto.ConnectionError, boto.HTTPClientError, boto.IncompleteReadError) as error:
        hint = f"check {variable} and the network; the same command goes on"
        raise RetryLaterError(f"{service} cannot be reached for {what}", hint) from error
    except (boto.InvalidRegionError, boto.NoRegionError, ValueError) as error:
        if isinstance(error, ValueError) and "endpoint" not in str(error).lower():
            raise
        hint = f"check the region and {variable}"
        raise FixInputError(f"the {service} endpoint for {what} is not usable", hint) from error


def _of_client_error(error: Any, what: str, service: str) -> FixInputError | RetryLaterError:
    code = error.response.get("Error", {}).get("Code", "unknown")
    if code in _MISSING_HINTS:
        return FixInputError(f"{what} does not exist", _MISSING_HINTS[code])
    if code in _CREDENTIAL_CODES:
        return FixInputError(f"AWS refuses the credentials for {what} ({code})", "check them")
    if code in _EXPIRED_CODES:
        hint = "renew them; the same command goes on"
        return RetryLaterError(f"the AWS credentials for {what} have expired", hint)
    if code in _DENIED_CODES:
        return FixInputError(
            f"the AWS role may not use {what} ({code})", "grant it, then run again"
        )
    if code in _REFUSED_CODES:
        hint = _REFUSED_CODES[code]
        return FixInputError(f"{service} refuses the request for {what} ({code})", hint)
    if code in THROTTLING_CODES:
        return ThrottledError(
            f"{service} throttles requests for {what} ({code})",
            "the same command goes on later",
        )
    return RetryLaterError(
        f"{service} failed for {what} ({code})", "the same command goes on later"
    )
