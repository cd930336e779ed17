"""Which attributes of an item nobody named: nothing disappears silently."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from migrate.mapping.path import Path, parse, text
from migrate.mapping.spec import Child, Mapping

Tree = dict[str, "Tree | None"]
"""Name -> None where the attribute is taken whole, else the names known inside its map."""

Finder = Callable[[dict[str, Any]], dict[str, Any]]
"""From attributes to those that are unknown, by dotted path; empty for most items."""


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


def unknown_of_items(mapping: Mapping) -> Finder:
    """What is unknown in the items of a mapping."""
    return _finder(mapping.item_paths, mapping.leave)


def unknown_of_elements(child: Child) -> Finder:
    """What is unknown in the elements of a child list."""
    read = {
        path for column in child.columns.values() for path in column.element_paths(in_child=True)
    }
    read.update(parse(name) for name in child.where or {})
    return _finder(read, child.leave)


def _finder(read: Collection[Path], leave: Iterable[str]) -> Finder:
    tree = known_tree([*read, *(parse(name) for name in leave)])
    walked = {path[:end] for path in read for end in range(1, len(path))}
    names = frozenset(tree)
    has_branches = any(branch is not None for branch in tree.values())

    def find(attributes: dict[str, Any]) -> dict[str, Any]:
        if not has_branches and names.issuperset(attributes):
            return {}
        found: dict[str, Any] = {}
        _below(attributes, tree, (), walked, found)
        return found

    return find


def _below(
    attributes: dict[str, Any], tree: Tree, at: Path, walked: set[Path], found: dict[str, Any]
) -> None:
    for name, value in attributes.items():
        if name not in tree:
            found[text((*at, name))] = value
        elif (branch := tree[name]) is not None:
            _inside(value, branch, (*at, name), walked, found)


def _inside(
    attribute: dict[str, Any], branch: Tree, at: Path, walked: set[Path], found: dict[str, Any]
) -> None:
    inner = attribute.get("M")
    if inner is None:
        # What walks in here refuses it; where keys are only left by name, none of them is here.
        if at not in walked and "NULL" not in attribute:
            found[text(at)] = attribute
        return
    _below(inner, branch, at, walked, found)
