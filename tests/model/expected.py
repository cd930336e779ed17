"""What a fresh load of the source would leave, said without the model's own judgement."""

from __future__ import annotations

from tests.model.state import KEYS, Copies, Copy, Image, Items
from tests.model.step import Bounds


def fresh_load(source: Items, bounds: Bounds) -> str:
    """The rows and the open rejects, as one line."""
    names = zip(KEYS, source, strict=False)
    return _line([_of_item(name, image, source, bounds) for name, image in names])


def held(copies: Copies) -> str:
    """The same of a target; a key that waits stands for itself, for it is neither."""
    return _line([_of_copy(name, copy) for name, copy in zip(KEYS, copies, strict=False)])


def _of_item(name: str, image: Image | None, source: Items, bounds: Bounds) -> str:
    if image is None or image.kind == "soft-deleted":
        return ""
    is_good = image.kind == "good" and _may_stand(name, image, source, bounds)
    return f"{name} {'row' if is_good else 'reject'} {image}"


def _may_stand(name: str, image: Image, source: Items, bounds: Bounds) -> bool:
    """Of all that share its value: alone, or the first where the first is kept."""
    sharing = [
        (one.updated, key)
        for key, one in zip(KEYS, source, strict=False)
        if one and one.kind == "good" and one.value == image.value
    ]
    return len(sharing) == 1 or (bounds.keep_first and sorted(sharing)[0][1] == name)


def _of_copy(name: str, copy: Copy | None) -> str:
    if copy is None:
        return ""
    words = {"rows": "row", "refused": "reject", "judged": "reject", "waiting": "waits with"}
    return f"{name} {words[copy.status]} {copy.image}"


def _line(parts: list[str]) -> str:
    return ", ".join(part for part in parts if part) or "nothing"
