"""Values as Amplify's resolvers and clients leave them in DynamoDB, in typed JSON, by type."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta

from migrate.amplify.graph import App, TypeRef

Typed = dict[str, object]

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_TEXTS = (
    "plain", "日本語の文", "emoji 🏥", 'quote " and \\ backslash', "tab\tand\nnew line", " spaces ",
    "\\N", "a#b", "{}", "null", "l'été", "0", "true", "x" * 300, "\u2028 line separator",
)  # fmt: skip
_FLOATS = ("0", "1.5", "-0.25", "3.141592653589793", "1E+21", "123456789.125", "-17", "1E-7")
_DEPTH_MAX = 4


class Values:
    """Seeded values. `uuids`: every ID is one; `null_elements`: also among custom types."""

    def __init__(
        self, app: App, chance: random.Random, *, uuids: bool, null_elements: bool
    ) -> None:
        self.app = app
        self.chance = chance
        self.uuids = uuids
        self.null_elements = null_elements

    def of(self, type_ref: TypeRef, depth: int = 0) -> Typed:
        """A value that is there."""
        if type_ref.list_depth:
            return self._list(type_ref, depth)
        if type_ref.kind == "enum":
            return {"S": self.chance.choice(self.app.enums[type_ref.name].values)}
        if type_ref.kind == "custom":
            return self._map(type_ref.name, depth)
        if type_ref.kind in {"interface", "union"}:
            return {"M": {"kind": {"S": "some"}}}
        return self.scalar(type_ref.name)

    def optional(
        self, type_ref: TypeRef, depth: int = 0, *, may_be_null: bool = True
    ) -> Typed | None:
        """A value, NULL, or None for an attribute that is absent."""
        if type_ref.required:
            return self.of(type_ref, depth)
        drawn = self.chance.random()
        if drawn < 0.2:
            return None
        return {"NULL": True} if may_be_null and drawn < 0.4 else self.of(type_ref, depth)

    def _list(self, type_ref: TypeRef, depth: int) -> Typed:
        inner = TypeRef(
            type_ref.name, type_ref.kind, type_ref.list_depth - 1, type_ref.element_required
        )
        may_be_null = not type_ref.element_required and (
            self.null_elements or type_ref.kind != "custom"
        )
        found: list[Typed] = []
        # Lists of what contains itself must come to an end.
        for _ in range(self.chance.randint(0, 3) if depth < _DEPTH_MAX else 0):
            null = may_be_null and self.chance.random() < 0.2
            found.append({"NULL": True} if null else self.of(inner, depth + 1))
        return {"L": found}

    def _map(self, name: str, depth: int) -> Typed:
        content: dict[str, Typed] = {}
        for field in self.app.custom_types[name].fields:
            if depth >= _DEPTH_MAX and not field.type.required:
                continue
            value = self.optional(field.type, depth + 1)
            if value is not None:
                content[field.name] = value
        return {"M": content}

    def scalar(self, name: str) -> Typed:
        make = getattr(self, f"_{name.lower()}", None)
        return make() if make else self._string()

    def _string(self) -> Typed:
        return {"S": "" if self.chance.random() < 0.05 else self.chance.choice(_TEXTS)}

    def _id(self) -> Typed:
        own = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        return {"S": own if self.uuids or self.chance.random() < 0.8 else f"id {own}"}

    def _int(self) -> Typed:
        return {"N": str(self.chance.choice((0, -1, 2**31 - 1, -(2**31), self._number())))}

    _bigint = _int

    def _float(self) -> Typed:
        return {"N": self.chance.choice(_FLOATS)}

    _double = _float

    def _boolean(self) -> Typed:
        return {"BOOL": self.chance.random() < 0.5}

    def _number(self) -> int:
        return self.chance.randint(-1_000_000, 1_000_000)

    def _awsdate(self) -> Typed:
        return {"S": (_EPOCH + timedelta(days=self._number() % 9000)).date().isoformat()}

    def _awstime(self) -> Typed:
        return {"S": self.chance.choice(("09:30", "23:59:59", "00:00:00.000", "12:00:00.123456"))}

    def _awsdatetime(self) -> Typed:
        moment = _EPOCH + timedelta(seconds=self._number())
        form = self.chance.choice(
            (".000Z", ".123Z", "Z", ".123456Z", "+09:00", "-05:30", "+08:00:30", ".5+00:00")
        )
        return {"S": moment.strftime("%Y-%m-%dT%H:%M:%S") + form}

    def _awstimestamp(self) -> Typed:
        return {"N": str(1_600_000_000 + self._number() * 100)}

    def _awsjson(self) -> Typed:
        forms: tuple[Typed, ...] = (
            {"M": {"a": {"N": "1"}, "b": {"L": [{"NULL": True}, {"BOOL": True}]}}},
            {"L": [{"S": "x"}, {"N": "2.5"}]},
            {"S": '{"stringified": "twice"}'},
            {"N": "7"},
            {"BOOL": False},
            {"M": {}},
        )
        return self.chance.choice(forms)

    def _awsemail(self) -> Typed:
        return {"S": f"person{self._number()}@example.com"}

    def _awsphone(self) -> Typed:
        return {"S": self.chance.choice(("+81 3-1234-5678", "555-0100"))}

    def _awsurl(self) -> Typed:
        return {"S": f"https://example.com/{self._number()}?a=b&c=d"}

    def _awsipaddress(self) -> Typed:
        return {"S": self.chance.choice(("192.0.2.1", "2001:db8::1/64"))}

    def amplify_instant(self) -> Typed:
        """As the resolvers write createdAt and updatedAt."""
        moment = _EPOCH + timedelta(milliseconds=self._number() * 1000 + 123)
        return {"S": moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"}

    def owner(self) -> Typed:
        sub = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        return {"S": self.chance.choice(("nurse1", f"{sub}::nurse1", f"{sub}::{sub}"))}

    def key_value(self, type_ref: TypeRef, number: int) -> Typed:
        """A value that no other number has, not empty, and with one spelling only."""
        if type_ref.kind == "enum":
            values = self.app.enums[type_ref.name].values
            return {"S": values[number % len(values)]}
        if type_ref.name == "ID":
            return self._id()
        if type_ref.name in {"Int", "BigInt", "AWSTimestamp", "Float", "Double"}:
            return {"N": str(1_600_000_000 + number)}
        moment = _EPOCH + timedelta(days=number)
        texts = {
            "AWSDate": moment.date().isoformat(),
            "AWSTime": f"{number % 24:02d}:{number // 24 % 60:02d}:00.000",
            "AWSDateTime": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        }
        return {"S": texts.get(type_ref.name, f"key {number} # 鍵")}
