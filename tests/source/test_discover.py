"""The API and the tables of an environment, found through AWS's own answers (an emulator's)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from migrate.amplify.options import Options
from migrate.aws import Source, client
from migrate.errors import FixInputError
from migrate.pipeline.convert import Conversion
from migrate.pipeline.convert_from_aws import Wanted, convert_from_aws
from migrate.source import discover as discover_module
from migrate.source.discover import FoundTable, discover

_REGION = "ap-northeast-1"
_SCHEMA = """\
type Post @model { id: ID! title: String }
type Note @model @mapsTo(name: "OldNote") { id: ID! }
"""


class Account:
    """An emulator's account with one API."""

    def __init__(self, endpoint: str) -> None:
        self.source = Source(_REGION, endpoint)
        self.appsync = client("appsync", self.source)
        self.dynamodb = client("dynamodb", self.source)
        self.api_id = self.api("blog-test")

    def api(self, name: str) -> str:
        answer = self.appsync.create_graphql_api(name=name, authenticationType="API_KEY")
        return str(answer["graphqlApi"]["apiId"])

    def table(self, name: str, key: str = "id") -> str:
        self.dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return name

    def data_source(self, model: str, table: str, **settings: Any) -> None:
        config = {"tableName": table, "awsRegion": _REGION, **settings}
        self.appsync.create_data_source(
            apiId=self.api_id, name=f"{model}Table", type="AMAZON_DYNAMODB", dynamodbConfig=config
        )

    def model(self, model: str, key: str = "id", **settings: Any) -> str:
        """A table and its data source, as Amplify makes them."""
        table = self.table(f"{model}-{self.api_id}-test", key)
        self.data_source(model, table, **settings)
        return table

    def stack(self, name: str, outputs: dict[str, dict[str, Any]]) -> None:
        # A stack needs a resource; this one is of no meaning.
        template = {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}, "Outputs": outputs}
        cloudformation = client("cloudformation", self.source)
        cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
        )

    def convert(self, folder: Path, schema: str | None = _SCHEMA, **wanted: Any) -> Conversion:
        inputs = []
        if schema is not None:
            inputs = [folder / "schema.graphql"]
            inputs[0].write_text(schema)
        chosen = Wanted(**{"api_id": self.api_id, "environment": "test", **wanted})
        return convert_from_aws(self.source, chosen, inputs, folder / "out", Options())


@pytest.fixture
def account(dynamodb_endpoint: str) -> Account:
    return Account(dynamodb_endpoint)


def codes(conversion: Conversion) -> dict[str, str]:
    """Code to subject, of the findings that a comparison with the account makes."""
    wanted = ("table-", "key-differs", "datastore-differs")
    return {f.code: f.subject for f in conversion.findings if f.code.startswith(wanted)}


def test_data_sources_name_the_tables_whatever_these_are_called(account: Account) -> None:
    account.model("Post", versioned=True)
    account.data_source("Note", account.table("imported-table"))
    account.appsync.create_data_source(apiId=account.api_id, name="NONE_DS", type="NONE")
    found = discover(account.source, account.api_id)
    assert [(one.model, one.table, one.found_by) for one in found.tables] == [
        ("Note", "imported-table", "appsync"),
        ("Post", f"Post-{account.api_id}-test", "appsync"),
    ]
    assert found.environment == "test"


def test_exports_name_tables_where_there_is_no_data_source(account: Account) -> None:
    name = f"{account.api_id}:GetAtt:PostTable:Name"
    account.stack("api", {"Name": {"Value": "a-table", "Export": {"Name": name}}})
    found = discover(account.source, account.api_id)
    assert [(one.model, one.table, one.found_by) for one in found.tables] == [
        ("Post", "a-table", "cloudformation")
    ]


def test_names_of_tables_are_the_last_way(account: Account) -> None:
    for name in ("Post", "AmplifyDataStore"):
        account.table(f"{name}-{account.api_id}-test")
    account.table("Post-otherapiotherapiotherapi00-test")
    account.table(f"Early-{account.api_id}")
    found = discover(account.source, account.api_id)
    assert [(one.model, one.found_by) for one in found.tables] == [
        ("Early", "name"), ("Post", "name"),
    ]  # fmt: skip


