"""Forms of fixed length: with every digit replaced by 0, such a text is always the same."""

from __future__ import annotations

# Of ASCII only: a digit of another script is two bytes or more, and none of them is replaced.
_HEX = b"0123456789abcdefABCDEF"
UUID_DIGITS = bytes.maketrans(_HEX, b"0" * len(_HEX))
DIGITS = bytes.maketrans(b"0123456789", b"0" * 10)
UUID_SHAPE = b"00000000-0000-0000-0000-000000000000"
