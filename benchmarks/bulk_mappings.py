"""HugMeDo's mappings as the bulk benchmark uses them."""

from __future__ import annotations

import re
from pathlib import Path

from migrate.mapping.files import load_mappings
from migrate.mapping.spec import Mapping

_HUGMEDO = Path(__file__).parent.parent / "mappings" / "hugmedo"
_REFERENCE = re.compile(r"references: [\w.]+, ")


def messages_mappings(folder: Path) -> list[Mapping]:
    """The mapping of ChatMessage alone, without references to tables that are not loaded.

    It is written to `folder`, so that the command line can read it too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = (_HUGMEDO / "ChatMessage.yaml").read_text(encoding="utf-8")
    (folder / "ChatMessage.yaml").write_text(_REFERENCE.sub("", text), encoding="utf-8")
    return load_mappings(folder)


def all_mappings() -> list[Mapping]:
    return load_mappings(_HUGMEDO)
