"""Reads an input file as text, or says in plain words why it cannot."""

from __future__ import annotations

from pathlib import Path

from migrate.errors import FixInputError


def read_text(path: Path) -> str:
    """The text without a byte order mark, line ends as they are. Raises FixInputError."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise FixInputError(f"{path} does not exist") from None
    except UnicodeDecodeError:
        raise FixInputError(f"{path} is not UTF-8 text", "save the file as UTF-8") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) else error
        raise FixInputError(f"{path} cannot be read: {reason}") from None