def test_an_api_is_found_by_its_name(account: Account) -> None:
    account.model("Post")
    assert discover(account.source, "none", "blog-test").api_id == account.api_id


def test_an_api_is_found_by_the_stack_that_names_it(account: Account) -> None:
    account.model("Post")
    account.stack("amplify-blog", {"awsAppsyncApiId": {"Value": account.api_id}})
    assert discover(account.source, "none", "amplify-blog").api_id == account.api_id


def test_an_unknown_name_is_answered_with_those_there_are(account: Account) -> None:
    with pytest.raises(FixInputError, match="no API and no stack 'shop'") as caught:
        discover(account.source, "none", "shop")
    assert caught.value.hint == "APIs in this region: blog-test"


def test_two_apis_of_one_name_need_an_id(account: Account) -> None:
    other = account.api("blog-test")
    with pytest.raises(FixInputError, match="2 APIs") as caught:
        discover(account.source, "none", "blog-test")
    assert other in caught.value.hint


def test_an_api_without_tables_is_refused(account: Account) -> None:
    with pytest.raises(FixInputError, match=f"no table of the API {account.api_id} was found"):
        discover(account.source, account.api_id)


def test_a_way_that_the_role_may_not_go_is_named_and_passed_over(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(source: Source, api_id: str) -> Iterator[FoundTable]:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "ListDataSources")

    ways = {**discover_module._WAYS, "appsync": refused}
    monkeypatch.setattr(discover_module, "_WAYS", ways)
    account.model("Post")
    found = discover(account.source, account.api_id)
    assert [(one.model, one.found_by) for one in found.tables] == [("Post", "name")]
    assert found.skipped == ["appsync: AccessDeniedException"]


def test_a_conversion_agrees_with_the_account(account: Account, tmp_path: Path) -> None:
    account.model("Post")
    account.data_source("Note", account.table(f"OldNote-{account.api_id}-test"))
    conversion = account.convert(tmp_path)
    assert codes(conversion) == {}
    tables = json.loads((tmp_path / "out" / "tables.json").read_text())
    assert tables["api_id"] == account.api_id
    assert tables["environment"] == "test"
    assert [one["model"] for one in tables["tables"]] == ["Note", "Post"]


def test_every_way_in_which_the_account_differs_is_a_finding(
    account: Account, tmp_path: Path
) -> None:
    account.model("Post", key="slug", versioned=True)
    account.model("Gone")
    account.data_source("Tag", account.table("imported"))
    schema = _SCHEMA + "type Tag @model { id: ID! }"
    conversion = account.convert(tmp_path, schema)
    assert codes(conversion) == {
        "key-differs": "Post", "datastore-differs": "Post", "table-missing": "Note",
        "table-without-model": "Gone", "table-name-differs": "Tag",
    }  # fmt: skip
    assert conversion.has_errors, "a load would refuse a key that differs"


def test_gen_2_keeps_its_schema_in_the_account(account: Account, tmp_path: Path) -> None:
    account.model("Post")
    account.model("Comment")
    s3 = client("s3", account.source)
    s3.create_bucket(Bucket="schemas", CreateBucketConfiguration={"LocationConstraint": _REGION})
    schema = (
        "type Post @model { id: ID! @primaryKey"
        ' comments: [Comment] @hasMany(references: ["postId"]) }'
        "\ntype Comment @model { id: ID! @primaryKey postId: ID"
        ' post: Post @belongsTo(references: ["postId"]) }\n'
    )
    s3.put_object(Bucket="schemas", Key="data/model-schema.graphql", Body=schema.encode())
    account.stack(
        "amplify-app-branch",
        {
            "awsAppsyncApiId": {"Value": account.api_id},
            "amplifyApiModelSchemaS3Uri": {"Value": "s3://schemas/data/model-schema.graphql"},
        },
    )
    conversion = account.convert(tmp_path, None)
    assert conversion.generation == "gen2"
    assert conversion.models == ["Post", "Comment"]
    assert (tmp_path / "out" / "model-schema.graphql").read_text() == schema


def test_gen_1_needs_its_schema_as_input(account: Account, tmp_path: Path) -> None:
    account.model("Post")
    with pytest.raises(FixInputError, match="keeps no schema") as caught:
        account.convert(tmp_path, None)
    assert "schema.graphql as INPUT" in caught.value.hint
