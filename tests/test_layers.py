"""Imports go down the list of layers only, and some packages stay behind their fence."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_CHECKOUT = Path(__file__).parent.parent

# Top to bottom; a layer may import those below it, and itself.
_LAYERS = (
    "cli", "rehearse", "cutover", "report", "pipeline", "validate", "ledger", "source", "target",
    "amplify", "mapping", "item", "aws", "observe", "yaml_source", "errors",
)  # fmt: skip

# The verifier shares nothing with the loader but the specification.
_CLOSED = {
    "migrate.validate": (
        "migrate.item",
        "migrate.source",
        "migrate.target",
        "migrate.mapping.compile",
        "migrate.mapping.convert",
        "migrate.mapping.readers",
    ),
}

_FENCES = {
    "click": ("migrate.cli",),
    "boto3": ("migrate.aws",),
    "botocore": ("migrate.aws", "migrate.source"),  # the scan has a parser of its own
    "great_expectations": ("migrate.validate.suites",),
    "distributed": ("migrate.pipeline.engines",),
    "dask": ("migrate.pipeline.engines",),
    "psycopg": ("migrate.target", "migrate.ledger", "migrate.validate"),
    "sqlalchemy": ("migrate.target", "migrate.ledger", "migrate.validate"),
}

_HEAVY = ("boto3", "botocore", "sqlalchemy", "pandas", "great_expectations", "distributed")
_NOT_FOR_HELP = ("boto3", "sqlalchemy", "psycopg", "pandas", "pydantic", "great_expectations")


@dataclass(frozen=True)
class Import:
    """One imported name. `at_start`: it runs when the module is imported."""

    importer: str
    imported: str
    line: int
    at_start: bool

    def __str__(self) -> str:
        return f"{self.importer} line {self.line} imports {self.imported}"


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def module_names() -> dict[str, Path]:
    names = {}
    for path in sorted((_CHECKOUT / "migrate").rglob("*.py")):
        parts = path.relative_to(_CHECKOUT).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


def imports_of(module: str, source: str, *, is_package: bool = False) -> list[Import]:
    package = module if is_package else module.rpartition(".")[0]
    return list(_imports(ast.parse(source), module, package, at_start=True))


def _imports(node: ast.AST, module: str, package: str, *, at_start: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(module, alias.name, child.lineno, at_start)
        elif isinstance(child, ast.ImportFrom):
            base = _absolute(child, package)
            # `from a import b`: b may be a module or a name; both readings are looked at.
            for alias in child.names:
                yield Import(module, f"{base}.{alias.name}", child.lineno, at_start)
        else:
            runs = at_start and not _runs_later(child)
            yield from _imports(child, module, package, at_start=runs)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    base = parts[: len(parts) - node.level + 1]
    return ".".join([*base, node.module] if node.module else base)


def _runs_later(node: ast.AST) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return True
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def all_imports() -> list[Import]:
    return [
        found
        for module, path in module_names().items()
        for found in imports_of(
            module, path.read_text(encoding="utf-8"), is_package=path.name == "__init__.py"
        )
    ]


def layer_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "migrate" and len(parts) > 1 else None


def goes_up(found: Import) -> bool:
    importer, imported = layer_of(found.importer), layer_of(found.imported)
    if importer not in _LAYERS or imported not in _LAYERS:
        return False
    return _LAYERS.index(imported) < _LAYERS.index(importer)


def is_closed(found: Import) -> bool:
    return any(
        within(found.importer, package) and within(found.imported, forbidden)
        for package, those in _CLOSED.items()
        for forbidden in those
    )


def jumps_a_fence(found: Import) -> bool:
    allowed = _FENCES.get(found.imported.split(".")[0])
    return allowed is not None and not any(within(found.importer, one) for one in allowed)


def is_heavy(found: Import) -> bool:
    return found.at_start and found.imported.split(".")[0] in _HEAVY


def started_with(first: str, imports: list[Import]) -> set[str]:
    """Every module of ours that importing `first` imports, through any number of steps."""
    names = set(module_names())
    reached: set[str] = set()
    waiting = [first]
    while waiting:
        module = waiting.pop()
        if module in reached or module not in names:
            continue
        reached.add(module)
        waiting.append(module.rpartition(".")[0])  # the packages above it are imported as well
        for found in imports:
            if found.importer == module and found.at_start:
                waiting += [found.imported, found.imported.rpartition(".")[0]]
    return reached


def test_every_module_belongs_to_a_layer() -> None:
    layers = {layer_of(module) for module in module_names()} - {None}
    assert layers <= set(_LAYERS)


def test_imports_go_down_the_layers_only() -> None:
    assert [str(found) for found in all_imports() if goes_up(found)] == []


def test_the_verifier_shares_nothing_with_the_loader_but_the_specification() -> None:
    assert [str(found) for found in all_imports() if is_closed(found)] == []


def test_packages_stay_behind_their_fence() -> None:
    assert [str(found) for found in all_imports() if jumps_a_fence(found)] == []


def test_the_command_line_starts_without_heavy_packages() -> None:
    imports = all_imports()
    started = started_with("migrate.cli.main", imports)
    assert "migrate.cli.main" in started
    watched = [f for f in imports if f.importer in started or within(f.importer, "migrate.cli")]
    assert [str(found) for found in watched if is_heavy(found)] == []


def test_importing_the_command_line_loads_no_heavy_package() -> None:
    program = (
        f"import migrate.cli.main, sys; print([m for m in {_NOT_FOR_HELP} if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=_CHECKOUT, capture_output=True, text=True, check=False
    )
    assert answer.stderr == ""
    assert answer.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("module", "source", "broken"),
    [
        ("migrate.item.text", "from migrate.mapping import spec", goes_up),
        ("migrate.mapping.spec", "def f():\n    import migrate.target.copy", goes_up),
        ("migrate.target.copy", "from ..ledger import runs", goes_up),
        ("migrate.validate.reader", "from migrate.mapping import compile", is_closed),
        ("migrate.validate.reader", "from migrate.item.text import decode", is_closed),
        ("migrate.source.scan", "import boto3.session", jumps_a_fence),
        ("migrate.pipeline.load", "from psycopg import sql", jumps_a_fence),
        ("migrate.validate.accounting", "import great_expectations", jumps_a_fence),
        ("migrate.report.html", "from click import echo", jumps_a_fence),
        ("migrate.cli.load", "class A:\n    import pandas", is_heavy),
        ("migrate.cli.load", "try:\n    import boto3\nexcept ImportError:\n    pass", is_heavy),
    ],
)
def test_a_broken_rule_is_found(module: str, source: str, broken: object) -> None:
    assert callable(broken)
    assert [broken(found) for found in imports_of(module, source)] == [True]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("migrate.mapping.spec", "from migrate.item import text"),
        ("migrate.validate.reader", "from migrate.mapping.spec import Mapping"),
        ("migrate.source.parser", "import botocore.parsers"),
        ("migrate.cli.load", "def run():\n    import migrate.pipeline.load"),
        ("migrate.cli.load", "if TYPE_CHECKING:\n    import migrate.pipeline.load"),
    ],
)
def test_what_is_allowed_passes(module: str, source: str) -> None:
    rules = [goes_up, is_closed, jumps_a_fence]
    if within(module, "migrate.cli"):
        rules.append(is_heavy)
    for found in imports_of(module, source):
        assert not any(rule(found) for rule in rules)
