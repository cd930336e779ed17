"""A reader's checkout: a copy of what the documentation works on, and a shell in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from migrate.rehearse.environment import STACK_FOLDER
from migrate.rehearse.stack.stack import local_stack, remove_unused
from tests.docs.pages import CHECKOUT, Block, Command, commands

_COPIED = ("mappings", "rehearsals", "validation", "docs", "benchmarks")
_FOREIGN = ("AWS_", "PG", "MIGRATE_", "XDG_")
_COMMAND_SECONDS_MAX = 300

# Starting processes costs more than a thousand items are worth.
_ONE_WORKER = "load: {workers: 1}\n"

# What a reader copies out of the output above stands in a command as one of these words.
_COPIED_WORDS = {
    "ITEM_ID": re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"),
}

# The environment is installed already, so that pages are executed without any download: `pip` does
# nothing, and `uv run` runs what follows.
_STAND_INS = {
    "pip": "#!/bin/sh\nexit 0\n",
    "uv": '#!/bin/sh\n[ "$1" = run ] || exit 0\nshift\nexec "$@"\n',
}


@dataclass
class Project:
    """A folder in which a page's blocks are executed, from the first to the last."""

    folder: Path
    returncode: int = 0
    output: str = ""

    @contextmanager
    def servers(self) -> Iterator[None]:
        """Keep the embedded servers up meanwhile; each command would start and stop them else."""
        with local_stack(self.folder / STACK_FOLDER, need_source=True, need_target=True):
            yield

    def execute(self, block: Block) -> None:
        """Write, change or run what a block shows. Raises AssertionError where it is not so."""
        if block.language == "diff":
            self._change(block)
        elif block.file:
            path = self.folder / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text + "\n", encoding="utf-8")
        else:
            for command in commands(block):
                self._step(command)
            self._must_have_succeeded()

    def run(self, command: str) -> str:
        """Run one command; what it printed on both channels, in the order of printing."""
        answer = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=_COMMAND_SECONDS_MAX,
            check=False,
        )
        self.returncode, self.output = answer.returncode, answer.stdout
        return self.output

    def _step(self, command: Command) -> None:
        if command.text == "echo $?":
            assert command.expected == (str(self.returncode),), self._said(command)
            self.returncode = 0
            return
        self._must_have_succeeded()
        self.run(self._with_copied_words(command.text))
        lines = [" ".join(line.split()) for line in self.output.split("\n")]
        for expected in command.expected:
            pattern = re.compile(_pattern(expected))
            place = next((i for i, line in enumerate(lines) if pattern.search(line)), None)
            assert place is not None, f"not printed: {expected!r}\n{self._said(command)}"
            lines = lines[place + 1 :]

    def _with_copied_words(self, text: str) -> str:
        for word, form in _COPIED_WORDS.items():
            if word in text:
                found = form.search(self.output)
                assert found, f"nothing was printed that could stand for {word}"
                text = text.replace(word, found[0])
        return text

    def _must_have_succeeded(self) -> None:
        assert self.returncode == 0, f"exit code {self.returncode}:\n{self.output}"

    def _said(self, command: Command) -> str:
        return f"line {command.line}: {command.text}\nexit {self.returncode}\n{self.output}"

    def _change(self, block: Block) -> None:
        path = self.folder / block.file
        lines = block.text.split("\n")
        before = "\n".join(line[1:] for line in lines if not line.startswith("+"))
        after = "\n".join(line[1:] for line in lines if not line.startswith("-"))
        text = path.read_text(encoding="utf-8")
        assert text.count(before) == 1, f"line {block.line}: {block.file} does not hold\n{before}"
        path.write_text(text.replace(before, after), encoding="utf-8")

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        programs = [str(self.folder / ".programs"), str(Path(sys.executable).parent)]
        return {
            **kept,
            "PATH": os.pathsep.join([*programs, kept.get("PATH", os.defpath)]),
            "PYTHONPATH": str(self.folder),  # an editable install puts the checkout's folder there
            "HOME": str(self.folder),
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def _pattern(expected: str) -> str:
    parts = " ".join(expected.split()).split("...")
    return ".*".join(re.escape(part.strip()) for part in parts)


@contextmanager
def new_project() -> Iterator[Project]:
    """A fresh copy of the checkout's working files."""
    with _folder() as folder:
        for name in _COPIED:
            if (CHECKOUT / name).exists():
                ignored = shutil.ignore_patterns("results", "__pycache__")
                shutil.copytree(CHECKOUT / name, folder / name, ignore=ignored)
        profile = folder / "rehearsals" / "local.yaml"
        profile.write_text(profile.read_text("utf-8") + _ONE_WORKER, encoding="utf-8")
        programs = folder / ".programs"
        programs.mkdir()
        for name, script in _STAND_INS.items():
            (programs / name).write_text(script)
            (programs / name).chmod(0o755)
        yield Project(folder)


@contextmanager
def copy_of(project: Project) -> Iterator[Project]:
    """Another project in the same state, servers' data included."""
    with _folder() as folder:
        # cp keeps owners: under root, PostgreSQL's files belong to another account.
        subprocess.run(["cp", "-a", f"{project.folder}/.", str(folder)], check=True)
        yield Project(folder)


@contextmanager
def _folder() -> Iterator[Path]:
    # Not pytest's own folder: under root, that one cannot be entered by PostgreSQL's account.
    folder = Path(tempfile.mkdtemp(prefix="migrate-docs-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        remove_unused(folder / STACK_FOLDER)
        shutil.rmtree(folder)
