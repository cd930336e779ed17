"""report.html: the document as one self-contained page, for the screen and for A4."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from migrate.report.build import document_of
from migrate.report.display import display
from migrate.report.document import Kind, Value
from migrate.report.printable import printable
from migrate.report.record import Record
from migrate.report.text import Texts

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

# Names and keys break where they are built together; a run that no column could hold breaks
# after each twelve characters. Japanese text is left to the browser, which knows its rules.
_JOINTS = re.compile(r"(?<=[._=/@:-])(?=[!-~])|(?<=[a-z])(?=[A-Z])")
_LONG_RUN = re.compile(r"[!-~]{17,}")
_PLAIN = re.compile(r"[A-Za-z0-9._ -]")


def render_html(record: Record, lang: str) -> str:
    """The page in `ja` or `en`: inline styles and drawings, no scripts, nothing to fetch."""
    texts = Texts.load(lang)
    return render_template("report.html.j2", texts, document=document_of(record, lang))


def render_template(name: str, texts: Texts, **values: Any) -> str:
    """A page of this style; its template gets `values`, the texts and the way to show values."""

    def shown(value: Value, kind: Kind) -> str:
        return display(value, kind, texts)

    return _environment().get_template(name).render(t=texts, shown=shown, **values)


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("migrate.report", "templates"),
        autoescape=True,  # every string of the record is somebody else's
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    environment.filters["css_string"] = css_string
    environment.filters["breakable"] = breakable
    return environment


def breakable(text: str) -> Markup:
    """`text` with places to break: after separators, and in runs that no column holds."""
    from markupsafe import Markup

    pieces: list[str] = []
    for part in _JOINTS.split(printable(text)):
        cut = 12 if _LONG_RUN.search(part) else len(part) or 1
        pieces += [part[at : at + cut] for at in range(0, len(part), cut)]
    return Markup("<wbr>").join(pieces)


def css_string(text: str) -> str:
    """`text` for inside a quoted CSS string: nothing but plain letters goes unescaped.

    HTML escaping has no meaning inside a style element, so CSS's own must do.
    """
    plain = printable(text)
    return "".join(mark if _PLAIN.match(mark) else f"\\{ord(mark):06X}" for mark in plain)


def _visible(value: Any) -> Any:
    return printable(value) if type(value) is str else value
