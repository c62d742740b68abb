"""Kits from packing to opening, in this process: the commands behind their command lines."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import bootstrap
from bootstrap._archive import MemoryArchive, MemoryImporter
from bootstrap.config.kits import KitDefaults
from bootstrap.config.load import load
from bootstrap.errors import BootstrapError
from bootstrap.kit.contents import SameFilenameError
from bootstrap.kit.errors import (
    BuildForOthersError,
    DamagedKitError,
    KitTargetError,
    NoEngineError,
    NotInKitError,
    OtherKitError,
)
from bootstrap.kit.extract import DirectoryExistsError
from bootstrap.kit.gaps import MissingWheelsError, SameMarkersError
from bootstrap.kit.reader import Kit, open_kit
from bootstrap.kit.resolve import NotAWheelError
from bootstrap.kit.running import running_engine, running_kit
from bootstrap.kit.writer import open_writer
from bootstrap.lock.errors import LockError
from bootstrap.resolve.errors import NoCandidateError
from bootstrap.ui import Ui
from bootstrap.workflow.install import install
from bootstrap.workflow.kits import run_kit_command, warn_of_expiry
from tests.functional.engine import snapshot
from tests.servers import Authority, IndexServer, make_sdist, make_wheel
from tests.unit.kit.kits import an_engine

GLIBC, MUSL, WINDOWS = "linux-x86_64-glibc2.28", "linux-x86_64-musl1.2", "windows-amd64"


@dataclass
class Desk:
    """Runs command lines against an index, and keeps what they print."""

    index: IndexServer
    ca: Path
    directory: Path
    output: io.StringIO = field(default_factory=io.StringIO)

    @property
    def environ(self) -> dict[str, str]:
        return {"HOME": str(self.directory / "home"), "PIP_CONFIG_FILE": os.devnull}

    def add(self, name: str, version: str, **details: Any) -> Path:
        wheels = self.directory / "wheels"
        wheels.mkdir(exist_ok=True)
        path = make_wheel(wheels, name, version, **details)
        self.index.add(path)
        return path

    def run(self, *words: str | Path, kit: Kit | None = None) -> tuple[int, str]:
        """Run one command for kits; return its exit status and what it printed."""
        argv = list(map(str, words))
        config = load(argv, self.environ, cwd=self.directory)
        ui = Ui(self.output, self.output, config.verbosity)
        begin = self.output.tell()
        status = run_kit_command(config, ui, kit)
        return status, self.output.getvalue()[begin:]

    @property
    def options(self) -> tuple[str, ...]:
        return ("--index-url", self.index.simple_url, "--cert", str(self.ca), "--no-cache-dir")

    def pack(self, *words: str | Path, name: str = "kit.pyz") -> Path:
        """Pack from the index."""
        kit = self.directory / name
        self.run("pack", *words, *self.options, "-o", kit)
        return kit

    def open(self, path: Path, *words: str | Path) -> list[str]:
        """Install from a kit into a directory; return what is in it."""
        target = self.directory / "target"
        with open_kit(path) as kit:
            manifest = kit.manifest
            defaults = KitDefaults(
                path, manifest.installer, manifest.defaults, manifest.certificates
            )
            argv = ["--target", str(target), *map(str, words)]
            config = load(argv, self.environ, cwd=self.directory, kit=defaults)
            install(config, Ui(self.output, self.output, config.verbosity), kit)
        return sorted(found.name for found in target.glob("*.dist-info"))


@pytest.fixture
def desk(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk in a process that was started from a .pyz."""
    importer = MemoryImporter(MemoryArchive(an_engine()), str(tmp_path / "get-installer.pyz"))
    monkeypatch.setattr(bootstrap.__spec__, "loader", importer)
    with IndexServer(authority) as server:
        yield Desk(server, authority.write_pem(tmp_path / "ca.pem"), tmp_path)


@pytest.fixture
def refused(desk: Desk) -> Callable[..., BootstrapError]:
    """Pack what cannot be packed; return the error."""

    def run(kind: type[BootstrapError], *words: str | Path) -> BootstrapError:
        with pytest.raises(kind) as raised:
            desk.pack(*words, name="none.pyz")
        assert not (desk.directory / "none.pyz").exists()
        return raised.value

    return run


