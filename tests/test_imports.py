"""The architecture, held: imports point down, and each heavy library has one door."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from docs.draw_rooms import PAGE, draw_rooms, with_rooms

PACKAGE = Path(__file__).resolve().parents[1] / "interviewer"
MODULES = sorted(PACKAGE.rglob("*.py"))

MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "paths": {"errors"},
    "kept_json": {"paths"},
    "core": set(),
    "core.bank": {"core", "errors"},
    "core.grade": {"core", "core.bank"},
    "core.ports": {"core", "core.bank", "core.grade"},
    "core.interview": {"core", "core.bank", "core.grade", "core.ports"},
    "core.progress": {"core", "core.bank", "core.grade", "core.interview"},
    "settings": {"core", "core.bank", "core.interview", "errors", "paths"},
    "bank": {"core", "core.bank", "errors"},
    "storage": {"core.bank", "core.interview", "errors", "paths"},
    "embedding": {"core.ports", "errors", "kept_json"},
    "index": {"core.bank", "core.ports", "errors"},
    "grading": {"core", "core.bank", "core.grade", "core.ports"},
    "review": {"core.progress"},
    "llm": {"core", "core.bank", "core.grade", "core.interview", "core.ports", "kept_json"},
    # The worker process composes the heavy rooms for itself, as services does for the interface.
    "worker": {
        *("core", "core.bank", "core.grade", "core.ports", "errors", "kept_json"),
        *("bank", "embedding", "index", "grading"),
    },
    "cluster": {"core.ports", "errors", "worker"},
    "wording": {"core", "core.bank", "core.grade", "core.interview"},
    "report": {"core", "core.bank", "core.grade", "core.interview", "core.progress", "errors", "wording"},
    "audit": {"core", "core.bank", "core.grade", "core.interview", "core.ports", "errors", "kept_json"},
    "sessions": {
        *("core", "core.bank", "core.grade", "core.interview", "core.ports", "core.progress", "errors"),
        "review",
    },
    "services": {
        *("core.bank", "core.grade", "core.ports", "errors", "paths", "kept_json"),
        *("settings", "bank", "storage", "sessions", "worker", "cluster", "llm"),
    },
    "plain": {
        *("core", "core.bank", "core.grade", "core.interview", "core.ports", "errors"),
        *("sessions", "report", "wording"),
    },
    "tui": {
        *("core", "core.bank", "core.grade", "core.interview", "core.ports", "core.progress", "errors"),
        *("sessions", "services", "settings", "report", "wording"),
    },
    "web": {"errors"},
    "cli": {
        *("core", "core.bank", "core.grade", "core.interview", "core.ports", "core.progress", "errors", "paths"),
        *("tui", "plain", "web", "sessions", "services", "settings", "report", "wording", "audit"),
    },
    "__main__": {"cli"},
}
"""Room -> rooms it may import, beside itself; each room stands below those that may import it."""

DOORS = {
    "yaml": "bank",
    "sqlite3": "storage",
    "filelock": "storage",
    "torch": "embedding",
    "sentence_transformers": "embedding",
    "transformers": "embedding",
    "faiss": "index",
    "textual": "tui",
    "textual_plotext": "tui",
    "textual_serve": "web",
    "aiohttp": "web",
    "openai": "llm",
    "ray": "cluster",
    "fsrs": "review",
    "scipy": "audit",
    "sklearn": "audit",
    "jinja2": "report",
    "typer": "cli",
    "tomlkit": "settings",
    "pydantic_settings": "settings",
    "platformdirs": "paths",
}
"""Library -> the one room that may import it."""


def room_of(parts: Sequence[str]) -> str:
    """The room of a module, by its path below the package: the first folder, and inside the core the second."""
    if parts[0] == "core" and len(parts) > 1 and ((PACKAGE / "core" / parts[1]).is_dir() or parts[1] == "ports"):
        return f"core.{parts[1]}"
    return parts[0]


def room_of_file(path: Path) -> str:
    return room_of(path.relative_to(PACKAGE).with_suffix("").parts)


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            if node.module in ("interviewer", "interviewer.core"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names if alias.name != "__version__")
            yield node.module or ""


def arrows_of(path: Path) -> set[str]:
    """The other rooms that a file imports from."""
    own = room_of_file(path)
    names = (name.split(".") for name in imports_of(path))
    return {room_of(parts[1:]) for parts in names if parts[0] == "interviewer" and len(parts) > 1} - {own}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    room = room_of_file(path)
    if room == "__init__":
        return
    forbidden = arrows_of(path) - MAY_IMPORT[room]
    assert not forbidden, f"{room} may not import {', '.join(sorted(forbidden))}"


def test_no_permission_lies_unused() -> None:
    used: dict[str, set[str]] = {room: set() for room in MAY_IMPORT}
    for path in MODULES:
        if room_of_file(path) != "__init__":
            used[room_of_file(path)] |= arrows_of(path)
    unused = {room: sorted(may - used[room]) for room, may in MAY_IMPORT.items() if may - used[room]}
    assert not unused


def test_the_picture_for_contributors_is_drawn_from_this_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_rooms(page, draw_rooms(MAY_IMPORT)) == page, "`make architecture` draws it anew"


def test_the_map_names_only_files_and_rooms_that_are_there() -> None:
    text = (PAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"[\w/]+(?:\.py|\.json|/)(?![\w/])", text))
    assert len(named) > 50
    beside = [PACKAGE, PACKAGE / "core", PACKAGE / "grading", PACKAGE.parent]
    gone = [name for name in named if not any((folder / name).exists() for folder in beside)]
    assert not gone


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_what_begins_with_an_underscore_stays_in_its_file(path: Path) -> None:
    """No list says what a module hands out: what has no underscore is for others, and the rest is not."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("interviewer"):
            assert not [alias.name for alias in node.names if alias.name.startswith("_") and alias.name[:2] != "__"]


