"""The architecture, held: imports point down, and each heavy library has one door."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "interviewer"
MODULES = sorted(PACKAGE.rglob("*.py"))

MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "paths": {"errors"},
    "core": {"errors", "paths"},
    "settings": {"core", "errors", "paths"},
    "bank": {"core", "errors", "paths"},
    "storage": {"core", "errors", "paths"},
    "embedding": {"core", "errors", "paths"},
    "index": {"core", "errors", "paths"},
    "grading": {"core", "errors", "paths"},
    "report": {"core", "errors", "paths"},
    "review": {"core"},
    "llm": {"core", "errors", "paths"},
    "audit": {"core", "errors", "bank", "grading", "worker"},
    # The worker process composes the heavy rooms for itself, as services does for the interface.
    "worker": {"core", "errors", "paths", "bank", "embedding", "index", "grading"},
    "arbitration": {"core", "errors"},
    "marking": {"core"},
    "conduct": {"core", "errors", "storage", "arbitration", "marking"},
    "model": {"core", "errors", "settings", "llm"},
    "services": {
        "core",
        "errors",
        "paths",
        "settings",
        "bank",
        "storage",
        "report",
        "arbitration",
        "conduct",
        "worker",
        "model",
    },
    "archive": {"core", "errors", "services", "review"},
    "preferences": {"errors", "services", "settings"},
    "health": {"core", "errors", "services", "worker"},
    "plain": {"core", "errors", "conduct", "services", "report"},
    "tui": {"core", "errors", "conduct", "services", "report", "archive", "health", "preferences"},
    "web": {"core", "errors"},
    "cli": {
        "core",
        "errors",
        "paths",
        "settings",
        "bank",
        "services",
        "archive",
        "health",
        "report",
        "plain",
        "tui",
        "web",
        "worker",
        "conduct",
        "audit",
        "llm",
    },
    "__main__": {"cli"},
}
"""Room -> rooms it may import, beside itself."""

DOORS = {
    "yaml": "bank",
    "sqlite3": "storage",
    "torch": "embedding",
    "sentence_transformers": "embedding",
    "transformers": "embedding",
    "faiss": "index",
    "textual": "tui",
    "textual_plotext": "tui",
    "textual_serve": "web",
    "aiohttp": "web",
    "openai": "llm",
    "fsrs": "review",
    "jinja2": "report",
    "typer": "cli",
    "tomlkit": "settings",
    "pydantic_settings": "settings",
    "platformdirs": "paths",
}
"""Library -> the one room that may import it."""


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] == "interviewer" and len(parts) > 1:
            assert parts[1] == room or parts[1] in MAY_IMPORT[room], f"{room} may not import {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_heavy_library_has_one_door(path: Path) -> None:
    for name in imports_of(path):
        door = DOORS.get(name.split(".")[0])
        assert door is None or door == room_of(path), f"only {door}/ may import {name}"


def test_the_core_reads_no_clock_and_no_random_source() -> None:
    for path in sorted((PACKAGE / "core").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        for call in ("time.time(", "datetime.now(", "random.random(", "secrets.", "open(", "os.environ"):
            assert call not in text, f"{path.name} calls {call}"


HEAVY = (
    "textual",
    "textual_serve",
    "aiohttp",
    "torch",
    "sentence_transformers",
    "faiss",
    "openai",
    "fsrs",
    "numpy",
    "jinja2",
    "yaml",
)


def loaded_by(statement: str) -> set[str]:
    script = f"import sys\n{statement}\nprint(*[name for name in {HEAVY!r} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(result.stdout.split())


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("import interviewer.services", {"yaml"}),
        ("import interviewer.cli", set()),
        ("import interviewer.plain", set()),
        ("import interviewer.tui", {"textual"}),
        ("import interviewer.worker.client", set()),
        ("import interviewer.worker.bridge", set()),
        ("import interviewer.web", set()),
        ("import interviewer.cli.serve", set()),
        ("import interviewer.embedding", set()),
        ("import interviewer.index", set()),
        ("import interviewer.grading", set()),
        ("import interviewer.llm", set()),
        ("import interviewer.review", set()),
    ],
)
def test_what_an_import_loads(statement: str, allowed: set[str]) -> None:
    assert loaded_by(statement) <= allowed


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(flag: str) -> None:
    statement = (
        f"sys.argv = ['mockdl', {flag!r}]\nfrom interviewer.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\nprint()"
    )
    assert loaded_by(statement).isdisjoint(HEAVY)
