"""A data file of a full export is read whole, from any line, and never when it is damaged."""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.errors import FixInputError
from migrate.source.export import DataFile, gunzip, read_full_file
from migrate.source.export.store import LocalStore
from tests.source.exports import full, item, items_of, only, packed, pages, stored

_CASES = Path(__file__).parent.parent / "cases" / "export" / "lines.yaml"
CASES: list[dict[str, Any]] = yaml.safe_load(_CASES.read_text(encoding="utf-8"))
LINES = [case["line"].encode() for case in CASES]


def frame(number: int) -> bytes:
    return b'{"Item":{"id":{"S":"%d"}}}\n' % number


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
@pytest.mark.parametrize("company", [b"", frame(1)], ids=["alone", "among others"])
def test_what_is_an_item(tmp_path: Path, case: dict[str, Any], company: bytes) -> None:
    line = case["line"].encode()
    count = 1 + 2 * bool(company)
    (page,) = pages(packed(tmp_path, company + line + b"\n" + company, count))
    others = [b'{"id":{"S":"1"}}'] * bool(company)
    number = 1 + len(others)
    if "item" in case:
        assert page.items == [*others, case["item"].encode(), *others]
        assert page.broken == []
    else:
        assert page.items == [*others, *others]
        assert page.broken == [(number, line)]


