"""Every kind of hostile or odd wheel gets its verdict, and the refused ones leave no trace."""

from __future__ import annotations

import csv
import hashlib
import os
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap._vendor.packaging.tags import Tag
from bootstrap.file_changes import plain_path
from bootstrap.install.model import WheelToInstall
from bootstrap.install.wheel_rules import (
    CORRECTED,
    RecordRefusedError,
    Rule,
    WheelRefusedError,
)
from bootstrap.provenance import Origin
from bootstrap.trust.hashes import Hashes, verify_wheel_bytes
from tests.functional.engine import snapshot_with_root
from tests.servers.wheels import core_metadata, make_wheel
from tests.unit.install.conftest import Workbench
from tests.unit.install.hostile import FILENAME, KINDS, Kind
from tests.unit.install.hostile.kind import DATA, INFO, row, wheel_files
from tests.unit.install.hostile.kind import wheel as wheel_of

REFUSED = [kind for kind in KINDS if kind.is_refused]
WITH_PROBLEMS = [kind for kind in KINDS if kind.rule in CORRECTED]
ACCEPTED = [
    kind
    for kind in KINDS
    if kind.rule is None and (os.name != "nt" or not (kind.windows_rule or kind.needs_case))
]
_WRITES = {"os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "shutil.move"}


def test_every_rule_is_broken_by_some_kind() -> None:
    by_file_system = {Rule.SAME_AFTER_FOLDING, Rule.FORBIDDEN_NAME}  # see test_spellings.py
    broken = {rule for kind in KINDS for rule in (kind.rule, kind.windows_rule)}
    assert broken - {None} == set(Rule) - by_file_system


def test_there_are_many_kinds() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    assert len(REFUSED) >= 60


@pytest.mark.parametrize("kind", REFUSED, ids=str)
def test_a_hostile_wheel_is_refused_and_leaves_no_trace(kind: Kind, bench: Workbench) -> None:
    assert kind.rule is not None
    before = snapshot_with_root(bench.prefix.parent)
    with _writes() as written, pytest.raises(WheelRefusedError) as caught:
        bench.install_bytes(kind.content(), kind.filename)
    assert caught.value.rule is kind.rule, str(caught.value)
    assert kind.rule.value in str(caught.value)
    assert snapshot_with_root(bench.prefix.parent) == before
    assert [path for path in written if not _is_ours(path, bench)] == []


def _is_ours(path: str, bench: Workbench) -> bool:
    """Whether a path is in a staging directory, or only tries whether files can be created."""
    written = Path(plain_path(path))
    names = [
        written.relative_to(each).parts[0]
        for each in (bench.library, bench.scripts)
        if written.is_relative_to(each)
    ]
    return bool(names) and names[0].startswith(".get-installer")


def test_a_wheel_that_our_own_build_made_is_not_to_be_downloaded_again(bench: Workbench) -> None:
    kind = next(kind for kind in REFUSED if kind.rule is Rule.NO_RECORD)
    wheel = verify_wheel_bytes(kind.content(), kind.filename, Hashes())
    with pytest.raises(WheelRefusedError) as caught:
        bench.install(WheelToInstall(wheel, is_built=True))
    message = f"The project's build produced an invalid wheel, {kind.filename}: it has no RECORD."
    assert str(caught.value) == message
    assert "Download" not in str(caught.value.hint)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.windows_rule], ids=str)
def test_what_windows_forbids_is_refused_for_windows(kind: Kind, bench: Workbench) -> None:
    bench.target = replace(bench.target, tags=(Tag("py3", "none", "win_amd64"),))
    before = snapshot_with_root(bench.prefix.parent)
    with pytest.raises(WheelRefusedError) as caught:
        bench.install_bytes(kind.content(), kind.filename)
    assert caught.value.rule is kind.windows_rule
    assert snapshot_with_root(bench.prefix.parent) == before


