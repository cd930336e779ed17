"""The forms of many texts at once: `form_of` of each, by looks at all of them together."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping, Sequence

from migrate.item.profile_form import TEXT, UUID, form_of
from migrate.item.profile_weights import by_key

# Fewer texts than this are not worth the looks; longer ones have no shape that repeats.
_MANY = 16
_SHAPED_MAX = 64
_SHAPES_MAX = 1024

_DIGITS = "0123456789"
_HEX_AS_ZERO = str.maketrans(dict.fromkeys(_DIGITS + "abcdef", "0"))
_DIGITS_AS_ZERO = str.maketrans(dict.fromkeys(_DIGITS, "0"))
_UUID_SHAPE = "00000000-0000-0000-0000-000000000000"
_JSON_STARTS = frozenset('{["')


def forms_of(counts: Mapping[str, int]) -> Counter[str]:
    """How many texts have which form, of different texts with their counts."""
    texts = list(counts)
    return by_key(_forms(texts), counts)


def _forms(texts: list[str]) -> list[str]:
    if len(texts) < _MANY:
        return [form_of(text) for text in texts]
    together = "\n".join(texts)
    if together.isascii():
        return _ascii_forms(texts, together)
    # Only templates, owners and e-mail addresses may begin with a letter outside of ASCII.
    if "${" in together or "@" in together or "::" in together:
        return [form_of(text) for text in texts]
    return [TEXT if text[:1] > "\x7f" else form_of(text) for text in texts]


def _ascii_forms(texts: list[str], together: str) -> list[str]:
    if together.count("\n") != len(texts) - 1 or max(map(len, texts)) > _SHAPED_MAX:
        return [form_of(text) for text in texts]
    hexes = together.translate(_HEX_AS_ZERO).split("\n")
    uuids = hexes.count(_UUID_SHAPE)
    if uuids == len(texts):
        return [UUID] * uuids
    if uuids:
        pairs = zip(texts, hexes, strict=True)
        return [UUID if shape == _UUID_SHAPE else form_of(text) for text, shape in pairs]
    return _shaped_forms(texts, together.translate(_DIGITS_AS_ZERO).split("\n"))


def _shaped_forms(texts: Sequence[str], shapes: Sequence[str]) -> list[str]:
    if 2 * len(set(shapes)) > len(texts):
        return [form_of(text) for text in texts]
    return [
        _form_of_shape(shape) or form_of(text) for text, shape in zip(texts, shapes, strict=True)
    ]


@functools.lru_cache(_SHAPES_MAX)
def _form_of_shape(shape: str) -> str | None:
    """The form that all texts of one shape have, whatever their digits; None: they may differ.

    Outside of JSON, a form asks at most whether the first digit is a zero (telephone numbers): so
    a text has either the form it has with zeros only, or the one it has with ones only.
    """
    if shape[:1] in _JSON_STARTS:
        return None
    form = form_of(shape)
    return form if form == form_of(shape.replace("0", "1")) else None
