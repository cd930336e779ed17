"""`migrate inspect`: what really lies in the mapped tables, and what a load would refuse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from migrate.cli.common import (
    common_options,
    print_json,
    reading_of,
    reading_options,
    workers_option,
)
from migrate.cli.progress import shown

if TYPE_CHECKING:
    from migrate.pipeline.inspect_document import InspectDocument


@click.command("inspect", short_help="Show what lies in the tables, and what a load would refuse.")
@common_options
@workers_option
@reading_options
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    help="Read only so many items a table, spread over it; says what that can miss.",
)
@click.option(
    "--patch",
    "patch_path",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the proposed changes of the mappings as a diff.",
)
@click.option("--strict", is_flag=True, help="Exit code 1 when a load would refuse anything.")
@click.option(
    "--lang",
    type=click.Choice(["ja", "en"]),
    default="ja",
    show_default=True,
    help="Language of inspect.html.",
)
def command(
    profile_name: str,
    mappings_folder: Path,
    as_json: bool,
    workers: int | None,
    sample: int | None,
    patch_path: Path | None,
    strict: bool,
    lang: str,
    **reading: Any,
) -> int:
    """Look into the mapped tables: what each attribute holds, and what a load would refuse.

    Only reads; needs no target. Values are shown for columns of class public and internal only.
    """
    from migrate.mapping.files import load_files
    from migrate.rehearse.environment import opened
    from migrate.rehearse.inspection import inspect
    from migrate.rehearse.profile import load_profile

    profile, files = load_profile(profile_name), load_files(mappings_folder)
    mappings = [file.mapping for file in files]
    with (
        opened(
            profile, mappings, workers=workers, need_target=False, read=reading_of(reading)
        ) as job,
        shown() as observer,
    ):
        document = inspect(job, files, sample=sample, lang=lang, observer=observer)
    if patch_path is not None:
        _write_patch(document, patch_path)
    _show(document, as_json=as_json)
    unread = bool(document.inspection.failed)
    return 1 if strict and (document.refuses or unread) else 0


def _show(document: InspectDocument, *, as_json: bool) -> None:
    from migrate.cli.inspect_table import show
    from migrate.pipeline.inspect_document import document_json

    if as_json:
        print_json(document_json(document))
    else:
        show(document)


def _write_patch(document: InspectDocument, path: Path) -> None:
    from migrate.report.atomic import write_atomically

    patch = document.patch
    write_atomically(path, patch.text.encode("utf-8", "backslashreplace"))
    if patch.text:
        here = str(patch.folder) in {".", str(Path.cwd())}
        file = path if here else path.resolve()
        how = (
            f"{patch.edits} edits, {patch.comments} comments; in {patch.folder}: patch -p1 < {file}"
        )
    else:
        how = "empty: nothing to propose that does not stand in the mappings already"
    click.echo(f"patch {path}: {how}", err=True)
