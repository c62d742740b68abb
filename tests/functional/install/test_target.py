"""`--target` without `--upgrade`: what exists there stays, as with pip."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine, Finished, snapshot

WARNING = "already exists. Specify --upgrade to force replacement."


@pytest.fixture
def offer(index: LocalIndex) -> LocalIndex:
    for version in ("1.0", "2.0"):
        code = f"VERSION = {version!r}\n"
        index.add(
            "simple",
            version,
            files={"simple/__init__.py": code, "simple/part.py": code},
            entry_points={"console_scripts": {"simple": "simple:main"}},
        )
    index.add("space-part", "1.0", files={"space/part.py": "PART = 1\n"})
    index.add("space-other", "1.0", files={"space/other.py": "OTHER = 1\n"})
    return index


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "t"


def install(engine: Engine, offer: LocalIndex, target: Path, *asked: str) -> Finished:
    place = ("--target", target, "--installer", "none")
    return engine.succeeds(*place, *offer.options, *asked)


def test_what_is_there_stays_in_whatever_version_until_it_is_upgraded(
    engine: Engine, offer: LocalIndex, target: Path
) -> None:
    install(engine, offer, target, "simple==1.0")
    before = snapshot(target)
    for asked in ("simple==1.0", "simple==2.0", "simple"):
        done = install(engine, offer, target, asked)
        assert f"Target directory {target / 'simple-1.0.dist-info'} {WARNING}" in done.err
        assert snapshot(target) == before
    done = install(engine, offer, target, "simple", "--upgrade")
    assert WARNING not in done.err
    assert "2.0" in (target / "simple/__init__.py").read_text(encoding="utf-8")
    assert not (target / "simple-1.0.dist-info").exists()


def test_one_warning_names_all_that_stays(engine: Engine, offer: LocalIndex, target: Path) -> None:
    install(engine, offer, target, "simple", "space-part")
    done = install(engine, offer, target, "simple", "space-part")
    assert done.err.count("warning: ") == done.err.count("Specify --upgrade") == 1
    for name in ("simple-2.0.dist-info", "space_part-1.0.dist-info"):
        assert f"\n  {target / name}\n" in done.err


def test_an_upgrade_repairs_the_same_version(
    engine: Engine, offer: LocalIndex, target: Path
) -> None:
    install(engine, offer, target, "simple")
    complete = snapshot(target, times=False)
    (target / "simple/part.py").unlink()
    (target / "simple/__init__.py").write_text("damaged", encoding="utf-8")
    done = install(engine, offer, target, "simple", "--upgrade")
    assert "installed again" in done.out
    assert snapshot(target, times=False) == complete


def test_files_of_nobody_stay_as_with_pip(
    engine: Engine, offer: LocalIndex, target: Path, tmp_path: Path
) -> None:
    own = {"simple/__init__.py": "mine", "bin/simple": "mine too"}
    for place in (target, tmp_path / "pips"):
        for name, text in own.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text, encoding="utf-8")
    done = install(engine, offer, target, "simple")
    assert done.err.count("Specify --upgrade to force replacement.") == 1
    for name in own:
        assert f"\n  {target / name}\n" in done.err
    pip = (sys.executable, "-m", "pip", "install", "--target", tmp_path / "pips")
    theirs = subprocess.run([*pip, *offer.options, "simple"], capture_output=True, check=True)
    assert WARNING in theirs.stderr.decode()
    for place in (target, tmp_path / "pips"):
        assert {name: (place / name).read_text(encoding="utf-8") for name in own} == own
        assert (place / "simple-2.0.dist-info").is_dir()


def test_a_link_of_nobody_stays_and_is_not_written_through(
    engine: Engine, offer: LocalIndex, target: Path
) -> None:
    (target / "elsewhere").mkdir(parents=True)
    (target / "simple").symlink_to("elsewhere")
    done = install(engine, offer, target, "simple")
    assert f"Target directory {target / 'simple'} {WARNING}" in done.err
    assert (target / "simple").is_symlink()
    assert not list((target / "elsewhere").iterdir())


def test_what_stayed_is_not_recorded_so_that_no_upgrade_removes_it(
    engine: Engine, offer: LocalIndex, target: Path
) -> None:
    offer.add("simple", "3.0", files={"other.py": "OTHER = 1\n"})
    own = {"simple/__init__.py": "mine", "bin/simple": "mine too"}
    for name, text in own.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(text, encoding="utf-8")
    install(engine, offer, target, "simple==2.0")
    record = (target / "simple-2.0.dist-info/RECORD").read_text(encoding="utf-8")
    assert not any(f"{name}," in record for name in own)
    assert "simple/part.py," in record
    install(engine, offer, target, "simple==3.0", "--upgrade")
    assert {name: (target / name).read_text(encoding="utf-8") for name in own} == own
    assert not (target / "simple/part.py").exists()


def test_another_part_of_a_directory_is_added(
    engine: Engine, offer: LocalIndex, target: Path
) -> None:
    install(engine, offer, target, "space-part")
    done = install(engine, offer, target, "space-part", "space-other")
    assert done.err.count(WARNING) == 1
    assert sorted(path.name for path in (target / "space").iterdir()) == ["other.py", "part.py"]


def test_a_configured_target_counts_alike(engine: Engine, offer: LocalIndex, target: Path) -> None:
    install(engine, offer, target, "simple==1.0")
    environ = {"PIP_TARGET": str(target)}
    options = ("--installer", "none", *offer.options)
    done = engine.succeeds(*options, "simple", environ=environ)
    assert WARNING in done.err
    engine.succeeds(*options, "simple", environ={**environ, "PIP_UPGRADE": "1"})
    assert (target / "simple-2.0.dist-info").is_dir()
