"""Items of a whole app exactly as Amplify stores them: keys, relations, null forms, tombstones.

Everything follows from the graph and a seed. Foreign keys point to items that live: DynamoDB may
hold orphans, but a round trip without rejects may not.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from migrate.amplify.graph import App, Attribute, Model, TypeRef
from tests.amplify.values import Typed, Values

Item = dict[str, Typed]


@dataclass
class ModelItems:
    """What lies in one table."""

    live: list[Item] = field(default_factory=list)
    tombstones: list[Item] = field(default_factory=list)

    @property
    def all(self) -> list[Item]:
        return [*self.live, *self.tombstones]


class Generator:
    """Makes the items of an app, `per_model` live ones each (fewer where a key allows no more)."""

    def __init__(
        self,
        app: App,
        seed: int,
        *,
        per_model: int = 5,
        uuids: bool = False,
        null_elements: bool = True,
    ) -> None:
        self.app = app
        self.chance = random.Random(seed)
        self.values = Values(app, self.chance, uuids=uuids, null_elements=null_elements)
        self.per_model = per_model
        self.keys: dict[str, list[Item]] = {}
        self.links = _links(app)

    def items(self) -> dict[str, ModelItems]:
        """By model."""
        for model in self.app.models.values():
            self._keys_of(model, ())
        return {model.name: self._items_of(model) for model in self.app.models.values()}

    def _keys_of(self, model: Model, around: tuple[str, ...]) -> list[Item]:
        """The key fields of the live items; those of a model that this key points to come first."""
        if model.name in self.keys:
            return self.keys[model.name]
        found: dict[str, Item] = {}
        for number in range(self.per_model):
            key = self._key(model, number, (*around, model.name))
            found.setdefault(_key_text(model, key), key)
        self.keys[model.name] = list(found.values())
        return self.keys[model.name]

    def _key(self, model: Model, number: int, around: tuple[str, ...]) -> Item:
        key: Item = {}
        for link in self.links.get(model.name, []):
            mine = [name for name in link.attributes if name in model.key_fields]
            if mine and link.target not in around:
                others = self._keys_of(self.app.models[link.target], around)
                other = others[number % len(others)]
                for name, theirs in zip(link.attributes, link.target_key, strict=False):
                    if name in mine and theirs in other:
                        key.setdefault(name, other[theirs])
        for name in model.key_fields:
            if name not in key:
                key[name] = self.values.key_value(_type_of(model, name), number)
        return _with_composites(model, key)

    def _items_of(self, model: Model) -> ModelItems:
        found = ModelItems([self._item(model, key) for key in self.keys[model.name]])
        if model.has_data_store:
            for number in range(self.per_model, self.per_model + 2):
                key = self._key(model, number, (model.name,))
                item = self._item(model, key)
                if _key_text(model, item) not in {_key_text(model, one) for one in found.all}:
                    item["_deleted"] = {"BOOL": True}
                    item["_ttl"] = {"N": "1700000000"}
                    found.tombstones.append(item)
        return found

    def _item(self, model: Model, key: Item) -> Item:
        item: Item = {}
        for attribute in model.attributes:
            if attribute.name not in key:
                value = self._value(model, attribute)
                if value is not None:
                    item[attribute.name] = value
        item.update(key)
        self._point(model, item, key)
        item = _with_composites(model, item)
        if self.chance.random() < 0.9:
            item["__typename"] = {"S": model.name}
        if model.has_data_store:
            item.update(self._data_store())
        return item

    def _value(self, model: Model, attribute: Attribute) -> Typed | None:
        if attribute.origin in {"datastore", "typename", "composite"}:
            return None
        if attribute.origin == "timestamp":
            # Filled by the resolver where the client sent none, whatever type is declared.
            filled = attribute.type.name == "AWSDateTime" or self.chance.random() < 0.5
            return self.values.amplify_instant() if filled else self.values.of(attribute.type)
        if attribute.origin == "computed" and self.chance.random() < 0.8:
            return None
        owned = attribute.origin == "owner" and not attribute.type.list_depth
        if owned and self.chance.random() < 0.7:
            return self.values.owner()
        in_index = any(attribute.name in index.attributes for index in model.indexes)
        value = self.values.optional(attribute.type, may_be_null=not in_index)
        # An index key may be neither NULL nor empty.
        return {"S": "indexed"} if in_index and value == {"S": ""} else value

    def _point(self, model: Model, item: Item, key: Item) -> None:
        """Foreign keys hold the key of a live item, or nothing in one of its forms."""
        settled = set(key)
        for link in self.links.get(model.name, []):
            free = [name for name in link.attributes if name not in settled]
            settled.update(free)
            if not free:
                continue
            target = self.app.models[link.target]
            others = [one for one in self._keys_of(target, ()) if _agrees(one, item, link, key)]
            required = any(_type_of(model, name).required for name in free)
            if others and (required or self.chance.random() < 0.7):
                other = self.chance.choice(others)
                for name, theirs in zip(link.attributes, link.target_key, strict=False):
                    if name in free:
                        item[name] = other.get(theirs, {"S": "unknown"})
            else:
                self._unlink(model, item, free)

    def _unlink(self, model: Model, item: Item, names: list[str]) -> None:
        for name in names:
            item.pop(name, None)
            in_index = any(name in index.attributes for index in model.indexes)
            is_text = not self.values.of(_type_of(model, name)).keys() - {"S"}
            forms: list[Typed] = [] if in_index else [{"NULL": True}]
            forms += [{"S": ""}] if is_text and not in_index and len(names) == 1 else []
            if forms and self.chance.random() < 0.5:
                item[name] = self.chance.choice(forms)

    def _data_store(self) -> Item:
        item: Item = {"_version": {"N": "2"}, "_lastChangedAt": {"N": "1700000000123"}}
        forms: tuple[Typed | None, ...] = (None, {"NULL": True}, {"BOOL": False})
        alive = self.chance.choice(forms)
        return {**item, "_deleted": alive} if alive else item


@dataclass(frozen=True)
class Link:
    """The holder's attributes that together hold the target's key (or part of it)."""

    target: str
    attributes: tuple[str, ...]
    target_key: tuple[str, ...]


def _links(app: App) -> dict[str, list[Link]]:
    found: dict[str, list[Link]] = {}
    for relation in app.relations:
        target = relation.target if relation.holder == relation.model else relation.model
        link = Link(target, relation.attributes, relation.target_key)
        mine = found.setdefault(relation.holder, [])
        if target in app.models and link not in mine and _fits(app, relation.holder, link):
            mine.append(link)
    return found


def _fits(app: App, holder: str, link: Link) -> bool:
    """GraphQL lets nobody write a text key into an Int, whatever the relation says."""
    numbers = {"Int", "Float", "AWSTimestamp"}
    return all(
        (_type_of(app.models[holder], own).name in numbers)
        == (_type_of(app.models[link.target], theirs).name in numbers)
        for own, theirs in zip(link.attributes, link.target_key, strict=False)
    )


def _agrees(other: Item, item: Item, link: Link, key: Item) -> bool:
    """Whether the parts of the reference that the item's own key fixes are those of `other`."""
    pairs = zip(link.attributes, link.target_key, strict=False)
    return all(item[name] == other.get(theirs) for name, theirs in pairs if name in key)


def _type_of(model: Model, name: str) -> TypeRef:
    attribute = model.attribute(name)
    return attribute.type if attribute else TypeRef("ID", "scalar", required=True)


def _key_text(model: Model, item: Item) -> str:
    return str([item[name] for name in model.key])


def _with_composites(model: Model, item: Item) -> Item:
    """`a#b` attributes whose parts are all there."""
    result = dict(item)
    for attribute in model.attributes:
        parts = [item.get(name) for name in attribute.parts]
        if attribute.origin == "composite" and all(part and "NULL" not in part for part in parts):
            texts = [_text(part) for part in parts if part]
            result[attribute.name] = {"S": "#".join(texts)}
    return result


def _text(value: Typed) -> str:
    (content,) = value.values()
    return str(content).lower() if isinstance(content, bool) else str(content)
