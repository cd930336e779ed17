"""A ready patch: the proposals written into the mapping files, as one unified diff."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from migrate.errors import FixInputError, SpecError
from migrate.mapping.files import MappingFile, validate_document
from migrate.mapping.lint import lint
from migrate.pipeline.inspect_comments import Comment, with_comments
from migrate.pipeline.inspect_proposals import Proposal
from migrate.yaml_source import parse


@dataclass(frozen=True, slots=True)
class Patch:
    """`text` is the diff, empty when there is nothing to say; `folder` is where it applies."""

    text: str
    folder: Path
    edits: int
    comments: int


def make_patch(files: Sequence[MappingFile], wanted: dict[str, list[Proposal]]) -> Patch:
    """Write each model's proposals into its file. Every file still lints clean afterwards.

    An edit that the mapping language refuses (a spelling that is too long for its column) is
    left out, and its comment stands. Raises FixInputError for a file that cannot be read.
    """
    folder = _folder(files)
    diffs: list[str] = []
    edits = comments = 0
    for file in files:
        draft = _Draft(files, file)
        for proposal in wanted.get(file.mapping.model, []):
            draft.write(proposal)
        edits += draft.edits
        comments += draft.comments
        name = Path(os.path.relpath(file.document.file, folder)).as_posix()
        diffs.append(_diff(name, draft.before, draft.text))
    return Patch("".join(diffs), folder, edits, comments)


class _Draft:
    """One file while it is written."""

    def __init__(self, files: Sequence[MappingFile], file: MappingFile) -> None:
        self.before = _read(Path(file.document.file))
        self.text = self.before
        self.edits = self.comments = 0
        self._files = files
        self._file = file

    def write(self, proposal: Proposal) -> None:
        changed = self.text
        try:
            for change in proposal.changes:
                changed = change(changed)
        except ValueError:
            changed = self.text
        is_changed = changed != self.text and self._is_clean(changed)
        if is_changed:
            self.text = changed
            self.edits += 1
        self._say(proposal, proposal.comments(changed=is_changed))

    def _say(self, proposal: Proposal, comments: Sequence[Comment]) -> None:
        written = with_comments(
            self.text, proposal.where, comments, is_for_another=proposal.is_for_another
        )
        if written != self.text and self._is_clean(written):
            before = set(self.text.splitlines())
            self.comments += sum(line not in before for line in written.splitlines())
            self.text = written

    def _is_clean(self, text: str) -> bool:
        try:
            document = parse(text, self._file.document.file)
            mapping = validate_document(document)
        except SpecError:
            return False
        pairs = [
            (mapping, document) if file is self._file else (file.mapping, file.document)
            for file in self._files
        ]
        return not lint(pairs)


def _folder(files: Sequence[MappingFile]) -> Path:
    """The working folder when the files are below it, else the folder above theirs."""
    here = Path.cwd()
    paths = [Path(os.path.abspath(file.document.file)) for file in files]  # noqa: PTH100 - links stay
    if all(path.is_relative_to(here) for path in paths):
        return here
    return paths[0].parent.parent


def _read(path: Path) -> str:
    try:
        # Not read_text: line ends must stay as they are, or the patch would not apply.
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise FixInputError(f"{path} cannot be read for the patch") from None


def _diff(name: str, before: str, after: str) -> str:
    lines = difflib.unified_diff(_lines(before), _lines(after), f"a/{name}", f"b/{name}", n=3)
    found: list[str] = []
    for line in lines:
        found.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(found)


def _lines(text: str) -> list[str]:
    """Cut at \\n only, as patch does."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]
