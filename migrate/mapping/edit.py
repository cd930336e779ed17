"""Changes the text of a mapping file and nothing else in it: comments and layout stay.

Every change gives a new text. Where the text cannot be changed in the way wanted, it raises
ValueError: the caller then says it in a comment.
"""

from __future__ import annotations

import json
import re

import yaml

Path = tuple[str | int, ...]

# Text that YAML and this project's reader both take for text, without quotes.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_. -]*[A-Za-z0-9_]\Z|[A-Za-z_]\Z")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def quoted(text: str) -> str:
    """A text as YAML, plain where that is safe."""
    if _PLAIN.match(text) and text.lower() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


def with_value(text: str, path: Path, value: str) -> str:
    """Put `value` (YAML) in the place of what stands at `path`."""
    node = _node(text, path)
    if isinstance(node, yaml.MappingNode) or (
        isinstance(node, yaml.SequenceNode) and not node.flow_style
    ):
        raise ValueError("only scalars and [lists] are replaced")
    return text[: node.start_mark.index] + value + text[node.end_mark.index :]


def with_entry(text: str, path: Path, key: str, value: str) -> str:
    """Add `key: value` (both YAML) at the end of the map at `path`."""
    node = _node(text, path)
    if not isinstance(node, yaml.MappingNode) or not node.value:
        raise ValueError("only a map that has entries gets another")
    last_key, last_value = node.value[-1]
    end = last_value.end_mark.index
    if node.flow_style:
        return text[:end] + f", {key}: {value}" + text[end:]
    if isinstance(last_value, yaml.MappingNode | yaml.SequenceNode) and not last_value.flow_style:
        raise ValueError("the last entry is a block of its own")
    if isinstance(last_value, yaml.ScalarNode) and last_value.style in {"|", ">"}:
        raise ValueError("the last entry is a block of text")
    line_end = _line_end(text, end)
    indent = " " * last_key.start_mark.column
    newline = _newline(text)
    return text[:line_end] + f"{newline}{indent}{key}: {value}" + text[line_end:]


def line_of(text: str, path: Path) -> int:
    """The number of the line, from 0, where the key at `path` stands."""
    return text.count("\n", 0, _key_mark(text, path).index)


def last_line_of(text: str, path: Path) -> int:
    """The number of the line where what stands at `path` ends. Not for blocks, whose end is where
    the next one begins."""
    node = _node(text, path)
    is_block = isinstance(node, yaml.CollectionNode) and not node.flow_style
    if is_block or (isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}):
        raise ValueError("a block of its own")
    return text.count("\n", 0, node.end_mark.index)


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if text[end - 1] == "\r" else end


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _compose(text: str) -> yaml.Node:
    # The pure reader: its marks count characters of the text, the faster one's do not.
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if node is None:
        raise ValueError("the file is empty")
    return node


def _node(text: str, path: Path) -> yaml.Node:
    node = _compose(text)
    for step in path:
        node = _child(node, step)[1]
    return node


def _key_mark(text: str, path: Path) -> yaml.Mark:
    node = _compose(text)
    mark = node.start_mark
    for step in path:
        mark, node = _child(node, step)
    return mark


def _child(node: yaml.Node, step: str | int) -> tuple[yaml.Mark, yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key.start_mark, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark, node.value[step]
    raise ValueError(f"nothing stands at {step!r}")