def test_names_that_windows_knows_are_installed_for_windows(bench: Workbench) -> None:
    bench.target = replace(bench.target, tags=(Tag("py3", "none", "win_amd64"),))
    names = ("console.py", "auxiliary/com.txt", "a b/c.d.txt", "~$x", "müller.txt")
    content = wheel_of(dict.fromkeys(names, b""))
    bench.install_bytes(content, FILENAME)
    assert all((bench.library / name).is_file() for name in names)


def test_a_symbolic_link_becomes_a_file_with_its_text_and_a_warning(bench: Workbench) -> None:
    kind = next(kind for kind in ACCEPTED if kind.name == "symlink")
    bench.install_bytes(kind.content(), kind.filename)
    (file,) = bench.library.glob("demo.py")
    assert not file.is_symlink()
    assert file.read_bytes() == b"VALUE = 1\n"
    assert not file.stat().st_mode & 0o111
    assert "contains symbolic links (demo.py). As by pip, a file" in bench.err.getvalue()


@pytest.mark.parametrize(
    ("name", "directory"), [("De.mo_Thing", "De.mo_Thing"), ("demo-thing", "demo-thing")]
)
def test_the_directory_of_headers_has_the_name_in_metadata(
    bench: Workbench, wheelhouse: Path, name: str, directory: str
) -> None:
    wheel = make_wheel(
        wheelhouse,
        "de_mo_thing" if "." in name else "demo_thing",
        "1.0",
        metadata=core_metadata(name, "1.0"),
        data={"headers/x.h": ""},
    )
    bench.install(wheel)
    assert (bench.target.scheme.headers / directory / "x.h").is_file()


def test_a_name_in_metadata_that_is_no_name_is_no_directory(
    bench: Workbench, wheelhouse: Path
) -> None:
    wheel = make_wheel(
        wheelhouse, "..", "1.0", metadata=core_metadata("..", "1.0"), data={"headers/x.h": ""}
    )
    with suppress(WheelRefusedError):
        bench.install(wheel)
    assert {path.parent for path in bench.prefix.parent.rglob("x.h")} <= {
        bench.target.scheme.headers / "-"
    }


@pytest.mark.parametrize("kind", WITH_PROBLEMS, ids=str)
def test_a_wheel_with_a_wrong_record_is_installed_with_a_right_one_and_a_warning(
    kind: Kind, bench: Workbench
) -> None:
    assert kind.rule is not None
    (installed,) = bench.install_bytes(kind.content(), kind.filename)
    assert bench.err.getvalue().count("warning: ") == 1
    start = f"warning: {kind.filename}: its RECORD does not match its files: "
    assert bench.err.getvalue().startswith(start)
    assert kind.rule.value in bench.err.getvalue()
    assert_complete(installed.metadata_directory, bench)


@pytest.mark.parametrize("kind", WITH_PROBLEMS, ids=str)
def test_strict_record_refuses_a_wrong_record_and_leaves_no_trace(
    kind: Kind, bench: Workbench
) -> None:
    wheel = verify_wheel_bytes(kind.content(), kind.filename, Hashes())
    before = snapshot_with_root(bench.prefix.parent)
    with pytest.raises(RecordRefusedError) as caught:
        bench.install(wheel, strict_record=Origin.variable("PIP_STRICT_RECORD"))
    assert kind.rule in {problem.rule for problem in caught.value.problems}
    assert "because of strict-record (PIP_STRICT_RECORD)" in str(caught.value)
    assert snapshot_with_root(bench.prefix.parent) == before


@pytest.mark.parametrize("kind", ACCEPTED, ids=str)
def test_strict_record_accepts_a_right_record(kind: Kind, bench: Workbench) -> None:
    wheel = verify_wheel_bytes(kind.content(), kind.filename, Hashes())
    (installed,) = bench.install(wheel, strict_record=Origin.option("--strict-record"))
    assert installed.name == "demo"


