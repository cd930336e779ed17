"""Renews docs/images/report-ja.png: a default rehearsal, and the first page of its report.

`uv run python docs/images/make.py`, in the checkout. Needs Chromium and a font with Japanese.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

IMAGES = Path(__file__).parent
WIDTH_PIXELS, HEIGHT_PIXELS = 1040, 900
BYTES_MAX = 300_000
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    browser = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        sys.exit("no Chromium found")
    with tempfile.TemporaryDirectory(prefix="migrate-picture-") as folder:
        workplace = Path(folder)
        workplace.chmod(0o755)  # under root, PostgreSQL's own account has to pass
        report = rehearsed(workplace)
        photographed(browser, report, IMAGES / "report-ja.png", workplace / "profile")


def rehearsed(workplace: Path) -> Path:
    """Rehearse in a copy of the checkout's working files; the path of report.html."""
    checkout = IMAGES.parent.parent
    for name in ("mappings", "rehearsals", "validation"):
        shutil.copytree(checkout / name, workplace / name, ignore=shutil.ignore_patterns("results"))
    answer = subprocess.run(
        [Path(sys.executable).parent / "migrate", "rehearse", "--json"],
        cwd=workplace,
        env={**os.environ, "MIGRATE_OPERATOR": "operator"},
        stdout=subprocess.PIPE,
        check=True,
    )
    return workplace / str(json.loads(answer.stdout)["report"]["html"])


def photographed(browser: str, page: Path, picture: Path, profile: Path) -> None:
    """Write what a window of the page's first part shows."""
    subprocess.run(
        [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--disable-background-networking", "--disable-dev-shm-usage",
            f"--user-data-dir={profile}", f"--window-size={WIDTH_PIXELS},{HEIGHT_PIXELS}",
            f"--screenshot={picture}", page.as_uri(),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    if picture.stat().st_size > BYTES_MAX:
        sys.exit(f"{picture} has more than {BYTES_MAX:,} bytes")


if __name__ == "__main__":
    main()