@given(
    chosen=st.lists(st.integers(0, len(LINES) - 1), max_size=30),
    block_bytes=st.integers(1, 400),
    ends=st.booleans(),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_reading_goes_on_from_any_line(
    chosen: list[int], block_bytes: int, ends: bool, data: st.DataObject
) -> None:
    lines = [LINES[number] for number in chosen]
    text = b"".join(line + b"\n" for line in lines)
    if lines and lines[-1] and not ends:
        text = text[:-1]
    start = data.draw(st.integers(0, len(lines)))
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("migrate.source.export.blocks.BLOCK_BYTES", block_bytes)
        patch.setattr("migrate.source.export.gunzip.OUTPUT_BYTES_MAX", block_bytes)
        file = packed(Path(folder), text, len(lines))
        whole, rest = read_lines(file), read_lines(file, start)
    expected = [case_of(number) for number in chosen]
    assert whole == expected
    assert rest == expected[start:]


def case_of(number: int) -> bytes:
    case = CASES[number]
    return str(case.get("item", case["line"])).encode()


def read_lines(file: DataFile, start_line: int = 0) -> list[bytes]:
    """Every line's item or the line, in order; and the positions fit what was read."""
    found: list[bytes] = []
    line = start_line
    for page in pages(file, start_line):
        count = len(page.items) + len(page.broken)
        broken = dict(page.broken)
        items = iter(page.items)
        found += [
            broken[n] if n in broken else next(items) for n in range(line + 1, line + count + 1)
        ]
        line += count
        assert page.position in ({"line": line}, None)
    assert page.position is None
    return found


def test_an_empty_line_does_not_make_up_for_two_objects_on_another(tmp_path: Path) -> None:
    glued = frame(1).strip() + frame(2).strip()
    (page,) = pages(packed(tmp_path, glued + b"\n\n", 2))
    assert (page.items, page.broken) == ([], [(1, glued), (2, b"")])


def test_pages_are_about_a_megabyte_and_say_where_to_go_on(tmp_path: Path) -> None:
    count = 12_000
    place = full(tmp_path, (item(n, "x" * 300) for n in range(count)), files=1)
    (file,) = only(place).files
    found = pages(file)
    assert len(found) > 3
    assert all(900_000 < page.body_bytes < 2_200_000 for page in found[:-1])
    middle = found[1].position
    assert middle is not None
    rest = items_of(file, middle["line"])
    assert [raw for page in found[2:] for raw in page.items] == rest
    assert len(rest) + len(found[0].items) + len(found[1].items) == count


def test_a_long_run_of_one_text_unpacks_in_pieces(tmp_path: Path) -> None:
    """A thousandfold: 30 MB out of one chunk of the file."""
    line = b'{"Item":{"id":{"S":"%s"}}}\n' % (b"x" * 999_000)
    file = packed(tmp_path, line * 30, 30)
    assert Path(file.location).stat().st_size < 200_000
    assert max(page.body_bytes for page in pages(file)) < 3_000_000


@pytest.mark.parametrize(
    "content", [b"", gzip.compress(b"", mtime=0)], ids=["no byte", "gzip of nothing"]
)
def test_an_empty_file_is_one_page_without_items(tmp_path: Path, content: bytes) -> None:
    (page,) = pages(stored(tmp_path, content, 0))
    assert (page.items, page.position, page.body_bytes) == ([], None, 0)


def test_plain_text_is_read_whatever_the_name_says(tmp_path: Path) -> None:
    assert len(items_of(stored(tmp_path, frame(1) + frame(2), 2))) == 2
    content = gzip.compress(frame(1), mtime=0)
    assert len(items_of(stored(tmp_path, content, 1, name="part.json"))) == 1


def test_several_gzip_members_and_padding_are_one_stream(tmp_path: Path) -> None:
    content = b"".join(gzip.compress(frame(n), mtime=0) for n in range(5)) + b"\0" * 512
    assert len(items_of(stored(tmp_path, content, 5))) == 5


@pytest.mark.parametrize("module", ["isal", "zlib"])
def test_both_unpackers_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    if module == "zlib":
        monkeypatch.setitem(__import__("sys").modules, "isal.isal_zlib", None)
    gunzip._fastest.cache_clear()
    try:
        text = b"".join(map(frame, range(2000)))
        assert len(items_of(packed(tmp_path, text, 2000))) == 2000
        content = gzip.compress(text, mtime=0)
        damaged = content[:2000] + bytes([content[2000] ^ 0xFF]) + content[2001:]
        with pytest.raises(FixInputError, match=r"part\.json\.gz is damaged"):
            pages(stored(tmp_path, damaged, 2000))
    finally:
        gunzip._fastest.cache_clear()


@pytest.mark.parametrize("cut", [1, 5, 9, 40])
def test_a_truncated_file_is_refused(tmp_path: Path, cut: int) -> None:
    content = gzip.compress(b"".join(map(frame, range(100))), mtime=0)
    with pytest.raises(FixInputError, match=r"part\.json\.gz (ends too early|is damaged)"):
        pages(stored(tmp_path, content[:-cut], 100))


def test_a_wrong_checksum_of_gzip_is_refused(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(frame(1), mtime=0))
    content[-6] ^= 0xFF
    with pytest.raises(FixInputError, match=r"part\.json\.gz is damaged"):
        pages(stored(tmp_path, bytes(content), 1))


@pytest.mark.parametrize("start_line", [0, 500])
@pytest.mark.parametrize(
    ("items", "md5", "message"),
    [
        (20_000, "0" * 32, "its MD5 is [0-9a-f]{32}, the manifest says 0{32}"),
        (20_001, None, "has 20000 lines, the manifest counts 20001 items"),
        (19_999, None, "has 20000 lines, the manifest counts 19999 items"),
    ],
)
def test_a_file_that_is_not_the_manifests_is_never_finished(
    tmp_path: Path, start_line: int, items: int, md5: str | None, message: str
) -> None:
    file = packed(tmp_path, b"".join(frame(n) for n in range(20_000)), items)
    file = DataFile(file.location, items, md5 or file.md5)
    positions = (page.position for page in read_full_file(LocalStore(), file, start_line))
    seen: list[Any] = []
    with pytest.raises(FixInputError, match=message) as raised:
        seen.extend(positions)
    assert None not in seen
    assert "part.json.gz" in raised.value.message


def test_a_position_behind_the_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FixInputError, match="has 1 lines, reading should go on at 2"):
        pages(packed(tmp_path, frame(1), 1), 2)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FixInputError, match=r"gone\.json\.gz does not exist"):
        pages(DataFile(f"{tmp_path}/gone.json.gz", 1, "0" * 32))
