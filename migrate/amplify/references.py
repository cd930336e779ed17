"""Which stored attribute points to which model: foreign keys out of relations.

A column can reference only a key of one column, of its own type; every relation that cannot become
a foreign key is a finding.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from migrate.amplify.finding_kinds import finding
from migrate.amplify.graph import App, Attribute, Finding, Model, Relation
from migrate.amplify.notes import Notes


@dataclass(frozen=True, slots=True)
class LooseReference:
    """A relation without foreign key: the holder's attributes hold the key of `target`."""

    holder: str
    attributes: tuple[str, ...]
    target: str


@dataclass
class References:
    """`targets` by (holder, attribute): the model whose key the attribute holds."""

    targets: dict[tuple[str, str], str] = field(default_factory=dict)
    loose: list[LooseReference] = field(default_factory=list)

    @classmethod
    def of(cls, app: App, notes: Notes) -> References:
        found = cls()
        wanted: dict[tuple[str, str], dict[str, Relation]] = {}
        seen: set[LooseReference] = set()
        for relation in app.relations:
            holder, target = app.models.get(relation.holder), app.models.get(pointed_to(relation))
            if holder is None or target is None:
                continue  # a side without a table: the reader has said so
            end = LooseReference(holder.name, relation.attributes, target.name)
            if end in seen:
                continue  # the other end of the same relation
            seen.add(end)
            problem = _problem(holder, target, relation)
            if problem:
                notes.add(problem)
                found.loose.append(end)
            else:
                targets = wanted.setdefault((holder.name, relation.attributes[0]), {})
                targets.setdefault(target.name, relation)
        found._settle(wanted, notes)
        return found

    def _settle(self, wanted: dict[tuple[str, str], dict[str, Relation]], notes: Notes) -> None:
        """An attribute that points to several models gets no foreign key: any one of them would
        make orphans of the rows that point to the others."""
        for (holder, attribute), relations in wanted.items():
            if len(relations) == 1:
                self.targets[holder, attribute] = next(iter(relations))
                continue
            first = next(iter(relations.values()))
            names = ", ".join(relations)
            message = f"{holder}.{attribute} points to several models ({names}): no foreign key"
            notes.add(_finding(first, "polymorphic-reference", message))
            self.loose += [LooseReference(holder, (attribute,), target) for target in relations]


def pointed_to(relation: Relation) -> str:
    """The model whose key the relation's attributes hold."""
    return relation.target if relation.holder == relation.model else relation.model


def _problem(holder: Model, target: Model, relation: Relation) -> Finding | None:
    """Why no foreign key can be made of it, or None."""
    end = f"{holder.name}.{'+'.join(relation.attributes)} ({relation.model}.{relation.field})"
    if len(target.key) != 1 or len(relation.attributes) != 1:
        message = (
            f"{end} points to {target.name}, whose key is made of several fields"
            f" ({', '.join(target.key_fields)}): it stays columns and an index, without foreign key"
        )
        return _finding(relation, "composite-reference", message)
    if relation.target_key != target.key:
        message = (
            f"{end} is found through {', '.join(relation.target_key)} of {target.name}, which is"
            " not its key: no foreign key"
        )
        return _finding(relation, "reference-not-key", message)
    own, theirs = holder.attribute(relation.attributes[0]), target.attribute(target.key[0])
    if own is None or theirs is None or own.origin == "computed":
        message = f"{end}: no such attribute is stored, so there is no foreign key"
        return _finding(relation, "reference-type", message)
    if own.type.list_depth or not _agree(own, theirs):
        message = (
            f"{end} is {_type_text(own)}, but the key of {target.name} is {_type_text(theirs)}:"
            " no foreign key"
        )
        return _finding(relation, "reference-type", message)
    return None


def _agree(one: Attribute, other: Attribute) -> bool:
    return one.type.name == other.type.name or (is_text(one) and is_text(other))


_NOT_TEXT = {
    "Int", "BigInt", "Float", "Double", "Boolean", "AWSDate", "AWSTime", "AWSDateTime",
    "AWSTimestamp", "AWSJSON",
}  # fmt: skip


def is_text(attribute: Attribute) -> bool:
    """Whether it is stored as plain text, so that it may point to any other text key."""
    kind = attribute.type.kind
    return kind == "enum" or (kind == "scalar" and attribute.type.name not in _NOT_TEXT)


def _type_text(attribute: Attribute) -> str:
    name = attribute.type.name
    return f"[{name}]" if attribute.type.list_depth else name


def _finding(relation: Relation, code: str, message: str) -> Finding:
    return finding(code, relation.place, message, f"{relation.model}.{relation.field}")
