"""botocore sessions that hand chosen answers of DynamoDB over undecoded.

botocore keeps credentials, signing, retries and the checksum of each answer; only its item parser
is replaced, because it costs most of the client's CPU (measured: docs/explanation/speed.md).
"""

from __future__ import annotations

import functools
from typing import Any

from migrate.aws import Source, bare_session, session_key


def raw_session(region: str, outputs: frozenset[str]) -> Any:
    """A session whose clients answer {"Body": bytes, ...} where botocore's output shape is one of
    `outputs`, such as "ScanOutput"."""
    return _session(region, outputs, session_key())


@functools.lru_cache(maxsize=4)
def _session(
    region: str,
    outputs: frozenset[str],
    environment: tuple[tuple[str, str], ...],  # noqa: ARG001
) -> Any:
    """A session with a parser of our own; kept, as the other one of `migrate.aws`."""
    from botocore import parsers

    class RawParser(parsers.JSONParser):  # type: ignore[misc]
        """Hands the body of the chosen answers over undecoded; everything else is botocore's."""

        def parse(self, response: dict[str, Any], shape: Any) -> Any:
            is_chosen = shape is not None and shape.name in outputs
            if not is_chosen or response["status_code"] >= 300:
                return super().parse(response, shape)
            headers = response["headers"]
            return {
                "Body": response["body"],
                "ResponseMetadata": {
                    "RequestId": headers.get("x-amzn-requestid", ""),
                    "HTTPStatusCode": response["status_code"],
                    "HTTPHeaders": dict(headers.items()),
                },
            }

    class Factory(parsers.ResponseParserFactory):  # type: ignore[misc]
        """Chooses the parser above for DynamoDB's protocol."""

        def create_parser(self, protocol_name: str) -> Any:
            if protocol_name == "json":
                return RawParser(**self._defaults)
            return super().create_parser(protocol_name)

    session = bare_session(Source(region))
    session.register_component("response_parser_factory", Factory())
    return session
