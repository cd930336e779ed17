"""An inspection from its start to its files: read, compare, write inspect.json and inspect.html."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from migrate.mapping.files import MappingFile
from migrate.observe import Observer, silent
from migrate.pipeline.inspect import inspect_tables
from migrate.pipeline.inspect_document import InspectDocument, document_json, make_document
from migrate.pipeline.job import Job
from migrate.report.atomic import write_atomically
from migrate.report.inspection import render_inspection

_RESULTS = Path("rehearsals") / "results"


def inspect(
    job: Job,
    files: Sequence[MappingFile],
    *,
    sample: int | None = None,
    lang: str = "ja",
    observer: Observer = silent,
) -> InspectDocument:
    """Inspect the job's tables; the files lie in rehearsals/results/inspect-<time>/."""
    started = datetime.now(UTC)
    inspection = inspect_tables(job, sample=sample, observer=observer)
    document = make_document(files, inspection, started.isoformat("T", "seconds"), job.profile)
    folder = _RESULTS / f"inspect-{started:%Y%m%dT%H%M%S%fZ}"
    paths = {"json": str(folder / "inspect.json"), "html": str(folder / "inspect.html")}
    document = replace(document, paths=paths)
    content = json.dumps(document_json(document), ensure_ascii=False, indent=2)
    write_atomically(Path(paths["json"]), content.encode("utf-8", "backslashreplace"))
    page = render_inspection(document, lang)
    write_atomically(Path(paths["html"]), page.encode("utf-8", "backslashreplace"))
    return document
