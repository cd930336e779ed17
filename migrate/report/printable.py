"""Text that every report format can hold: control characters become visible pictures."""

from __future__ import annotations

# XML 1.0 and Excel refuse these outright, and HTML drops them silently.
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)}
_PICTURES[0x7F] = "\u2421"
_REPLACED = dict.fromkeys([*range(0xD800, 0xE000), 0xFFFE, 0xFFFF], "\ufffd")
# Overrides of direction would let a key show itself in another order than it is stored in.
_DIRECTION = {code: f"[U+{code:04X}]" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_TABLE: dict[int, str] = {**_PICTURES, **_REPLACED, **_DIRECTION}


def printable(text: str) -> str:
    """`text` with control characters, lone surrogates and direction overrides made visible."""
    return text.translate(_TABLE)