def targets(*names: str, python: str = "3.12") -> list[str]:
    return [*(word for name in names for word in ("--target", name)), "--python", python]


def test_a_kit_is_packed_verified_inspected_and_opened(desk: Desk) -> None:
    desk.add("tool", "1.0", requires=["pure", "never; sys_platform == 'win32'"])
    desk.add("pure", "1.0")
    desk.add("other", "1.0")
    kit = desk.pack("tool")
    assert kit.read_bytes().endswith(an_engine())
    status, text = desk.run("verify", kit)
    assert status == 0
    assert "OK: 5 files" in text
    _, text = desk.run("verify", kit, "--json")
    kit_id = json.loads(text)["id"]
    facts = json.loads(desk.run("inspect", kit, "--json")[1])
    assert {facts[key] for key in ("id", "engine-sha256")} <= set(json.loads(text).values())
    desk.run("verify", kit, "--id", kit_id)
    with pytest.raises(OtherKitError):
        desk.run("verify", kit, "--id", kit_id[:-1])
    _, text = desk.run("inspect", kit, "-v")
    assert f"ID: {kit_id}" in text
    assert "pure-1.0-py3-none-any.whl" in text
    _, text = desk.run("inspect", kit, "--json")
    assert json.loads(text)["installer"] == "tool"
    assert desk.open(kit) == ["pure-1.0.dist-info", "tool-1.0.dist-info"]


def test_a_requirement_is_taken_from_the_kit_or_named(desk: Desk) -> None:
    desk.add("tool", "1.0", requires=["pure"])
    desk.add("pure", "1.0")
    kit = desk.pack("tool")
    assert desk.open(kit, "--installer", "none", "pure") == ["pure-1.0.dist-info"]
    with pytest.raises(
        NotInKitError, match=r"absent>=1 is not in this kit \(it holds pure, tool\)"
    ):
        desk.open(kit, "absent>=1")


def test_a_wheel_that_was_changed_is_found_when_it_is_installed(desk: Desk) -> None:
    path = desk.add("tool", "1.0")
    kit = desk.pack("tool")
    content = kit.read_bytes()
    at = content.index(path.read_bytes()) + 10
    kit.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    with pytest.raises(
        DamagedKitError, match=r"tool-1\.0-py3-none-any\.whl at byte \d+: expected sha256"
    ):
        desk.open(kit)
    with pytest.raises(DamagedKitError):
        desk.run("verify", kit)
    with pytest.raises(DamagedKitError):
        desk.run("extract", kit, desk.directory / "extracted")
    assert not (desk.directory / "extracted").exists()


def test_a_changed_byte_keeps_it_from_being_installed_or_does_not_matter(desk: Desk) -> None:
    desk.add("tool", "1.0", requires=["pure"])
    desk.add("pure", "1.0")
    kit = desk.pack("tool")
    content = kit.read_bytes()
    target = desk.directory / "target"
    assert desk.open(kit)
    expected = snapshot(target, times=False)
    shutil.rmtree(target)
    refused = 0
    for at in range(3, len(content), 307):
        kit.write_bytes(content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :])
        try:
            desk.open(kit)
        except BootstrapError:
            refused += 1
            assert not target.exists()
        else:
            assert snapshot(target, times=False) == expected
            shutil.rmtree(target)
    assert refused > 5


def test_each_byte_of_a_small_kit_is_verified(desk: Desk) -> None:
    desk.add("tool", "1.0")
    kit = desk.pack("tool")
    content = kit.read_bytes()
    for at in range(0, len(content), 7):
        kit.write_bytes(content[:at] + bytes([content[at] ^ 0x40]) + content[at + 1 :])
        with pytest.raises(BootstrapError):
            desk.run("verify", kit)


def test_another_target_is_refused(desk: Desk) -> None:
    desk.add("tool", "1.0", tag="cp312-cp312-win_amd64")
    kit = desk.pack("tool", *targets(WINDOWS))
    with pytest.raises(KitTargetError, match="This kit is for Windows amd64, Python 3"):
        desk.open(kit)


