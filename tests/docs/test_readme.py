"""README.md and README.ja.md say the same, and begin with what a newcomer needs."""

from __future__ import annotations

from tests.docs.pages import CHECKOUT, DOCS, blocks, headings, links, prose

_ENGLISH = (CHECKOUT / "README.md").read_text(encoding="utf-8")
_JAPANESE = (CHECKOUT / "README.ja.md").read_text(encoding="utf-8")
_COMMANDS = "pip install uv && uv run migrate rehearse\npip install uv && uv run pytest"
_PICTURE = "docs/images/report-ja.png"
_PICTURE_BYTES_MAX = 300_000


def test_both_have_the_same_sections() -> None:
    assert [level for level, _ in headings(_ENGLISH)] == [level for level, _ in headings(_JAPANESE)]


def test_both_have_the_same_blocks() -> None:
    """The picture of the pipeline is translated, so only its shape is compared."""
    english, japanese = blocks(_ENGLISH), blocks(_JAPANESE)
    assert [one.language for one in english] == [one.language for one in japanese]
    for one, other in zip(english, japanese, strict=True):
        if one.language != "text":
            assert one.text == other.text


def test_both_lead_to_the_same_places() -> None:
    def places(text: str) -> list[str]:
        return [link for link in links(text) if not link.startswith("README")]

    assert places(_ENGLISH) == places(_JAPANESE)


def test_both_have_as_many_table_rows_and_points() -> None:
    def shape(text: str) -> list[str]:
        return [line[0] for line in prose(text).split("\n") if line.startswith(("|", "- "))]

    assert shape(_ENGLISH) == shape(_JAPANESE)


def test_the_two_commands_and_the_picture_come_first() -> None:
    head = _ENGLISH.partition("\n## ")[0]
    assert blocks(head)[0].text == _COMMANDS
    assert _PICTURE in links(head)


def test_the_picture_is_small_enough() -> None:
    picture = CHECKOUT / _PICTURE
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size <= _PICTURE_BYTES_MAX


def test_the_decisions_are_numbered_and_dated() -> None:
    records = sorted((DOCS / "decisions").glob("*.md"))
    assert [path.name[:4] for path in records] == [f"{n:04}" for n in range(1, len(records) + 1)]
    for path in records:
        lines = path.read_text(encoding="utf-8").split("\n")
        assert lines[0].startswith(f"# {path.name[:4]} ")
        assert lines[2].startswith("Date: 20")
