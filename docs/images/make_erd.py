"""Renews docs/images/hugmedo-erd.svg from mappings/hugmedo.

`uv run python docs/images/make_erd.py`, in the checkout. A test compares the picture with what
this makes.
"""

from __future__ import annotations

from pathlib import Path

from migrate.amplify.diagram import diagram
from migrate.amplify.drawing import svg
from migrate.mapping.files import load_mappings

PICTURE = Path(__file__).parent / "hugmedo-erd.svg"
MAPPINGS = Path(__file__).parents[2] / "mappings" / "hugmedo"


def picture() -> str:
    """The whole file."""
    return svg(diagram(load_mappings(MAPPINGS)), "The tables of HugMeDo and their references")


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
