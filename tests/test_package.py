"""The wheel: built, installed into a fresh environment without dependencies, and run there."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from interviewer.paths import built_in_pack

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return next(target.glob("*.whl"))


def test_questions_travel_inside_the_package_and_nowhere_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "interviewer/_data/corpus/regularisation/dropout.yaml" in names
    assert "interviewer/_data/rubrics/regularisation/dropout.yaml" in names
    assert "interviewer/tui/app.tcss" in names
    assert {f"interviewer/web/{name}" for name in ("page.html", "page.js", "page.css", "full.html")} <= set(names)
    assert "interviewer/report/templates/report.md.j2" in names
    assert "interviewer/grading/weights.json" in names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"interviewer"}


def test_the_installed_wheel_runs_away_from_the_checkout(wheel: Path, tmp_path: Path, home: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True, symlinks=True)
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel], check=True)
    site = next((tmp_path / "env" / "lib").glob("python*/site-packages"))
    (site / "borrowed.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    script = tmp_path / "env" / "bin" / "mockdl"
    env = {**os.environ, "MOCKDL_HOME": str(home)}
    shown = subprocess.run(
        [script, "pack", "show", "dropout"], capture_output=True, text=True, cwd=tmp_path, env=env, check=False
    )
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("dropout: ")
    where = subprocess.run(
        [python, "-c", "from interviewer.paths import built_in_pack; print(built_in_pack())"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    assert where.stdout.strip() == str(site / "interviewer" / "_data")


def test_a_checkout_reads_its_own_folders() -> None:
    assert built_in_pack() == ROOT
    assert not (ROOT / "interviewer" / "_data").exists()
