"""Writes a sample as one full export a table, to try the way of exports without AWS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from migrate.errors import AskOperatorError
from migrate.rehearse.sample.definitions import table_name
from migrate.rehearse.sample.export_writer import ExportedTable, Layout, write_full_export
from migrate.rehearse.sample.generate import generate
from migrate.rehearse.sample.instants import FIRST_MS, PERIOD_MS
from migrate.rehearse.sample.layout import layout_of

# The day after the sample's last item, so that the same sample always gives the same export.
_EXPORT_TIME = datetime.fromtimestamp((FIRST_MS + PERIOD_MS) // 1000, UTC) + timedelta(days=1)
_ITEMS_A_FILE = 50_000
_FILES_MAX = 16


def write_sample_exports(
    folder: Path, api_id: str, environment: str, region: str, items: int, seed: int
) -> list[Path]:
    """Write the sample's tables into `folder`, which stands for a bucket; the exports' folders.

    Raises AskOperatorError where exports lie there already.
    """
    if any(folder.glob("AWSDynamoDB/*")):
        raise AskOperatorError(
            f"{folder} holds exports already", "choose another folder, or remove them yourself"
        )
    totals = layout_of(items).totals
    places = {}
    for model, pairs in groupby(generate(items, seed), itemgetter(0)):
        table = ExportedTable(table_name(model, api_id, environment), region)
        files = min(_FILES_MAX, 1 + totals[model] // _ITEMS_A_FILE)
        places[model] = write_full_export(
            folder,
            table,
            (item for _, item in pairs),
            export_time=_EXPORT_TIME,
            layout=Layout(files=files, empty_files=1),
        )
    for model in totals.keys() - places.keys():
        table = ExportedTable(table_name(model, api_id, environment), region)
        places[model] = write_full_export(folder, table, (), export_time=_EXPORT_TIME)
    return list(places.values())
