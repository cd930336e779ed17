"""Ids and choices that depend on the seed and a name only, so that nothing has to be kept."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")

_VARIANTS = "89ab"
_BYTES = 64
# Below this many bits a draw would be visibly uneven; a fresh hash takes over.
_BITS_LEAST = 64


def seed_key(seed: int) -> bytes:
    """The hash key of a seed."""
    return blake2b(str(seed).encode(), digest_size=16).digest()


def uid(key: bytes, kind: str, index: int) -> str:
    """An id in the form of UUID version 4, as AppSync's autoId makes them."""
    text = blake2b(f"{kind}:{index}".encode(), digest_size=16, key=key).hexdigest()
    variant = _VARIANTS[int(text[16], 16) & 3]
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"


class Dice:
    """A stream of choices, the same for the same seed, kind and index."""

    __slots__ = ("_bits", "_key", "_name", "_round")

    def __init__(self, key: bytes, kind: str, index: int) -> None:
        self._key = key
        self._name = f"dice:{kind}:{index}".encode()
        self._round = 0
        self._bits = 0

    def below(self, limit: int) -> int:
        """A whole number from 0 to limit-1."""
        if self._bits.bit_length() < _BITS_LEAST:
            name = self._name + bytes([self._round])
            self._bits = int.from_bytes(blake2b(name, digest_size=_BYTES, key=self._key).digest())
            self._round += 1
        self._bits, value = divmod(self._bits, limit)
        return value

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def percent(self, likelihood: int) -> bool:
        """True in `likelihood` of 100 draws."""
        return self.below(100) < likelihood
