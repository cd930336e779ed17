"""UpdateExpression and ConditionExpression, as far as a writer needs them; the rest is refused."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import Any

from tests.fakes.dynamodb.errors import ApiError, invalid, unsupported
from tests.fakes.dynamodb.values import Item, canonical_number, canonical_value

_TOKEN = re.compile(r"\s*(<>|[#:]?[A-Za-z_0-9]+|[=,()+-])")
_EXACT = Context(prec=300)  # both ends of DynamoDB's range in one number
_CLAUSES = ("SET", "REMOVE", "ADD")


class Words:
    """The words of one expression, with its request's names and values behind placeholders."""

    def __init__(self, expression: str, request: dict[str, Any]) -> None:
        self._words = _words(expression)
        self._names = request.get("ExpressionAttributeNames", {})
        self._values = request.get("ExpressionAttributeValues", {})

    def peek(self) -> str:
        return self._words[0] if self._words else ""

    def next(self) -> str:
        if not self._words:
            raise invalid("Invalid expression: it ends too early")
        return self._words.pop(0)

    def takes(self, *wanted: str) -> str:
        """The next word, if it is one of these; else an empty one."""
        return self.next() if self.peek().upper() in wanted else ""

    def expect(self, word: str) -> None:
        if self.next() != word:
            raise invalid(f"Invalid expression: {word} expected")

    def name(self) -> str:
        word = self.next()
        if word.startswith("#"):
            if word not in self._names:
                raise invalid(f"An expression attribute name is not defined: {word}")
            return str(self._names[word])
        if not word[0].isalpha() and word[0] != "_":
            raise invalid("Invalid expression: an attribute's name expected")
        return word

    def value(self) -> dict[str, Any]:
        word = self.next()
        if not word.startswith(":"):
            raise unsupported(f"an operand like {word}")
        if word not in self._values:
            raise invalid(f"An expression attribute value is not defined: {word}")
        return canonical_value(self._values[word])


def _words(expression: str) -> list[str]:
    words, at = [], 0
    while expression[at:].strip():
        found = _TOKEN.match(expression, at)
        if found is None:
            raise unsupported(f"the expression at {expression[at:].strip()[:20]}")
        words.append(found[1])
        at = found.end()
    return words


def updated(item: Item, request: dict[str, Any]) -> Item:
    """A copy of the item after the request's UpdateExpression. Raises ApiError."""
    new = dict(item)
    words = Words(request.get("UpdateExpression", ""), request)
    while words.peek():
        clause = words.takes(*_CLAUSES).upper()
        if not clause:
            raise unsupported(f"the clause {words.peek()}")
        while True:
            _apply(clause, words, item, new)
            if not words.takes(","):
                break
    return new


def _apply(clause: str, words: Words, old: Item, new: Item) -> None:
    name = words.name()
    if clause == "REMOVE":
        new.pop(name, None)
    elif clause == "ADD":
        new[name] = _sum(old.get(name, {"N": "0"}), words.value(), 1)
    else:
        words.expect("=")
        new[name] = _assigned(words, old)


def _assigned(words: Words, old: Item) -> dict[str, Any]:
    left = _operand(words, old)
    sign = words.takes("+", "-")
    if not sign:
        return left
    return _sum(left, _operand(words, old), 1 if sign == "+" else -1)


def _operand(words: Words, old: Item) -> dict[str, Any]:
    """A value, another attribute as it was before, or if_not_exists(attribute, operand)."""
    if words.peek().startswith(":"):
        return words.value()
    name = words.name()
    if name == "if_not_exists" and words.takes("("):
        wanted = words.name()
        words.expect(",")
        otherwise = _operand(words, old)
        words.expect(")")
        found: dict[str, Any] = old.get(wanted, otherwise)
        return found
    if name not in old:
        raise invalid("The provided expression refers to an attribute that does not exist")
    value: dict[str, Any] = old[name]
    return value


def _sum(left: dict[str, Any], right: dict[str, Any], sign: int) -> dict[str, Any]:
    if "N" not in left or "N" not in right:
        raise invalid("An operand in the update expression has an incorrect data type")
    total = _EXACT.add(Decimal(left["N"]), _EXACT.multiply(Decimal(sign), Decimal(right["N"])))
    return {"N": canonical_number(str(total))}


def check_condition(item: Item | None, request: dict[str, Any]) -> None:
    """Raises ApiError if the request's ConditionExpression does not hold."""
    expression = request.get("ConditionExpression")
    if expression is None:
        return
    words = Words(expression, request)
    holds = _term(words, item or {})
    while words.takes("AND"):
        holds = _term(words, item or {}) and holds
    if words.peek():
        raise unsupported(f"the condition at {words.peek()}")
    if not holds:
        raise ApiError("ConditionalCheckFailedException", "The conditional request failed")


def _term(words: Words, item: Item) -> bool:
    """attribute_exists(name), attribute_not_exists(name), name = :value, name <> :value."""
    name = words.name()
    if name in ("attribute_exists", "attribute_not_exists"):
        words.expect("(")
        exists = words.name() in item
        words.expect(")")
        return exists == (name == "attribute_exists")
    sign = words.takes("=", "<>")
    if not sign:
        raise unsupported(f"the condition on {name}")
    return (item.get(name) == words.value()) == (sign == "=")


def projected(item: Item, request: dict[str, Any]) -> Item:
    """The attributes that ProjectionExpression names."""
    expression = request.get("ProjectionExpression")
    if expression is None:
        return item
    words = Words(expression, request)
    names = [words.name()]
    while words.takes(","):
        names.append(words.name())
    if words.peek():
        raise unsupported(f"the projection at {words.peek()}")
    return {name: item[name] for name in names if name in item}