MEANT_TWICE = {
    "confidence": "how sure the candidate is: asked in line mode, asked in the interface",
    "contest": "the rule, and how either front end lets one contest a verdict",
    "doctor": "the command and the screen of the same findings",
    "grade": "the command, and what it yields",
    "history": "the command and the screen of past sessions",
    "interview": "one interview in line mode, and the screen of one",
    "pass_on": "what saying that one does not know leads to, in either front end",
    "speaker": "who says the interviewer's words, in either front end",
}
"""Names of files in two folders, where they mean the same thing; what that is."""


def test_no_file_name_means_two_things() -> None:
    stems = Counter(path.stem for path in MODULES if not path.stem.startswith("__"))
    assert {stem for stem, count in stems.items() if count > 1} == set(MEANT_TWICE)


def name_of(path: Path) -> str:
    """The dotted name of a module or package."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(path): str(path.relative_to(PACKAGE)) for path in MODULES}


def module_graph() -> dict[str, set[str]]:
    """File -> files it imports, be it for a type checker or inside a function."""
    graph: dict[str, set[str]] = {}
    for path in MODULES:
        found = graph[FILES[name_of(path)]] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {FILES[alias.name] for alias in node.names if alias.name in FILES}
            elif isinstance(node, ast.ImportFrom) and node.module in FILES:
                inner = (f"{node.module}.{alias.name}" for alias in node.names)
                found |= {FILES[name] if name in FILES else FILES[node.module] for name in inner}
    return graph


def test_no_import_leads_back_to_its_own_file() -> None:
    try:
        TopologicalSorter(module_graph()).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' <- '.join(error.args[1])}", pytrace=False)


def test_what_a_screen_asks_of_its_app_knows_no_screen() -> None:
    graph, found = module_graph(), {"tui/base.py"}
    while more := {each for file in found for each in graph[file]} - found:
        found |= more
    assert not [each for each in found if each.startswith("tui/screens/")]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_heavy_library_has_one_door(path: Path) -> None:
    for name in imports_of(path):
        door = DOORS.get(name.split(".")[0])
        assert door is None or door == room_of_file(path), f"only {door}/ may import {name}"


def test_the_core_reads_no_clock_and_no_random_source() -> None:
    for path in sorted((PACKAGE / "core").rglob("*.py")):
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
    "ray",
    "fsrs",
    "numpy",
    "scipy",
    "sklearn",
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
        ("import interviewer.services.wiring", {"yaml"}),
        ("import interviewer.cli", set()),
        ("import interviewer.plain", set()),
        ("import interviewer.tui", {"textual"}),
        ("import interviewer.worker.engine", set()),
        ("import interviewer.worker.bridge", set()),
        ("import interviewer.cluster.ray_engine", set()),
        ("import interviewer.web", set()),
        ("import interviewer.cli.serve", set()),
        ("import interviewer.cli.evaluate", set()),
        ("import interviewer.cli.judge_table", set()),
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


def test_what_needs_no_encoder_is_collected_without_torch() -> None:
    """One test module that imports torch as such would keep `pytest -m "not encoder"` from running at all."""
    chosen = ["--collect-only", "-q", "-n0", "-p", "no:cacheprovider", "-m", "not encoder", str(Path(__file__).parent)]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", *chosen]
    result = subprocess.run(command, check=False, capture_output=True, text=True, env=env)
    assert result.returncode == 0, result.stdout[-2000:]


def test_nothing_looks_for_plugins_of_pydantic() -> None:
    """Its own loader imports much to find that none are wanted; a later one may hold more than we know of."""
    script = (
        "import sys\nfrom interviewer.cli.process import prepare_process\nprepare_process()\n"
        "import pydantic\npydantic.TypeAdapter(int)\nprint('importlib.metadata' in sys.modules)\n"
        "from pydantic.plugin import _loader\nprint(_loader._plugins)\nprint(pydantic.TypeAdapter(str) is not None)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["False", "None", "True"]
