"""`migrate sample --export` writes a folder, and needs no server for it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import CommandLine


def test_the_sample_is_written_as_exports(run: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    arguments = ["sample", "--items", "100", "--export", str(folder)]
    result = run(*arguments, "--json")
    assert result.code == 0
    assert (result.json["items"], len(result.json["exports"])) == (100, 16)
    assert all((Path(place) / "manifest-summary.json").exists() for place in result.json["exports"])
    again = run(*arguments)
    assert again.code == 1
    assert "holds exports already" in again.stderr
