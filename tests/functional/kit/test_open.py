"""Opening a kit: exactly what was packed, from nothing but the kit."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bootstrap.kit.reader import open_kit
from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine, run, snapshot
from tests.functional.kit.conftest import LINUX, PLAIN, Packing, Requests
from tests.servers import Authority
from tests.unit.environment.pythons import ALL, version_of
from tools.interpreters import interpreters

ENTRY = {"console_scripts": {"tool": "tool:main"}}
TOOL = {"tool.py": "import sys\ndef main():\n    print('tool got', *sys.argv[1:])\n"}


@pytest.fixture
def kit(index: LocalIndex, pack: Packing, requests: Requests) -> Path:
    """A kit of a tool with a command and a dependency, for this machine."""
    index.add("tool", "1.0", requires=["pure"], entry_points=ENTRY, files=TOOL)
    index.add("pure", "1.0")
    index.add("absent", "1.0")
    packed = pack("tool")
    requests()
    return packed


@pytest.fixture
def opened(kit: Path, pack: Packing) -> Engine:
    return pack.engine(kit)


def installed(venv: Path) -> list[str]:
    return sorted(path.name for path in venv.glob("lib/*/site-packages/*.dist-info"))


def test_it_installs_what_was_packed_and_hands_off_to_it(
    opened: Engine, venv: Path, requests: Requests
) -> None:
    done = opened.succeeds("--venv", venv, "--", "--version", "x")
    assert done.out == "tool got --version x\n"
    assert installed(venv) == ["pure-1.0.dist-info", "tool-1.0.dist-info"]
    assert requests() == []
    requested = [path.parent.name for path in venv.glob("lib/*/site-packages/*/REQUESTED")]
    assert requested == ["tool-1.0.dist-info"]
    assert "Nothing to do" in opened.succeeds("--venv", venv).text


@pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("strace"), reason="reads the system calls"
)
def test_no_socket_is_opened(opened: Engine, venv: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    command = ("strace", "-f", "-e", "trace=socket", "-o", str(trace), *opened.command)
    Engine(command, PLAIN).succeeds("--venv", venv, "--", "x")
    assert "AF_INET" not in trace.read_text()


def test_it_needs_no_home_and_nothing_beside_it_is_changed(
    kit: Path, pack: Packing, tmp_path: Path
) -> None:
    media, home = tmp_path / "the media", tmp_path / "a home"
    media.mkdir()
    home.mkdir()
    read_only = shutil.copy(kit, media / "get it.pyz")
    for path in (media, home, read_only):
        Path(path).chmod(stat.S_IRUSR | stat.S_IXUSR)
    before = snapshot(media), snapshot(home)
    place = tmp_path / "place"
    place.mkdir()
    engine = pack.engine(Path(read_only)).without_root_s_rights()
    done = engine.succeeds("--venv", place / "v", "--", "x", environ={"HOME": str(home)}, cwd=media)
    assert done.out == "tool got x\n"
    assert (snapshot(media), snapshot(home)) == before
    assert [path.name for path in place.iterdir()] == ["v"]


def test_it_may_be_deleted_in_mid_run(kit: Path, engine_python: str, venv: Path) -> None:
    code = (
        "import os, runpy, sys\n"
        "def gone(event, arguments):\n"
        "    if event == 'import' and arguments[0] == 'bootstrap.cli' and os.path.exists(path):\n"
        "        os.unlink(path)\n"
        "path, sys.argv = sys.argv[1], sys.argv[1:]\n"
        "sys.addaudithook(gone)\n"
        "runpy.run_path(path, run_name='__main__')\n"
    )
    engine = Engine((engine_python, "-c", code, str(kit)), PLAIN)
    engine.succeeds("--venv", venv)
    assert not kit.exists()
    assert installed(venv) == ["pure-1.0.dist-info", "tool-1.0.dist-info"]


def test_another_target_is_refused_with_how_to_pack_for_it(
    index: LocalIndex, pack: Packing, venv: Path
) -> None:
    index.add("tool", "1.0")
    engine = pack.engine(pack("tool", "--target", "windows-amd64", "--python", "3.12"))
    done = engine.fails("--venv", venv)
    assert "This kit is for Windows amd64, Python 3.12. The target is Linux" in done.err
    assert "Pack it with --target linux-" in done.err
    assert not venv.exists()
    foreign = ("--platform", "musllinux_1_2_x86_64", "--python-version", "3.12")
    binary = ("--only-binary", ":all:", "--dry-run")
    done = engine.fails(*foreign, *binary)
    assert "The target is Linux x86_64 with musl 1.2, Python 3.12." in done.err
    assert "Pack it with --target linux-x86_64-musl1.2 --python 3.12." in done.err


def test_each_target_gets_its_own_wheels(index: LocalIndex, pack: Packing, tmp_path: Path) -> None:
    for tag in ("manylinux_2_17_x86_64", "musllinux_1_2_x86_64"):
        for abi in ("cp314", "cp314t"):
            index.add("tool", "1.0", tag=f"cp314-{abi}-{tag}")
    names = ("--target", LINUX, "--target", "linux-x86_64-musl1.2")
    engine = pack.engine(pack("tool", *names, "--python", "3.14", "--python", "3.14t"))
    report = tmp_path / "report.json"
    for platform in ("manylinux_2_28_x86_64", "musllinux_1_2_x86_64"):
        for abi in ("cp314", "cp314t"):
            engine.succeeds(
                "--platform", platform, "--python-version", "3.14", "--abi", abi,
                "--implementation", "cp", "--only-binary", ":all:", "--dry-run", "--report", report,
            )  # fmt: skip
            (item,) = json.loads(report.read_text())["install"]
            expected = platform.replace("2_28", "2_17")
            assert item["download_info"]["url"].endswith(f"/tool-1.0-cp314-{abi}-{expected}.whl")


def test_a_requirement_that_it_has_is_installed_from_it(
    opened: Engine, venv: Path, requests: Requests
) -> None:
    opened.succeeds("--venv", venv, "--installer", "pure")
    assert installed(venv) == ["pure-1.0.dist-info"]
    assert requests() == []


def test_a_requirement_that_it_lacks_is_named_with_what_it_has(
    opened: Engine, index: LocalIndex, venv: Path
) -> None:
    done = opened.fails("--venv", venv, "absent")
    assert "absent is not in this kit (it holds pure, tool)." in done.err
    assert "Allow the index with --online." in done.err
    opened.succeeds("--venv", venv, "absent", "--online", *index.options)
    assert "absent-1.0.dist-info" in installed(venv)


def test_online_means_nothing_without_a_kit(packer: Engine) -> None:
    done = packer.fails("--online", status=2)
    assert "--online: this get-installer.pyz is not a kit." in done.err


def test_a_damaged_wheel_is_named_and_nothing_is_changed(
    kit: Path, pack: Packing, venv: Path
) -> None:
    pack.engine(kit).succeeds("--venv", venv, "--installer", "pure")
    with open_kit(kit) as whole:
        at = whole.place_of(whole.wheels["tool-1.0-py3-none-any.whl"]) + 40
    content = bytearray(kit.read_bytes())
    content[at] ^= 1
    damaged = kit.with_name("damaged.pyz")
    damaged.write_bytes(content)
    before = snapshot(venv)
    done = pack.engine(damaged).fails("--venv", venv)
    assert "tool-1.0-py3-none-any.whl at byte " in done.err
    assert "Copy the kit again; nothing was changed." in done.err
    assert snapshot(venv) == before


def test_a_kit_that_runs_with_another_beginning_is_damaged(
    kit: Path, pack: Packing, venv: Path
) -> None:
    content = kit.read_bytes()
    shorter = kit.with_name("shorter.pyz")
    shorter.write_bytes(content[:30] + content[130:])  # it still ends with the engine
    done = pack.engine(shorter).fails("--venv", venv)
    assert "is damaged: the beginning" in done.err
    assert not venv.exists()


def test_starting_it_imports_nothing_more_unless_the_kit_is_used(
    kit: Path, engine_python: str, archive: Path
) -> None:
    def imported(path: Path) -> set[str]:
        code = (
            "import atexit, runpy, sys\n"
            "atexit.register(lambda: print(*(m for m in sys.modules if 'bootstrap' in m)))\n"
            "sys.argv = sys.argv[1:]\nrunpy.run_path(sys.argv[0], run_name='__main__')\n"
        )
        return set(run(engine_python, "-c", code, path, "--version").split("\n")[1].split())

    assert imported(kit) == imported(archive)


@pytest.mark.parametrize("python", interpreters().values(), ids=str)
def test_every_python_of_this_machine_installs_from_one_kit(
    python: Path, index: LocalIndex, pack: Packing, tmp_path: Path
) -> None:
    version = version_of(python)
    if python not in ALL or version < (3, 6):
        pytest.skip("too old for these wheels")
    index.add("tool", "1.0", requires=["pure"])
    index.add("pure", "1.0")
    words = [f"{major}.{minor}" for major, minor in interpreters() if (major, minor) >= (3, 6)]
    kit = pack("tool", *(word for text in words for word in ("--python", text)))
    pack.engine(kit).succeeds("--python", python, "--target", tmp_path / "t")
    assert sorted(path.name for path in (tmp_path / "t").glob("*.dist-info")) == [
        "pure-1.0.dist-info",
        "tool-1.0.dist-info",
    ]


# --- What is baked in ----------------------------------------------------------------------------


def test_settings_are_baked_in_and_the_command_line_and_the_environment_win(
    index: LocalIndex, pack: Packing, venv: Path, authority: Authority, tmp_path: Path
) -> None:
    index.add("tool", "1.0", entry_points=ENTRY, files=TOOL)
    index.add("more", "1.0")
    ca = authority.write_pem(tmp_path / "company ca.pem")
    words = f"--index-url {index.server.simple_url} --cert '{ca}' --online -- --from-the-kit"
    kit = pack("tool", "--defaults", words)
    ca.unlink()
    engine = pack.engine(kit)
    done = engine.succeeds("--venv", venv, "more", "-v")
    assert "tool got --from-the-kit" in done.out
    assert f"(from the kit {kit.name})" in done.err
    assert "more-1.0.dist-info" in installed(venv)
    assert engine.succeeds("--venv", venv, "--", "mine").out == "tool got mine\n"
    refused = {"PIP_INDEX_URL": "https://127.0.0.1:1/simple/"}
    assert "127.0.0.1:1" in engine.fails("--venv", venv, "most", environ=refused).err


def test_the_installer_gets_what_is_baked_in(
    index: LocalIndex, pack: Packing, venv: Path, authority: Authority, tmp_path: Path
) -> None:
    index.add("more", "1.0")
    ca = authority.write_pem(tmp_path / "ca.pem")
    words = f"--index-url {index.server.simple_url} --cert {ca}"
    kit = pack("--installer", "pip", "--defaults", words, name="get-pip.pyz")
    ca.unlink()
    pack.engine(kit).succeeds("--venv", venv, "--", "install", "more")
    assert "more-1.0.dist-info" in installed(venv)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--index-url https://me:hunter2@host/simple", "must not contain a password"),
        ("--proxy http://me:hunter2@host:80", "must not contain a password"),
        ("-- install --index-url https://me:hunter2@host/", "must not contain a password"),
        ("--cert key.pem", "must not contain a private key"),
        ("--client-cert key.pem", "must not contain a private key"),
        ("--cert missing.pem", "file not found"),
        ("requests", "takes options"),
    ],
)
def test_a_secret_is_refused(
    words: str, message: str, packer: Engine, tmp_path: Path, authority: Authority
) -> None:
    key = authority.write_pem(tmp_path / "key.pem")
    private = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    key.write_text(key.read_text() + private)
    done = packer(
        "pack", "--offline", "--defaults", words, "-o", tmp_path / "kit.pyz", cwd=tmp_path
    )
    assert done.status in {1, 2}
    assert message in done.err
    assert "hunter2" not in done.err
    assert not (tmp_path / "kit.pyz").exists()


def test_doctor_names_the_kit(pack: Packing, index: LocalIndex, tmp_path: Path) -> None:
    words = f"--index-url {index.server.simple_url} --cert {index.ca}"
    kit = pack("--installer", "pip", "--defaults", words)
    done = pack.engine(kit)("doctor", cwd=tmp_path)
    assert done.status == 0, done.text
    assert f"from the kit {kit.name}" in done.out


def test_its_environment_is_the_same_as_one_from_the_index(
    kit: Path, pack: Packing, packer: Engine, index: LocalIndex, tmp_path: Path
) -> None:
    ours, plain = tmp_path / "ours", tmp_path / "plain"
    pack.engine(kit).succeeds("--venv", ours)
    packer.succeeds("--venv", plain, "--installer", "tool", *index.options)
    for venv in (ours, plain):
        done = subprocess.run(
            [venv / "bin/python", "-c", "import tool, pure; print(pure.__version__)"],
            capture_output=True,
            text=True,
            check=True,
            env={"PATH": os.defpath},
        )
        assert done.stdout == "1.0\n"
    assert installed(ours) == installed(plain)
