"""Headless Chromium for the tests of the page: what it logs, and where things lie."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--enable-logging=stderr",
]  # fmt: skip

# Headless windows have a frame of their own, and none is narrower than 500 pixels, so the page is
# laid out in a frame of exactly the asked size, and measured from outside.
_MEASURE = """
<!DOCTYPE html><meta charset="utf-8"><title>measure</title>
<body style="margin:0"><iframe id="frame" style="border:0;width:{width}px;height:{height}px"
 srcdoc="{page}"></iframe><pre id="found"></pre><script>
const frame = document.getElementById("frame");
frame.addEventListener("load", () => {{
  const inside = frame.contentDocument;
  const root = inside.documentElement;
  const edge = root.clientWidth + 0.5;
  const name = (one) => one.tagName + "." + (one.getAttribute("class") || "");
  const all = [...inside.body.querySelectorAll("*")];
  const verdict = inside.getElementById("verdict").getBoundingClientRect();
  document.getElementById("found").textContent = JSON.stringify({{
    width: root.clientWidth,
    scroll_width: root.scrollWidth,
    wide: all.filter((one) => one.getBoundingClientRect().right > edge).map(name),
    scrolling: all.filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0
      && getComputedStyle(one).overflowX === "auto").map(name),
    verdict_bottom: verdict.bottom,
    verdict_height: verdict.height,
    verdict_text: inside.getElementById("verdict").innerText,
  }});
}});
</script></body>
"""


def console(page: Path, profile: Path) -> list[str]:
    """What the page itself writes to the console, errors of loading included."""
    finished = _run(["--dump-dom", page.as_uri()], profile)
    return [line for line in finished.stderr.splitlines() if ":CONSOLE" in line]


def measured(page: str, width: int, height: int, folder: Path) -> dict[str, Any]:
    """Where the page's elements lie when its viewport is `width` x `height` pixels."""
    # The page forbids scripts to itself, and a frame inherits that; only the copy goes without.
    free = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    copy = folder / f"measure-{width}.html"
    frame = _MEASURE.format(width=width, height=height, page=html.escape(free))
    copy.write_text(frame, encoding="utf-8")
    finished = _run(["--dump-dom", "--window-size=1600,1200", copy.as_uri()], folder / "profile")
    found = re.search(r'<pre id="found">(.+?)</pre>', finished.stdout, re.DOTALL)
    assert found, f"the page was not measured: {finished.stderr[-2000:]}"
    result: dict[str, Any] = json.loads(html.unescape(found[1]))
    return result


def printed(page: Path, pdf: Path, profile: Path) -> None:
    """Print the page to PDF, as its own print styles say."""
    _run(["--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri()], profile)


def _run(arguments: list[str], profile: Path) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM
    command = [CHROMIUM, *_FLAGS, f"--user-data-dir={profile}", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=True
    )