def test_the_target_is_judged_before_what_the_kit_lacks(desk: Desk) -> None:
    desk.add("tool", "1.0", requires=["compiled"])
    desk.add("compiled", "1.0", tag="cp312-cp312-win_amd64")
    desk.add("other", "1.0", requires=["compiled"])
    desk.add("other", "0.9", requires=["pure<1"])
    desk.add("pure", "1.0")
    kit = desk.pack("tool", "other", "pure", *targets(WINDOWS))
    for words in ((), ("absent",), ("other",), ("--installer", "none", "compiled")):
        with pytest.raises(KitTargetError, match="This kit is for Windows amd64, Python 3"):
            desk.open(kit, *words)
    own = desk.pack("pure", name="own.pyz")
    with pytest.raises(NotInKitError):
        desk.open(own, "absent")
    with pytest.raises(NoCandidateError, match="no version of pure matches <1"):
        desk.open(own, "--installer", "none", "pure>=1", "pure<1")


def rewritten(kit: Path, old: bytes, new: bytes) -> Path:
    """Return a kit with another lock, whose digest is right."""
    path = kit.with_name("rewritten.pyz")
    with open_kit(kit) as opened, open_writer(path) as writer:
        for member in opened.manifest.members:
            content = b"".join(opened.chunks(member))
            if member.name == "pylock.toml":
                assert old in content
                content = content.replace(old, new)
            writer.add_bytes(member.name, content)
        writer.finish(opened.manifest, an_engine())
    return path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"sha256 = ", b"sha512 = "),
        (b'\nversion = "1.0"\n', b"\n"),
        (b'path = "wheels/', b'path = "../'),
        (b"[[packages]]\nname = ", b"[[packages]]\nmarker = 'a'\nname = "),
    ],
)
def test_a_lock_that_does_not_name_the_wheels_of_its_kit_is_refused(
    old: bytes, new: bytes, desk: Desk
) -> None:
    desk.add("tool", "1.0")
    kit = rewritten(desk.pack("tool"), old, new)
    for words in (("verify", kit), ("extract", kit, desk.directory / "extracted")):
        with pytest.raises((DamagedKitError, LockError)):
            desk.run(*words)
    assert not (desk.directory / "extracted").exists()


def test_a_lock_that_contradicts_itself_is_not_taken_for_another_target(desk: Desk) -> None:
    desk.add("tool", "1.0")
    kit = rewritten(desk.pack("tool"), b'python_version == \\"', b'python_version != \\"')
    with pytest.raises(LockError, match="environments specified in the lock"):
        desk.open(kit)


def test_gaps_of_all_targets_are_in_one_error(
    desk: Desk, refused: Callable[..., MissingWheelsError]
) -> None:
    desk.add("tool", "1.0", requires=["one", "two"])
    desk.add("one", "1.0", tag="cp312-cp312-win_amd64")
    desk.add("two", "1.0", tag="cp312-cp312-manylinux_2_17_x86_64")
    desk.index.add(make_sdist(desk.directory, "two", "2.0"))
    error = refused(MissingWheelsError, "tool", *targets(GLIBC, WINDOWS))
    found = {(gap.name, str(gap.version), gap.target.packed.tag) for gap in error.gaps}
    assert found == {
        ("one", "1.0", "cp312-cp312-manylinux_2_28_x86_64"),
        ("two", "2.0", "cp312-cp312-win_amd64"),
    }


def test_targets_with_the_same_markers_get_one_version_or_are_refused(
    desk: Desk, refused: Callable[..., BootstrapError]
) -> None:
    for version, tag in (("1", "manylinux_2_17_x86_64"), ("2", "musllinux_1_2_x86_64")):
        desk.add("tool", version, tag=f"cp312-cp312-{tag}")
    error = refused(SameMarkersError, "tool", *targets(GLIBC, MUSL))
    assert f"tool would be 1 for {GLIBC}, Python 3.12 and 2 for {MUSL}" in str(error)
    desk.add("tool", "1", tag="cp312-cp312-musllinux_1_2_x86_64")
    with open_kit(desk.pack("tool", *targets(GLIBC, MUSL))) as kit:
        assert len(kit.wheels) == 2