def test_every_wrong_entry_is_named_in_one_message(bench: Workbench) -> None:
    files = wheel_files({f"pkg/{number}.py": b"x" for number in range(8)})
    right = files[f"{INFO}/RECORD"].decode()
    kept = [line for line in right.splitlines(keepends=True) if not line.startswith("pkg/")]
    record = "".join(kept).replace(",10\n", ",11\n") + row("gone.py", b"")
    bench.install_bytes(wheel_of({**files, f"{INFO}/RECORD": record.encode()}), FILENAME)
    assert bench.err.getvalue() == (
        f"warning: {FILENAME}: its RECORD does not match its files: files in it are not listed in "
        "its RECORD (pkg/0.py, pkg/1.py, pkg/2.py, pkg/3.py, pkg/4.py and 3 more); its RECORD "
        "lists files that are not in it (gone.py); files in it do not have the size in its RECORD "
        "(demo.py: 10 bytes, 11 in RECORD). The RECORD that is installed is corrected.\n"
    )


def test_the_original_bytes_of_what_is_changed_or_left_out_are_compared_with_record(
    bench: Workbench,
) -> None:
    script = f"{DATA}/scripts/tool"
    files = wheel_files({script: b"#!python\nprint(1)\n", f"{INFO}/INSTALLER": b"other"})
    record = files[f"{INFO}/RECORD"]
    bench.install_bytes(wheel_of(files, record=record), FILENAME)
    assert bench.err.getvalue() == ""
    changed = {**files, script: b"#!python\nprint(2)\n", f"{INFO}/INSTALLER": b"OTHER"}
    bench.install_bytes(wheel_of(changed, record=record), FILENAME)
    assert f"({script}, {INFO}/INSTALLER)" in bench.err.getvalue()


def test_a_wrong_record_of_our_own_build_is_that_of_the_project(bench: Workbench) -> None:
    kind = next(kind for kind in WITH_PROBLEMS if kind.rule is Rule.NOT_RECORDED)
    wheel = verify_wheel_bytes(kind.content(), kind.filename, Hashes())
    bench.install(WheelToInstall(wheel, is_built=True))
    assert "the RECORD that the project's build wrote does not match" in bench.err.getvalue()


@pytest.mark.parametrize("kind", ACCEPTED, ids=str)
def test_an_unusual_wheel_is_installed_completely(kind: Kind, bench: Workbench) -> None:
    (installed,) = bench.install_bytes(kind.content(), kind.filename)
    assert_complete(installed.metadata_directory, bench)
    assert (installed.metadata_directory / "INSTALLER").read_text() == "get-installer\n"


def assert_complete(metadata: Path, bench: Workbench) -> None:
    """Check that RECORD lists exactly what is installed, with hashes and sizes."""
    recorded = _recorded(metadata)
    files = {path for path in bench.prefix.rglob("*") if path.is_file()}
    assert set(recorded) == files
    for path, (digest, size) in recorded.items():
        content = path.read_bytes()
        if path.name == "RECORD":
            assert (digest, size) == ("", "")
            continue
        assert size == str(len(content))
        algorithm, _, value = digest.partition("=")
        found = urlsafe_b64encode(hashlib.new(algorithm, content).digest()).rstrip(b"=")
        assert value == found.decode()
    assert bench.leftovers == []


def _recorded(metadata: Path) -> dict[Path, tuple[str, str]]:
    with (metadata / "RECORD").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.reader(stream))
    return {(metadata.parent / path).resolve(): (digest, size) for path, digest, size in rows}


_listeners: list[list[str]] = []


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if not _listeners:
        return
    if event == "open" and (isinstance(arguments[0], int) or not _is_writing(arguments[2])):
        return  # opened already, or for reading
    if event == "open" or event in _WRITES:
        _listeners[-1].append(str(arguments[0]))


def _is_writing(flags: object) -> bool:
    nameless = getattr(os, "O_TMPFILE", -1)  # a file that no directory ever contains
    return isinstance(flags, int) and bool(flags & 3) and flags & nameless != nameless


sys.addaudithook(_hook)


@contextmanager
def _writes() -> Iterator[list[str]]:
    """Note every path that Python opens for writing, makes or renames."""
    written: list[str] = []
    _listeners.append(written)
    try:
        yield written
    finally:
        _listeners.pop()
