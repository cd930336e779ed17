"""Which attributes of an item nobody named: nothing disappears silently."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from migrate.mapping.path import Path, text

Tree = dict[str, "Tree | None"]
"""Name -> None where the attribute is taken whole, else the names known inside its map."""


def known_tree(paths: Iterable[Path]) -> Tree:
    """The names that `paths` make known; a map taken whole is known whole."""
    tree: Tree = {}
    for path in sorted(paths, key=len):
        _grow(tree, path)
    return tree


def _grow(tree: Tree, path: Path) -> None:
    name, inner = path[0], path[1:]
    if not inner:
        tree[name] = None
        return
    branch = tree.setdefault(name, {})
    if branch is not None:
        _grow(branch, inner)


def unknown_finder(tree: Tree) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A function giving the unknown attributes by dotted path; empty for most items."""
    names = frozenset(tree)
    branches = [(name, branch) for name, branch in tree.items() if branch is not None]

    def find(attributes: dict[str, Any]) -> dict[str, Any]:
        if not branches and names.issuperset(attributes):
            return {}
        found = {text((name,)): attributes[name] for name in attributes if name not in names}
        for name, branch in branches:
            _inside(attributes.get(name), branch, (name,), found)
        return found

    return find


def _inside(attribute: Any, branch: Tree, at: Path, found: dict[str, Any]) -> None:
    inner = attribute.get("M") if isinstance(attribute, dict) else None
    if not isinstance(inner, dict):
        return
    for name, value in inner.items():
        if name not in branch:
            found[text((*at, name))] = value
        elif (deeper := branch[name]) is not None:
            _inside(value, deeper, (*at, name), found)