def test_what_is_missing_altogether_is_named_with_its_target(
    refused: Callable[..., BootstrapError],
) -> None:
    error = refused(BootstrapError, "absent", *targets(GLIBC, WINDOWS))
    assert "absent" in str(error)
    assert f"(This is for {GLIBC}, Python 3.12.)" in (error.hint or "")


def test_a_source_is_refused(desk: Desk, refused: Callable[..., BootstrapError]) -> None:
    refused(NotAWheelError, make_sdist(desk.directory, "x", "1"), *targets(GLIBC))
    refused(BuildForOthersError, "x", "--build", *targets(GLIBC))


def test_two_files_of_one_name_are_refused_and_one_file_at_two_places_is_not(
    desk: Desk, refused: Callable[..., BootstrapError]
) -> None:
    path = desk.add("same", "1.0")
    directory = desk.directory / "second"
    directory.mkdir()
    other = make_wheel(directory, "same", "1.0", files={"same.py": "other"})
    (directory / "copies").mkdir()
    copied = directory / "copies" / path.name
    copied.write_bytes(path.read_bytes())

    def on(system: str, file: Path) -> str:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        return f"same @ {file.as_uri()}#sha256={digest} ; sys_platform == '{system}'"

    both = targets(GLIBC, WINDOWS)
    error = refused(SameFilenameError, on("linux", path), on("win32", other), *both)
    assert "Two different files are called same-1.0-py3-none-any.whl" in str(error)
    kit = desk.pack(on("linux", path), on("win32", copied), *both)
    with open_kit(kit) as opened:
        assert list(opened.wheels) == [path.name]


def test_an_older_kit_is_used_for_what_has_not_changed(desk: Desk) -> None:
    desk.add("tool", "1.0", requires=["pure"])
    pure = desk.add("pure", "1.0")
    served = make_wheel(desk.directory, "attestation", "1.0")
    desk.index.add(served)
    desk.index.files[pure.name].provenance = desk.index.file_url(served.name)
    cutoff = ("--uploaded-prior-to", "2026-01-01T00:00:00Z")
    old = desk.pack("tool", *targets(GLIBC), *cutoff, name="old.pyz")
    desk.index.requests.clear()
    same = desk.pack("tool", *targets(GLIBC), *cutoff, "--from", old, name="same.pyz")
    assert desk.index.paths == []
    assert same.read_bytes() == old.read_bytes()
    desk.add("tool", "2.0", requires=["pure"])
    new = desk.pack("tool", *targets(GLIBC), "--from", old, name="new.pyz")
    assert f"/files/{pure.name}" not in desk.index.paths
    with open_kit(new) as kit:
        assert f"provenance/{pure.name}.provenance" in kit.members
    status, text = desk.run("diff", old, new)
    assert status == 1
    assert text.splitlines()[0] == "~ tool 1.0 → 2.0"
    status, text = desk.run("diff", "--json", old, old)
    assert (status, json.loads(text)) == (0, {})


CUTOFF = ("--uploaded-prior-to", "2026-01-01T00:00:00Z")


def test_a_cutoff_says_nothing_about_a_file_that_is_named(desk: Desk) -> None:
    local = desk.directory / "local"
    local.mkdir()
    path = make_wheel(local, "tool", "1.0")
    old = desk.pack(path, *targets(GLIBC), *CUTOFF, name="old.pyz")
    make_wheel(local, "tool", "1.0", files={"tool.py": "other"})
    new = desk.pack(path, *targets(GLIBC), *CUTOFF, "--from", old, name="new.pyz")
    with open_kit(new) as kit:
        assert kit.wheels[path.name].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_other_required_hashes_are_other_inputs(
    desk: Desk, refused: Callable[..., BootstrapError]
) -> None:
    path = desk.add("tool", "1.0")
    lines = desk.directory / "requirements.txt"
    words: tuple[str | Path, ...] = ("-r", lines, *targets(GLIBC), *CUTOFF)
    right = hashlib.sha256(path.read_bytes()).hexdigest()
    lines.write_text(f"tool==1.0 --hash=sha256:{right}\n")
    old = desk.pack(*words, "--installer", "none", name="old.pyz")
    lines.write_text(f"tool==1.0 --hash=sha256:{'0' * 64}\n")
    refused(BootstrapError, *words, "--installer", "none", "--from", old)


