"""The diagram: Mermaid text and the drawn picture, the same from the same mappings."""

from __future__ import annotations

import importlib.util
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import ModuleType
from typing import Any

from migrate.amplify.diagram import Diagram, Link, diagram
from migrate.amplify.drawing import svg
from migrate.amplify.drawing_layout import placed
from migrate.amplify.mermaid import mermaid
from migrate.mapping.files import load_mappings
from migrate.mapping.spec import Mapping

_CHECKOUT = Path(__file__).parents[2]
_IMAGES = _CHECKOUT / "docs" / "images"

_USER: dict[str, Any] = {
    "mapping": 1, "source": {"model": "User"}, "target": "app.users",
    "columns": {"id": {"from": "id", "type": "text", "key": True},
                "score": {"from": "score", "type": "numeric(12,2)"}},
}  # fmt: skip
_POST: dict[str, Any] = {
    "mapping": 1, "source": {"model": "Post"}, "target": "app.posts",
    "columns": {
        "id": {"from": "id", "type": "text", "key": True},
        "user_id": {"from": "user", "type": "text", "required": True, "references": "app.users"},
        "editor_id": {"from": "editor", "type": "text", "references": "app.users", "unique": True},
        "tags": {"from": "tags", "type": "text[]"},
    },
}  # fmt: skip


def _shown(*mappings: dict[str, Any], loose: tuple[Link, ...] = ()) -> Diagram:
    return diagram([Mapping.model_validate(one) for one in mappings], loose)


def test_mermaid_shows_tables_keys_and_how_many_rows_point() -> None:
    loose = (Link("app.posts", "a and b", "app.posts", enforced=False),)
    assert mermaid(_shown(_USER, _POST, loose=loose)) == (
        "erDiagram\n"
        "  posts {\n"
        "    text id PK\n"
        "    text user_id FK\n"
        "    text editor_id FK\n"
        "    text[] tags\n"
        "  }\n"
        "  users {\n"
        "    text id PK\n"
        "    numeric(12_2) score\n"
        "  }\n"
        '  posts |o..o{ posts : "a and b"\n'
        '  users |o--o| posts : "editor_id"\n'
        '  users ||--o{ posts : "user_id"\n'
    )


def test_tables_of_several_schemas_carry_their_schema() -> None:
    text = mermaid(_shown(_USER, {**_POST, "target": "core.posts"}))
    assert '  core_posts["core.posts"] {' in text
    assert '  app_users ||--o{ core_posts : "user_id"' in text


def test_a_link_to_a_table_that_no_mapping_fills_is_left_out() -> None:
    loose = (Link("app.users", "x", "app.nobody", enforced=False),)
    assert _shown(_USER, loose=loose).links == []


def test_the_picture_is_sound_xml_with_every_table_and_link() -> None:
    shown = diagram(load_mappings(_CHECKOUT / "mappings" / "hugmedo"))
    tree = ElementTree.fromstring(svg(shown, "a <title> & more"))
    names = {one.text for one in tree.iter("{http://www.w3.org/2000/svg}text")}
    assert set(shown.entities) <= names
    paths = [one for one in tree.iter("{http://www.w3.org/2000/svg}path") if one.get("class")]
    assert len(paths) == len(shown.links)


def test_no_two_tables_of_the_picture_overlap() -> None:
    shown = diagram(load_mappings(_CHECKOUT / "mappings" / "hugmedo"))
    boxes = list(placed(shown, 12, 1500).boxes.values())
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            apart = (
                one.x + one.width <= other.x
                or other.x + other.width <= one.x
                or one.y + one.height <= other.y
                or other.y + other.height <= one.y
            )
            assert apart, (one.entity.name, other.entity.name)


def test_tables_that_refer_to_each_other_are_drawn() -> None:
    user = {**_USER, "columns": {**_USER["columns"], "post_id": {
        "from": "post", "type": "text", "references": "app.posts"}}}  # fmt: skip
    assert svg(_shown(user, _POST), "x").count('class="link"') == 3


def test_the_picture_in_the_documentation_is_the_newest() -> None:
    module = _module(_IMAGES / "make_erd.py")
    picture = (_IMAGES / "hugmedo-erd.svg").read_text(encoding="utf-8")
    assert picture == module.picture(), "run `python docs/images/make_erd.py`"


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
