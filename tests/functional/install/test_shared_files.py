"""What lies in the target, and what several distributions share, as a user meets it."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

from tests.functional.conftest import ensurepip_wheel
from tests.functional.engine import run, snapshot
from tests.functional.install.conftest import Site


def _offer_sharing(site: Site, name: str, *requires: str) -> None:
    files = {"shared/__init__.py": f"NAME = {name!r}\n", f"shared/{name}.py": "", "tests/x": name}
    site.offer(name, "1.0", files=files, requires=list(requires))


def test_the_winner_is_the_same_as_with_pip(site: Site, tmp_path: Path) -> None:
    for name, requires in {"alpha": ["base"], "beta": ["base"], "base": []}.items():
        _offer_sharing(site, name, *requires)
    done = site.installs("beta", "alpha")
    assert "base and beta both contain" in done.err
    assert "beta and alpha both contain" in done.err
    assert len(done.err.strip().splitlines()) == 2
    theirs = tmp_path / "theirs"
    environ = {**os.environ, "PYTHONPATH": str(ensurepip_wheel())}
    near = ("--no-index", "--find-links", site.wheels, "--target", theirs)
    run(sys.executable, "-m", "pip", "install", "--quiet", *near, "beta", "alpha", env=environ)
    ours = (site.library / "shared" / "__init__.py").read_text()
    assert ours == (theirs / "shared" / "__init__.py").read_text() == "NAME = 'alpha'\n"


def test_what_shares_files_is_uninstalled_as_with_pip(site: Site) -> None:
    for name in ("one", "two"):
        _offer_sharing(site, name)
        site.installs(name)
    environ = {**os.environ, "PYTHONPATH": str(ensurepip_wheel())}
    python = site.venv / "bin" / "python"
    for name in ("one", "two"):
        run(python, "-m", "pip", "uninstall", "--quiet", "--yes", name, env=environ)
    assert not (site.library / "shared").exists()


def test_a_cloned_directory_does_not_command_us(site: Site, tmp_path: Path) -> None:
    """A journal, and a link, as a repository may hold them."""
    site.offer("demo", "1.0")
    target, home = tmp_path / "clone", tmp_path / "private"
    home.mkdir()
    (home / "mine").write_text("mine")
    area = target / ".get-installer-0badc0de"
    (area / "old").mkdir(parents=True)
    planted = {"kind": "Remove", "path": str(home / "planted"), "backup": str(area / "old" / "0")}
    (area / "old" / "0").write_text("planted")
    _write_journal(area, [planted])
    before = snapshot(home)
    done = site.engine.succeeds("--target", target, *_near(site), "demo")
    assert f"{area} was left alone" in done.err
    assert snapshot(home) == before
    assert (target / "demo.py").exists()
    (target / "bin").symlink_to(home)
    done = site.engine.fails("--target", target, *_near(site), "--upgrade", "demo")
    assert f"{target}/bin leads out of the directory that --target names" in done.err
    assert snapshot(home) == before


def _near(site: Site) -> tuple[str | Path, ...]:
    return ("--no-index", "--find-links", site.wheels, "--installer", "none")


def _write_journal(area: Path, operations: list[dict[str, str]]) -> None:
    """Write a journal of the right format, as anybody can."""
    fields = {"mtimes": {}, "staging_directories": [], "created": [], "inode": 1}
    body = json.dumps({"operations": operations, **fields}).encode()
    head = f"get-installer journal 3 {hashlib.sha256(body).hexdigest()}\n"
    (area / "journal").write_bytes(head.encode() + body)