def test_a_damaged_older_kit_is_named(desk: Desk, refused: Callable[..., BootstrapError]) -> None:
    path = desk.add("tool", "1.0")
    cutoffs: tuple[tuple[str, ...], ...] = ((), CUTOFF)
    for cutoff in cutoffs:
        old = desk.pack("tool", *targets(GLIBC), *cutoff, name="old.pyz")
        content = old.read_bytes()
        at = content.index(path.read_bytes()) + 40
        old.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        error = refused(DamagedKitError, "tool", *targets(GLIBC), *cutoff, "--from", old)
        assert f"old.pyz is damaged: wheels/{path.name} at byte" in str(error)


def test_a_kit_is_extracted_into_a_new_directory(desk: Desk) -> None:
    desk.add("tool", "1.0", requires=["pure; sys_platform == 'win32'"])
    desk.add("pure", "1.0")
    kit = desk.pack("tool", *targets(GLIBC, WINDOWS))
    directory = desk.directory / "extracted"
    desk.run("extract", kit, directory)
    assert sorted(path.name for path in (directory / "wheels").iterdir()) == [
        "pure-1.0-py3-none-any.whl",
        "tool-1.0-py3-none-any.whl",
    ]
    lines = (directory / "requirements.txt").read_text()
    assert 'pure==1.0 ; sys_platform == "win32" \\\n    --hash=sha256:' in lines
    with pytest.raises(DirectoryExistsError):
        desk.run("extract", kit, directory)


def test_a_difference_is_shown_with_what_was_and_what_is(desk: Desk) -> None:
    desk.add("tool", "1.0")
    old = desk.pack("tool", name="old.pyz")
    new = desk.pack("tool", "--defaults", "--no-deps", name="new.pyz")
    _, text = desk.run("diff", old, new)
    assert "~ defaults: none → --no-deps" in text.splitlines()


def test_a_dry_run_writes_nothing(desk: Desk) -> None:
    desk.add("tool", "1.0")
    _, text = desk.run("pack", "tool", "--dry-run", *desk.options, "-o", desk.directory / "k.pyz")
    assert "Would pack 1 wheel for one target." in text
    assert not (desk.directory / "k.pyz").exists()


def test_certificates_are_baked_in_and_their_expiry_is_warned_of(desk: Desk) -> None:
    desk.add("tool", "1.0")
    words = f"--cert '{desk.ca}' --add-cert={desk.ca} --index-url {desk.index.simple_url}"
    kit = desk.pack("tool", "--defaults", words)
    with open_kit(kit) as opened:
        assert opened.manifest.defaults[:2] == ("--cert", "certificates/0-ca.pem")
        assert opened.manifest.defaults[2] == "--add-cert=certificates/0-ca.pem"
        assert list(opened.manifest.certificates) == ["certificates/0-ca.pem"]
        warn_of_expiry(opened, Ui(desk.output, desk.output))
    _, text = desk.run("inspect", kit)
    assert "Default arguments: --cert certificates/0-ca.pem" in text
    assert "Authority: " in text
    assert desk.open(kit) == ["tool-1.0.dist-info"]


def test_only_a_pyz_packs_and_a_kit_knows_that_it_runs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert running_engine() == an_engine()
    assert running_kit() is None
    desk.add("tool", "1.0")
    path = desk.pack("tool")
    importer = MemoryImporter(MemoryArchive(an_engine()), str(path))
    with path.open("rb") as stream:
        importer.kit = stream
        monkeypatch.setattr(bootstrap.__spec__, "loader", importer)
        kit = running_kit()
        assert kit is not None
        assert list(kit.wheels) == ["tool-1.0-py3-none-any.whl"]
        assert desk.run("verify", kit=kit)[0] == 0
    monkeypatch.setattr(bootstrap.__spec__, "loader", None)
    with pytest.raises(NoEngineError):
        running_engine()
