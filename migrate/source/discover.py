"""Finds the API and the tables of an Amplify environment in an account, by AWS's own answers.

Best first: AppSync's data sources name the table of each model; CloudFormation's exports do, where
the API's stack has outputs; the tables' names are the last way. What one way does not find, or may
not look at, the next one may.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal
from urllib.parse import urlsplit

from migrate.aws import Source, client, translated
from migrate.errors import FixInputError

Way = Literal["appsync", "cloudformation", "name"]

_DATA_STORE_TABLE = "AmplifyDataStore"
_SKIPPED_CODES = {
    "AccessDeniedException", "AccessDenied", "UnauthorizedException", "UnauthorizedOperation",
    "NotFoundException", "ValidationError",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A model's table. `versioned`: DataStore is on, as far as the data source says."""

    model: str
    table: str
    found_by: Way
    versioned: bool = False


@dataclass(frozen=True)
class FoundEnvironment:
    """What the account says about one API. `schema` is Gen 2's model schema, where it is kept."""

    api_id: str
    tables: list[FoundTable]
    schema: str | None = None
    skipped: list[str] = field(default_factory=list)
    """Ways that gave no answer, with AWS's code for it."""

    @property
    def environment(self) -> str:
        """The last part of the tables' names; empty where they have none."""
        form = re.compile(rf"\w+-{re.escape(self.api_id)}-([A-Za-z0-9]{{1,10}})\Z")
        found = (form.match(one.table) for one in self.tables)
        return next((match[1] for match in found if match), "")


def discover(source: Source, api_id: str, app: str | None = None) -> FoundEnvironment:
    """The tables of the API `api_id`, or of the one that `app` names (an API or a root stack).

    Raises FixInputError when there is no such API or no table of it.
    """
    skipped: list[str] = []
    outputs = _stack_outputs(source, app, skipped) if app else {}
    if app:
        api_id = outputs.get("awsAppsyncApiId") or _api_of_name(source, app, skipped)
    found: dict[str, FoundTable] = {}
    for way, find in _WAYS.items():
        for one in _tried(way, partial(_listed, find, source, api_id), skipped) or []:
            # @mapsTo: one table is found under the model's name and under that of its table.
            if one.table not in {other.table for other in found.values()}:
                found.setdefault(one.model, one)
    if not found:
        tried = f" ({'; '.join(skipped)})" if skipped else ""
        raise FixInputError(
            f"no table of the API {api_id} was found{tried}",
            "check --api-id or --app, the region of the profile, and the role's rights",
        )
    if not outputs:
        outputs = _outputs_of_api(source, api_id, skipped)
    uri = outputs.get("amplifyApiModelSchemaS3Uri")
    schema = _tried("s3", lambda: _model_schema(source, uri), skipped) if uri else None
    tables = sorted(found.values(), key=lambda one: one.model)
    return FoundEnvironment(api_id, tables, schema, skipped)


def _tried(way: str, ask: Callable[[], Any], skipped: list[str]) -> Any:
    """The answer, or None where this role may not ask or there is nothing of that kind."""
    from botocore.exceptions import ClientError

    with translated(f"the {way} look-up"):
        try:
            return ask()
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code not in _SKIPPED_CODES:
                raise
            skipped.append(f"{way}: {code}")
            return None


def _listed(
    find: Callable[[Source, str], Iterator[FoundTable]], source: Source, api_id: str
) -> list[FoundTable]:
    return list(find(source, api_id))


def _api_of_name(source: Source, app: str, skipped: list[str]) -> str:
    apis = _tried("appsync", lambda: list(_apis(source)), skipped) or []
    ids = [str(one["apiId"]) for one in apis if one.get("name") == app]
    if len(ids) == 1:
        return ids[0]
    if ids:
        message = f"{len(ids)} APIs are called {app!r}"
        raise FixInputError(message, f"say which one with --api-id: {', '.join(ids)}")
    names = ", ".join(sorted({str(one.get("name", "")) for one in apis})) or "none"
    raise FixInputError(f"there is no API and no stack {app!r}", f"APIs in this region: {names}")


def _apis(source: Source) -> Iterator[dict[str, Any]]:
    yield from _pages(client("appsync", source).list_graphql_apis, "graphqlApis", "nextToken")


def _pages(call: Callable[..., Any], key: str, token: str, **given: Any) -> Iterator[Any]:
    """Every entry of a paged answer. botocore has no paginator for all of these."""
    following: dict[str, Any] = {}
    while True:
        answer = call(**given, **following)
        yield from answer.get(key, [])
        if not answer.get(token):
            return
        following = {token: answer[token]}


def _data_sources(source: Source, api_id: str) -> Iterator[FoundTable]:
    call = client("appsync", source).list_data_sources
    for one in _pages(call, "dataSources", "nextToken", apiId=api_id):
        settings = one.get("dynamodbConfig") or {}
        name = str(one.get("name", ""))
        if one.get("type") == "AMAZON_DYNAMODB" and name.endswith("Table"):
            versioned = bool(settings.get("versioned"))
            model = name.removesuffix("Table")
            yield FoundTable(model, str(settings["tableName"]), "appsync", versioned)


def _exports(source: Source, api_id: str) -> Iterator[FoundTable]:
    form = re.compile(rf"{re.escape(api_id)}:GetAtt:(\w+)Table:Name\Z")
    call = client("cloudformation", source).list_exports
    for one in _pages(call, "Exports", "NextToken"):
        match = form.match(str(one.get("Name", "")))
        if match:
            yield FoundTable(match[1], str(one["Value"]), "cloudformation")


def _named_tables(source: Source, api_id: str) -> Iterator[FoundTable]:
    form = re.compile(rf"(\w+)-{re.escape(api_id)}(?:-[A-Za-z0-9]{{1,10}})?\Z")
    for page in client("dynamodb", source).get_paginator("list_tables").paginate():
        for name in page["TableNames"]:
            match = form.match(name)
            if match and match[1] != _DATA_STORE_TABLE:
                yield FoundTable(match[1], name, "name")


_WAYS: dict[Way, Callable[[Source, str], Iterator[FoundTable]]] = {
    "appsync": _data_sources,
    "cloudformation": _exports,
    "name": _named_tables,
}


def _stack_outputs(source: Source, stack: str, skipped: list[str]) -> dict[str, str]:
    def ask() -> list[Any]:
        answer = client("cloudformation", source).describe_stacks(StackName=stack)
        stacks: list[Any] = answer["Stacks"]
        return stacks

    stacks = _tried("cloudformation", ask, skipped) or []
    return _outputs(stacks[0]) if stacks else {}


def _outputs_of_api(source: Source, api_id: str, skipped: list[str]) -> dict[str, str]:
    """The outputs of the root stack that names this API: Gen 2 only."""

    def ask() -> dict[str, str]:
        pages = client("cloudformation", source).get_paginator("describe_stacks").paginate()
        all_outputs = (_outputs(stack) for page in pages for stack in page["Stacks"])
        return next((one for one in all_outputs if one.get("awsAppsyncApiId") == api_id), {})

    return _tried("cloudformation", ask, skipped) or {}


def _outputs(stack: dict[str, Any]) -> dict[str, str]:
    return {
        str(one["OutputKey"]): str(one.get("OutputValue", "")) for one in stack.get("Outputs", [])
    }


def _model_schema(source: Source, uri: str) -> str:
    place = urlsplit(uri)
    answer = client("s3", source).get_object(Bucket=place.netloc, Key=place.path.lstrip("/"))
    content: bytes = answer["Body"].read()
    return content.decode()
