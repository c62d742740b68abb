"""Inspecting, verifying, extracting and comparing kits."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from bootstrap.kit.errors import DamagedKitError, NewerKitError, NotAKitError
from bootstrap.kit.layout import SHEBANG
from bootstrap.kit.reader import open_kit
from bootstrap.kit.verify import verify
from bootstrap.kit.writer import open_writer
from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine, run
from tests.functional.kit.conftest import LINUX, Packing
from tests.functional.kit.test_open import installed


@pytest.fixture
def kit(index: LocalIndex, pack: Packing) -> Path:
    index.add("tool", "1.0", requires=["pure; sys_platform == 'linux'"])
    index.add("pure", "1.0")
    return pack("tool", "--target", LINUX, "--python", "3.12", "--python", "3.13")


def test_inspect_says_what_is_in_it_and_for_which_targets(kit: Path, pack: Packing) -> None:
    done = pack.engine(kit).succeeds("inspect")
    assert "Installs: tool" in done.out
    assert "For: Linux x86_64 with glibc ≥ 2.28, Python 3.12, 3.13" in done.out
    assert f"From: {pack.index.server.simple_url}" in done.out
    facts = json.loads(pack.packer.succeeds("inspect", kit, "--json").out)
    assert [wheel["filename"] for wheel in facts["wheels"]] == [
        "pure-1.0-py3-none-any.whl",
        "tool-1.0-py3-none-any.whl",
    ]
    with open_kit(kit) as opened:
        assert facts["id"] == opened.id


def test_verify_prints_a_line_of_evidence_and_compares_the_id(kit: Path, pack: Packing) -> None:
    done = pack.packer.succeeds("verify", kit)
    with open_kit(kit) as opened:
        kit_id = opened.id
    assert f"{kit}: OK: 5 files, {kit.stat().st_size:,} bytes\n  ID: {kit_id}\n" in done.out
    pack.engine(kit).succeeds("verify", "--id", f"sha256:{kit_id}")
    assert "is another kit: expected ID 00" in pack.engine(kit).fails("verify", "--id", "00").err


def test_a_byte_that_is_flipped_anywhere_is_found(kit: Path) -> None:
    content = kit.read_bytes()
    with open_kit(kit) as opened:
        boundaries = [0, len(SHEBANG), opened.engine_at, len(content)]
        boundaries += [opened.footer.manifest_offset, opened.engine_at - 176]
        for member in opened.manifest.members:
            begin = opened.place_of(member)
            boundaries += [begin, begin + member.size]
    around = {at + n for at in boundaries for n in (-2, -1, 0, 1)}
    chosen = random.Random(16)
    offsets = {*around, *(chosen.randrange(len(content)) for _ in range(200))}
    damaged = kit.with_name("damaged.pyz")
    damaged.write_bytes(content)
    with damaged.open("r+b") as stream:
        for at in sorted(offset for offset in offsets if 0 <= offset < len(content)):
            stream.seek(at)
            stream.write(bytes([content[at] ^ 0x40]))
            stream.flush()
            with pytest.raises((DamagedKitError, NotAKitError, NewerKitError)):  # noqa: SIM117
                with open_kit(damaged) as opened:
                    verify(opened)
            stream.seek(at)
            stream.write(content[at : at + 1])
    with open_kit(damaged) as opened:
        verify(opened)


def test_a_rewritten_kit_passes_verify_and_fails_with_the_id(kit: Path, pack: Packing) -> None:
    rewritten = kit.with_name("rewritten.pyz")
    with open_kit(kit) as opened, open_writer(rewritten) as writer:
        kit_id = opened.id
        for member in opened.manifest.members:
            writer.add(member.name, member.size, opened.chunks(member))
        writer.add_bytes("evil", b"evil")
        engine = kit.read_bytes()[opened.engine_at :]
        writer.finish(opened.manifest, engine)
    pack.packer.succeeds("verify", rewritten)
    done = pack.packer.fails("verify", rewritten, "--id", kit_id)
    assert "Get the kit again from where the ID was published." in done.err


def test_a_new_engine_can_take_the_place_of_the_old_one(kit: Path, pack: Packing) -> None:
    """The footer names the engine, so that a new one is written with a new footer."""
    newer = kit.with_name("newer.pyz")
    with open_kit(kit) as opened, open_writer(newer) as writer:
        kit_id = opened.id
        for member in opened.manifest.members:
            writer.add(member.name, member.size, opened.chunks(member))
        writer.finish(opened.manifest, Path(pack.packer.command[1]).read_bytes())
    pack.packer.succeeds("verify", newer, "--id", kit_id)


@pytest.mark.parametrize("kept", [100, 5000, -30])
def test_a_truncated_kit_says_so(kept: int, kit: Path, pack: Packing) -> None:
    kit.write_bytes(kit.read_bytes()[:kept])
    done = pack.packer.fails("verify", kit)
    assert "Copy the kit again; nothing was changed." in done.err


def test_what_is_no_kit_is_refused(pack: Packing, tmp_path: Path) -> None:
    done = pack.packer.fails("inspect", pack.packer.command[1], status=2)
    assert "it is a get-installer.pyz without wheels" in done.err
    assert "is not a kit" in pack.packer.fails("inspect", status=2).err
    assert "cannot be read" in pack.packer.fails("inspect", tmp_path / "missing").err


def test_pip_and_uv_install_the_same_from_what_is_extracted(
    index: LocalIndex, pack: Packing, tmp_path: Path
) -> None:
    index.add("tool", "1.0", requires=["pure", "never; sys_platform == 'win32'"])
    for name in ("pure", "never"):
        index.add(name, "1.0")
    kit = pack("tool")
    directory = tmp_path / "extracted"
    pack.engine(kit).succeeds("extract", directory)
    pip, uv, ours = (tmp_path / name for name in ("pip", "uv", "ours"))
    pack.engine(kit).succeeds("--venv", ours)
    for venv in (pip, uv):
        run(pack.python, "-m", "venv", venv)
    offline = {"PATH": "/usr/bin:/bin", "PIP_CONFIG_FILE": "/dev/null", "HOME": str(tmp_path)}
    run(
        pip / "bin/python", "-m", "pip", "install", "--no-index", "--find-links", "wheels",
        "--require-hashes", "-r", "requirements.txt", cwd=directory, env=offline,
    )  # fmt: skip
    found = shutil.which("uv", path=str(Path(pack.python).parent)) or shutil.which("uv")
    assert found is not None
    run(
        found, "pip", "install", "--offline", "--preview", "--python", uv / "bin/python",
        "-r", "pylock.toml", cwd=directory, env=offline,
    )  # fmt: skip
    expected = installed(ours)
    assert [name for name in installed(pip) if not name.startswith(("pip", "set"))] == expected
    assert [name for name in installed(uv) if not name.startswith(("pip", "set"))] == expected


def test_extract_does_not_mix_with_what_is_there_and_leaves_nothing_of_a_damaged_kit(
    kit: Path, pack: Packing, tmp_path: Path
) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "file").touch()
    assert "not an empty directory" in pack.packer.fails("extract", kit, full, status=2).err
    with open_kit(kit) as opened:
        at = opened.place_of(opened.wheels["tool-1.0-py3-none-any.whl"])
    content = bytearray(kit.read_bytes())
    content[at] ^= 1
    kit.write_bytes(content)
    before = sorted(path.name for path in tmp_path.iterdir())
    assert "is damaged" in pack.packer.fails("extract", kit, tmp_path / "new").err
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_diff_shows_what_changed(index: LocalIndex, pack: Packing) -> None:
    index.add("tool", "1.0", requires=["gone"])
    index.add("gone", "1.0")
    old = pack("tool", name="old.pyz")
    same = pack.packer.succeeds("diff", old, old)
    assert same.out == "No differences.\n"
    index.add("tool", "2.0", requires=["new"])
    index.add("new", "1.0")
    new = pack("tool", "--defaults", "--no-color", name="new.pyz")
    done = pack.packer("diff", old, new)
    assert done.status == 1
    lines = done.out.splitlines()
    assert lines[:3] == ["+ new 1.0", "- gone 1.0", "~ tool 1.0 → 2.0"]
    assert "~ defaults: none → --no-color" in lines
    as_json = json.loads(pack.engine(old)("diff", "--json", new).out)
    assert as_json["changed"] == {"tool": [["1.0"], ["2.0"]]}


def test_an_engine_without_a_kit_says_how_to_name_one(packer: Engine) -> None:
    done = packer.fails("verify", status=2)
    assert "Name a kit: verify KIT.pyz" in done.err


def test_reading_does_not_need_the_whole_file(kit: Path, engine_python: str) -> None:
    """Starting reads the end of the file: before it, there may be any number of bytes."""
    large = kit.with_name("large.pyz")
    content = kit.read_bytes()
    with large.open("wb") as stream:
        stream.seek(5 << 30)
        stream.write(content)
    try:
        code = (
            "import resource, runpy, sys\n"
            "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
            "sys.argv = sys.argv[1:]\nrunpy.run_path(sys.argv[0], run_name='__main__')\n"
        )
        done = subprocess.run(
            [engine_python, "-c", code, large, "--version"], capture_output=True, check=True
        )
        assert done.stdout.startswith(b"get-installer ")
    finally:
        large.unlink()
