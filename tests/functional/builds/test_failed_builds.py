"""Runs that are ended during a hook, and hostile sources: nothing is left or written outside."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

from tests.functional.builds.conftest import Site
from tests.functional.builds.projects import BACKEND, write_project
from tests.functional.engine import snapshot
from tests.unit.pep517.pyprojects import BROKEN

HANGS = """
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    import subprocess, time
    with open(os.environ["TINY_NOTES"], "w") as notes:
        notes.write(f"{os.getpid()} {subprocess.Popen(['sleep', '600']).pid}")
    time.sleep(600)
"""


def offer(site: Site, name: str, code: str) -> None:
    site.index.add(name, "1.0", files={f"{name}.py": BACKEND + code})


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(condition: object, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while not condition():  # type: ignore[operator]  # a function
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes there")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_no_hook_outlives_an_interrupted_run(
    site: Site, tmp_path: Path, number: signal.Signals
) -> None:
    offer(site, "hangs", HANGS)
    tree = write_project(tmp_path / "tree", requires=["hangs"], backend="hangs")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environ = {**os.environ, **site.engine.environ, **site.environ, "TMPDIR": str(temporary)}
    command = [*site.engine.command, *map(str, site.options), str(tree)]
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        wait_for(lambda: site.notes.exists() and len(site.notes.read_text().split()) == 2, process)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == -number, err
    assert b"no partial changes remain" in err
    assert not any(is_running(int(pid)) for pid in site.notes.read_text("ascii").split())
    assert not list(temporary.iterdir())
    assert not site.venv.exists()


@pytest.mark.parametrize("is_verbose", [False, True])
def test_the_last_lines_of_a_hook_or_all_are_shown(
    site: Site, tmp_path: Path, is_verbose: bool
) -> None:
    code = "\ndef build_wheel(*_, **__):\n"
    code += "    [print('line', n, 'x' * 90) for n in range(20_000)]\n    raise SystemExit(7)\n"
    offer(site, "chatty", code)
    tree = write_project(tmp_path / "tree", requires=["chatty"], backend="chatty")
    done = site.refuses(tree, *(["-v"] if is_verbose else []))
    assert done.err.startswith(f"error: Building {tree} failed: line 19999 x")
    assert "Its hook build_wheel exited with status 7" in done.err
    assert "line 19900" not in done.err
    assert ("line 19998" in done.err) is not is_verbose
    assert ("-v shows all" in done.err) is not is_verbose
    assert ("line 19900" in done.out) is is_verbose


WAITS = """
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    import time
    print("compiling", flush=True)
    while not os.path.exists(os.environ["TINY_NOTES"]):
        time.sleep(0.02)
    os.remove(os.environ["TINY_NOTES"])
    return _wheel(wheel_directory, {})
"""


def test_the_output_of_a_hook_is_shown_under_v_immediately(site: Site, tmp_path: Path) -> None:
    offer(site, "waits", WAITS)
    tree = write_project(tmp_path / "tree", requires=["waits"], backend="waits")
    command = [*site.engine.command, *map(str, site.options), str(tree), "-v"]
    environ = {**os.environ, **site.engine.environ, **site.environ}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        assert any(line.strip() == "compiling" for line in lines), "and the hook waits for us"
        site.notes.touch()
        assert any(line.startswith("+ demo 1.5") for line in lines)
    assert process.returncode == 0


BUILD = "\ndef build_wheel(d, c=None, m=None):\n    "
FILENAME = "demo-1.5-py3-none-any.whl"
OUTSIDE = {
    "a name that leads out": (f"return '../{FILENAME}'", "instead of the name of a .whl"),
    "a link out": (
        f"os.symlink('/etc/passwd', d + '/{FILENAME}'); return '{FILENAME}'",
        "wrote no such file",
    ),
    "a wheel whose member leads out": (
        "return _wheel(d, {'../../../../escaped.py': ''})",
        "has the part '.' or '..' (../../../../escaped.py)",
    ),
    "nothing": ("os._exit(0)", "without a result"),
}


@pytest.mark.parametrize("kind", OUTSIDE)
def test_what_a_backend_writes_outside_is_refused_and_changes_nothing(
    site: Site, tmp_path: Path, kind: str
) -> None:
    code, expected = OUTSIDE[kind]
    offer(site, "outside", BUILD + code)
    tree = write_project(tmp_path / "tree", requires=["outside"], backend="outside")
    site.installs("tinyback")
    before = snapshot(site.venv)
    assert expected in site.refuses(tree).err
    assert snapshot(site.venv) == before
    assert not list(tmp_path.rglob("escaped*"))


@pytest.mark.parametrize("project", ['"other", "1.5"', '"demo", "9"'])
def test_a_wheel_of_another_name_or_version_is_refused(
    site: Site, tmp_path: Path, project: str
) -> None:
    offer(site, "liar", f"\n_project = lambda: ({project}, None)\n")
    tree = write_project(tmp_path / "tree", requires=["liar"], backend="liar")
    site.installs("tinyback")
    before = snapshot(site.venv)
    site.refuses(f"demo @ {tree.as_uri()}")
    assert snapshot(site.venv) == before


def _evil(kind: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo("demo-1.0/x")
    match kind:
        case "traversal":
            member.name = "demo-1.0/../../escaped"
        case "absolute":
            member.name = "/tmp/escaped-absolute"
        case "link out":
            member.type, member.linkname = tarfile.SYMTYPE, "../../outside"
        case "hard link out":
            member.type, member.linkname = tarfile.LNKTYPE, "/etc/passwd"
        case "device":
            member.type = tarfile.CHRTYPE
    return member


@pytest.mark.parametrize("kind", ["traversal", "absolute", "link out", "hard link out", "device"])
def test_a_hostile_archive_is_refused_before_any_of_it_is_run(
    site: Site, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "demo-1.0.tar.gz"
    text = b'[build-system]\nrequires = ["tinyback"]\nbuild-backend = "tinyback"\n'
    with tarfile.open(path, "w:gz") as tar:
        project = tarfile.TarInfo("demo-1.0/pyproject.toml")
        project.size = len(text)
        tar.addfile(project, io.BytesIO(text))
        tar.addfile(_evil(kind))
    done = site.refuses(path)
    assert "demo-1.0.tar.gz" in done.err
    assert not site.seen()
    assert not list(tmp_path.rglob("escaped*"))
    assert not Path("/tmp/escaped-absolute").exists()


def test_a_zip_named_as_a_tar_is_refused_before_any_of_it_is_run(
    site: Site, tmp_path: Path
) -> None:
    path = tmp_path / "demo-1.0.tar.gz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("demo-1.0/pyproject.toml", "")
    done = site.refuses(path)
    assert "is named as a tar.gz archive, but is a zip archive" in done.err


@pytest.mark.slow
def test_a_bomb_is_refused_before_it_fills_the_disk(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "demo-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        zeros = tarfile.TarInfo("demo-1.0/zeros")
        zeros.size = 1 << 30
        with Path("/dev/zero").open("rb") as stream:
            tar.addfile(zeros, stream)
    assert "unpacks to more than 256 MiB" in site.refuses(path).err


@pytest.mark.slow
@pytest.mark.parametrize("rule", BROKEN)
def test_the_rule_that_a_pyproject_breaks_is_named(site: Site, tmp_path: Path, rule: str) -> None:
    text, expected = BROKEN[rule]
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "pyproject.toml").write_text(text, encoding="utf-8")
    done = site.refuses(tree)
    assert f"{tree}: " in done.err
    assert expected in done.err
    assert "hint: " in done.err
