from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bootstrap.pep517 import unpack as unpack_module
from bootstrap.pep517.archive import ArchiveError, DamagedArchiveError, Limits
from bootstrap.pep517.unpack import unpack_sdist

TOP = "demo-1.0"


def entry(
    name: str, kind: bytes = tarfile.REGTYPE, *, link: str = "", mode: int = 0o644, size: int = 0
) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode, info.size = kind, link, mode, size
    info.mtime = 1_600_000_000
    return info


def a_tar(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    """Write members as they are, without the care that tarfile takes with real files."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for info, content in members:
            info.size = info.size or len(content)
            tar.addfile(info, io.BytesIO(content))
    path.write_bytes(gzip.compress(raw.getvalue()))
    return path


def a_zip(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def a_zip_link(name: str, mode: int = stat.S_IFLNK | 0o777) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


@pytest.fixture(params=["both filters", "our own filter only"])
def any_python(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unpack once as Pythons with PEP 706's filter do, and once as those without it."""
    if request.param == "our own filter only":
        monkeypatch.setattr(unpack_module, "_data_filter", None)


@pytest.fixture
def refused(tmp_path: Path) -> Callable[..., str]:
    """Unpack an archive that has to be refused, see that nothing is left, return the message."""

    def check(path: Path, filename: str = "demo-1.0.tar.gz", limits: Limits | None = None) -> str:
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(ArchiveError) as caught:
            unpack_sdist(path, filename, tmp_path / "into", limits)
        assert filename in str(caught.value)
        assert sorted(tmp_path.rglob("*")) == before
        return str(caught.value)

    return check


PKG_INFO = (entry(f"{TOP}/PKG-INFO"), b"Name: demo\n")


class TestAGoodSdist:
    def test_is_unpacked_with_its_modes_and_times(self, tmp_path: Path) -> None:
        archive = a_tar(
            tmp_path / "a",
            (entry(TOP, tarfile.DIRTYPE), b""),
            PKG_INFO,
            (entry(f"./{TOP}/configure", mode=0o4777), b"#!/bin/sh\n"),
        )
        root = unpack_sdist(archive, "demo-1.0.tar.gz", tmp_path / "into")
        assert root == tmp_path / "into" / TOP
        assert (root / "PKG-INFO").read_bytes() == b"Name: demo\n"
        assert (root / "PKG-INFO").stat().st_mtime == 1_600_000_000
        assert stat.S_IMODE((root / "configure").stat().st_mode) == 0o755
        assert stat.S_IMODE((root / "PKG-INFO").stat().st_mode) == 0o644

    @pytest.mark.parametrize(
        ("filename", "compress"),
        [
            ("demo-1.0.tar.gz", gzip.compress),
            ("demo-1.0.tgz", gzip.compress),
            ("demo-1.0.tar.bz2", bz2.compress),
            ("demo-1.0.tar.xz", lzma.compress),
            ("demo-1.0.tar.lzma", partial(lzma.compress, format=lzma.FORMAT_ALONE)),
            ("demo-1.0.tlz", partial(lzma.compress, format=lzma.FORMAT_ALONE)),
            ("demo-1.0.tar", bytes),
            ("archive/refs/heads/main", gzip.compress),
        ],
    )
    def test_may_be_compressed_in_any_usual_way(
        self, tmp_path: Path, filename: str, compress: Callable[[bytes], bytes]
    ) -> None:
        plain = gzip.decompress(a_tar(tmp_path / "a", PKG_INFO).read_bytes())
        (tmp_path / "b").write_bytes(compress(plain))
        assert (unpack_sdist(tmp_path / "b", filename, tmp_path / "into") / "PKG-INFO").is_file()

    def test_may_be_a_zip(self, tmp_path: Path) -> None:
        script = a_zip_link(f"{TOP}/run", stat.S_IFREG | 0o755)
        archive = a_zip(tmp_path / "a", (f"{TOP}/PKG-INFO", b"x"), (script, b"#!"))
        root = unpack_sdist(archive, "demo-1.0.zip", tmp_path / "into")
        assert (root / "PKG-INFO").read_bytes() == b"x"
        assert os.access(root / "run", os.X_OK)

    def test_keeps_links_that_stay_inside(self, tmp_path: Path) -> None:
        archive = a_tar(
            tmp_path / "a",
            (entry(f"{TOP}/docs/README", tarfile.SYMTYPE, link="../README"), b""),
            (entry(f"{TOP}/README"), b"text"),
            (entry(f"{TOP}/COPY", tarfile.LNKTYPE, link=f"{TOP}/README"), b""),
        )
        root = unpack_sdist(archive, "demo-1.0.tar.gz", tmp_path / "into")
        assert (root / "docs/README").is_symlink()
        assert (root / "docs/README").read_bytes() == b"text"
        (root / "README").write_bytes(b"changed")
        assert (root / "COPY").read_bytes() == b"text", "a hard link is unpacked as a copy"

    def test_has_files_where_no_links_may_be_created(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise OSError(0, "A required privilege is not held by the client")

        monkeypatch.setattr(os, "symlink", refuse)
        links = [
            ("a", "b"),
            ("b", "docs/c"),
            ("docs/c", "../README"),
            ("loop", "loop"),
            ("no", "x"),
        ]
        members = [(entry(f"{TOP}/{a}", tarfile.SYMTYPE, link=b), b"") for a, b in links]
        archive = a_tar(tmp_path / "a", *members, (entry(f"{TOP}/README"), b"text"))
        root = unpack_sdist(archive, "demo-1.0.tar.gz", tmp_path / "into")
        found = {path.name: path.read_bytes() for path in root.rglob("*") if path.is_file()}
        assert found == dict.fromkeys(("README", "a", "b", "c"), b"text")

    def test_keeps_a_zip_s_links(self, tmp_path: Path) -> None:
        archive = a_zip(tmp_path / "a", (f"{TOP}/A", b"x"), (a_zip_link(f"{TOP}/B"), b"A"))
        root = unpack_sdist(archive, "main.zip", tmp_path / "into")
        assert (root / "B").readlink() == Path("A")

    def test_with_a_file_twice_has_the_later_one(self, tmp_path: Path) -> None:
        name = f"{TOP}/setup.py"
        archive = a_tar(tmp_path / "a", (entry(name), b"old"), (entry(name), b"new"))
        root = unpack_sdist(archive, "demo-1.0.tar.gz", tmp_path / "into")
        assert (root / "setup.py").read_bytes() == b"new"


FLAT = ("setup.py", "PKG-INFO", "hexdump.py", "data/hexfile.bin")
_PIP = "import sys; from pip._internal.utils.unpacking import unpack_file as u; u(*sys.argv[1:])"


def with_pip(archive: Path, into: Path) -> Path:
    """Unpack with the real pip."""
    subprocess.run([sys.executable, "-c", _PIP, archive, into], check=True)
    return into


def files_in(root: Path) -> dict[str, bytes]:
    found = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


class TestAnOldSdist:
    @pytest.mark.parametrize(
        "names",
        [
            FLAT,
            tuple(f"./{name}" for name in FLAT),
            ("setup.py", "pkg/__init__.py", "pkg2/__init__.py"),
            tuple(f"{TOP}/{name}" for name in FLAT),
        ],
        ids=["flat", "flat, with ./", "two directories", "usual"],
    )
    @pytest.mark.parametrize("filename", ["hexdump-3.3.zip", "hexdump-3.3.tar.gz"])
    def test_is_read_as_by_pip_also_without_a_top_level_directory(
        self, tmp_path: Path, filename: str, names: tuple[str, ...]
    ) -> None:
        archive = tmp_path / filename
        if archive.suffix == ".zip":
            a_zip(archive, *((name, name.encode()) for name in names))
        else:
            a_tar(archive, *((entry(name), name.encode()) for name in names))
        found = files_in(unpack_sdist(archive, filename, tmp_path / "into"))
        assert found == files_in(with_pip(archive, tmp_path / "pip's"))
        assert "setup.py" in found

    def test_as_a_zip_of_windows_with_backslashes_is_read_with_its_directories(
        self, tmp_path: Path
    ) -> None:
        names = (f"{TOP}\\setup.py", f"{TOP}\\pkg\\__init__.py", f"{TOP}\\docs\\")
        archive = a_zip(tmp_path / "a", *((name, b"") for name in names))
        root = unpack_sdist(archive, "demo-1.0.zip", tmp_path / "into")
        assert root.name == TOP
        assert (root / "docs").is_dir()
        assert files_in(root) == {"setup.py": b"", "pkg/__init__.py": b""}

    def test_without_any_file_is_refused(self, tmp_path: Path, refused: Callable[..., str]) -> None:
        assert "contains no files" in refused(a_zip(tmp_path / "a"), "demo-1.0.zip")

    def test_compressed_by_lzip_is_named_as_not_supported(
        self, tmp_path: Path, refused: Callable[..., str]
    ) -> None:
        (tmp_path / "a").write_bytes(b"LZIP\x01\x0c" + bytes(100))
        message = refused(tmp_path / "a", "demo-1.0.tar.lz")
        assert "is compressed by lzip, which is not supported" in message


HOSTILE: dict[str, tuple[list[tuple[tarfile.TarInfo, bytes]], str]] = {
    "traversal": ([(entry(f"{TOP}/../../evil"), b"x")], "a path with '..'"),
    "traversal that comes back": ([(entry(f"{TOP}/a/../b"), b"x")], "a path with '..'"),
    "absolute": ([(entry("/tmp/evil"), b"x")], "is absolute"),
    "drive": ([(entry("C:evil"), b"x")], "has a drive letter"),
    "backslash": ([(entry(f"{TOP}\\..\\evil"), b"x")], "contains a backslash"),
    "link out": (
        [(entry(f"{TOP}/l", tarfile.SYMTYPE, link="../../evil"), b"")],
        "a symbolic link to '../../evil', which leads outside",
    ),
    "absolute link": (
        [(entry(f"{TOP}/l", tarfile.SYMTYPE, link="/etc"), b"")],
        "a symbolic link to '/etc', which is absolute",
    ),
    "link out through links": (
        [
            (entry(f"{TOP}/a/b/c", tarfile.DIRTYPE), b""),
            (entry(f"{TOP}/l", tarfile.SYMTYPE, link="a/b/c"), b""),
            (entry(f"{TOP}/x/y/z/deep", tarfile.SYMTYPE, link="../../../l/../../../../evil"), b""),
        ],
        "leads outside",
    ),
    "written through a link": (
        [
            (entry(f"{TOP}/l", tarfile.SYMTYPE, link="."), b""),
            (entry(f"{TOP}/l/evil"), b"x"),
        ],
        f"would be written through '{TOP}/l', a symbolic link",
    ),
    "written below a file": (
        [(entry(f"{TOP}/f"), b"x"), (entry(f"{TOP}/f/g"), b"x")],
        f"would be written through '{TOP}/f', a file",
    ),
    "a link in place of a file": (
        [(entry(f"{TOP}/f"), b"x"), (entry(f"{TOP}/f", tarfile.SYMTYPE, link="g"), b"")],
        "twice: as a file and as a symbolic link",
    ),
    "a link twice": (
        [
            (entry(f"{TOP}/l", tarfile.SYMTYPE, link="a"), b""),
            (entry(f"{TOP}/l", tarfile.SYMTYPE, link="b"), b""),
        ],
        "twice: as a symbolic link and as a symbolic link",
    ),
    "a file in place of a directory": (
        [(entry(f"{TOP}/d", tarfile.DIRTYPE), b""), (entry(f"{TOP}/d"), b"x")],
        "twice: as a directory and as a file",
    ),
    "hard link out": (
        [(entry(f"{TOP}/h", tarfile.LNKTYPE, link="../etc/passwd"), b"")],
        "a hard link to '../etc/passwd', which leads outside",
    ),
    "absolute hard link": (
        [(entry(f"{TOP}/h", tarfile.LNKTYPE, link="/etc/passwd"), b"")],
        "a hard link to '/etc/passwd', which is absolute",
    ),
    "hard link to a link": (
        [
            (entry(f"{TOP}/l", tarfile.SYMTYPE, link="x"), b""),
            (entry(f"{TOP}/h", tarfile.LNKTYPE, link=f"{TOP}/l"), b""),
        ],
        "which is not a file before it",
    ),
    "character device": ([(entry(f"{TOP}/d", tarfile.CHRTYPE), b"")], "a device"),
    "block device": ([(entry(f"{TOP}/d", tarfile.BLKTYPE), b"")], "a device"),
    "fifo": ([(entry(f"{TOP}/d", tarfile.FIFOTYPE), b"")], "a device or another special file"),
}


@pytest.mark.usefixtures("any_python")
class TestAHostileTar:
    @pytest.mark.parametrize("kind", HOSTILE)
    def test_is_refused_with_its_own_message_and_leaves_nothing(
        self, tmp_path: Path, refused: Callable[..., str], kind: str
    ) -> None:
        members, expected = HOSTILE[kind]
        assert expected in refused(a_tar(tmp_path / "a", PKG_INFO, *members))

    def test_whose_links_lead_outside_through_others_is_refused(
        self, tmp_path: Path, refused: Callable[..., str]
    ) -> None:
        archive = a_tar(
            tmp_path / "a",
            (entry(f"{TOP}/a/b/c", tarfile.DIRTYPE), b""),
            (entry(f"{TOP}/up", tarfile.SYMTYPE, link="a"), b""),
            (entry(f"{TOP}/x/y/z", tarfile.DIRTYPE), b""),
            (entry(f"{TOP}/x/y/z/out", tarfile.SYMTYPE, link="../../../up/../../../evil"), b""),
        )
        # By its text that is demo-1.0/../evil; through `up` it is one level higher.
        assert "leads outside" in refused(archive)


def test_a_link_that_leads_outside_through_another_is_refused(
    tmp_path: Path, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpack_module, "_data_filter", None)
    archive = a_tar(
        tmp_path / "a",
        (entry(f"{TOP}/a/b/c", tarfile.DIRTYPE), b""),
        (entry(f"{TOP}/a/b/c/up", tarfile.SYMTYPE, link="../../.."), b""),
        (entry(f"{TOP}/out", tarfile.SYMTYPE, link="a/b/c/up/../../evil"), b""),
    )
    # By its text demo-1.0/a/b/evil; but a/b/c/up is demo-1.0, and then `..` comes twice.
    assert "leads outside through other links" in refused(archive)


class TestABomb:
    def test_of_zeros_is_refused(self, tmp_path: Path, refused: Callable[..., str]) -> None:
        archive = a_tar(tmp_path / "a", (entry(f"{TOP}/zeros"), bytes(4 << 20)))
        assert "more than 1 MiB" in refused(archive, limits=Limits(size=1 << 20))

    def test_of_many_members_is_refused(self, tmp_path: Path, refused: Callable[..., str]) -> None:
        archive = a_tar(tmp_path / "a", *[(entry(f"{TOP}/{n}"), b"") for n in range(20)])
        message = refused(archive, limits=Limits(size=1 << 20, members=10))
        assert "more than 10 members" in message

    def test_in_a_tar_header_is_refused(self, tmp_path: Path, refused: Callable[..., str]) -> None:
        header = entry("pax", tarfile.XHDTYPE, size=1 << 40).tobuf(tarfile.GNU_FORMAT)
        (tmp_path / "a").write_bytes(gzip.compress(header + bytes(1024)))
        assert "an excessive size" in refused(tmp_path / "a")

    def test_of_hard_links_is_refused(self, tmp_path: Path, refused: Callable[..., str]) -> None:
        links = [(entry(f"{TOP}/{n}", tarfile.LNKTYPE, link=f"{TOP}/f"), b"") for n in range(10)]
        archive = a_tar(tmp_path / "a", (entry(f"{TOP}/f"), bytes(1 << 18)), *links)
        assert "more than 1 MiB" in refused(archive, limits=Limits(size=1 << 20))

    def test_in_a_zip_is_refused(self, tmp_path: Path, refused: Callable[..., str]) -> None:
        archive = a_zip(tmp_path / "a", (f"{TOP}/zeros", bytes(4 << 20)))
        message = refused(archive, "demo-1.0.zip", limits=Limits(size=1 << 20))
        assert "more than 1 MiB" in message

    def test_is_what_unpacks_to_hundreds_of_times_its_size(self, tmp_path: Path) -> None:
        (tmp_path / "small").write_bytes(b"x" * 1000)
        assert Limits.for_file(tmp_path / "small").size == 256 << 20


class TestAHostileZip:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("../evil", "a path with '..'"),
            ("/evil", "is absolute"),
            ("C:\\evil", "has a drive letter"),
            (f"{TOP}\\..\\evil", "a path with '..'"),
            (f"{TOP}\\..\\..\\evil", "a path with '..'"),
            ("\\evil", "is absolute"),
            ("\\\\server\\share\\evil", "is absolute"),
            ("..\\evil", "a path with '..'"),
        ],
    )
    def test_that_leads_outside_is_refused(
        self, tmp_path: Path, refused: Callable[..., str], name: str, expected: str
    ) -> None:
        archive = a_zip(tmp_path / "a", (f"{TOP}/f", b"x"), (name, b"x"))
        assert expected in refused(archive, "demo-1.0.zip")

    def test_whose_names_are_one_file_or_two_is_refused(
        self, tmp_path: Path, refused: Callable[..., str]
    ) -> None:
        archive = a_zip(tmp_path / "a", (f"{TOP}/a/b", b"x"), (f"{TOP}/a\\b", b"y"))
        assert "one file or two, depending on the system" in refused(archive, "demo-1.0.zip")

    def test_with_a_link_to_a_backslash_is_refused(
        self, tmp_path: Path, refused: Callable[..., str]
    ) -> None:
        archive = a_zip(tmp_path / "a", (a_zip_link(f"{TOP}/l"), b"..\\..\\etc"))
        assert "contains a backslash" in refused(archive, "demo-1.0.zip")

    def test_with_a_link_out_is_refused(self, tmp_path: Path, refused: Callable[..., str]) -> None:
        archive = a_zip(tmp_path / "a", (a_zip_link(f"{TOP}/l"), b"../../etc"))
        assert "'../../etc', which leads outside" in refused(archive, "demo-1.0.zip")

    def test_with_a_device_is_refused(self, tmp_path: Path, refused: Callable[..., str]) -> None:
        archive = a_zip(tmp_path / "a", (a_zip_link(f"{TOP}/d", stat.S_IFCHR | 0o600), b""))
        assert "a device" in refused(archive, "demo-1.0.zip")

    def test_compressed_in_an_unusual_way_is_refused(
        self, tmp_path: Path, refused: Callable[..., str]
    ) -> None:
        with zipfile.ZipFile(tmp_path / "a", "w", zipfile.ZIP_LZMA) as archive:
            archive.writestr(f"{TOP}/f", b"x")
        assert "compressed by method 14" in refused(tmp_path / "a", "demo-1.0.zip")

    def test_that_is_encrypted_is_refused(
        self, tmp_path: Path, refused: Callable[..., str]
    ) -> None:
        content = bytearray(a_zip(tmp_path / "a", (f"{TOP}/f", b"x")).read_bytes())
        content[content.index(b"PK\1\2") + 8] |= 1
        (tmp_path / "a").write_bytes(content)
        assert "encrypted" in refused(tmp_path / "a", "demo-1.0.zip")


class TestAFalselyNamedArchive:
    def test_a_zip_named_tar_gz_is_refused(
        self, tmp_path: Path, refused: Callable[..., str]
    ) -> None:
        archive = a_zip(tmp_path / "a", (f"{TOP}/f", b"x"))
        message = refused(archive, "demo-1.0.tar.gz")
        assert "is named as a tar.gz archive, but is a zip archive" in message

    def test_a_tar_gz_named_zip_is_refused(
        self, tmp_path: Path, refused: Callable[..., str]
    ) -> None:
        archive = a_tar(tmp_path / "a", PKG_INFO)
        assert "but is a tar.gz archive" in refused(archive, "demo-1.0.zip")

    def test_what_is_not_an_archive_is_refused(
        self, tmp_path: Path, refused: Callable[..., str]
    ) -> None:
        (tmp_path / "a").write_bytes(b"<html>")
        assert "neither a tar nor a zip archive" in refused(tmp_path / "a")


class TestADamagedArchive:
    @pytest.mark.parametrize("keep", [20, 100, -1, -9])
    def test_that_is_truncated_is_refused(
        self, tmp_path: Path, refused: Callable[..., str], keep: int
    ) -> None:
        content = a_tar(tmp_path / "a", PKG_INFO, (entry(f"{TOP}/f"), os.urandom(5000)))
        content.write_bytes(content.read_bytes()[:keep])
        assert "is damaged" in refused(content)

    def test_with_an_invalid_header_in_the_middle_is_refused(
        self, tmp_path: Path, refused: Callable[..., str]
    ) -> None:
        archive = a_tar(tmp_path / "a", PKG_INFO, (entry(f"{TOP}/f"), b"x"))
        plain = bytearray(gzip.decompress(archive.read_bytes()))
        plain[1024] ^= 1  # the second member's name, so that its checksum fails
        archive.write_bytes(gzip.compress(bytes(plain)))
        assert "invalid data after its last member" in refused(archive)

    def test_that_is_empty_is_refused(self, tmp_path: Path, refused: Callable[..., str]) -> None:
        (tmp_path / "a").write_bytes(gzip.compress(b""))
        assert "is damaged" in refused(tmp_path / "a")

    def test_with_a_wrong_checksum_is_refused(
        self, tmp_path: Path, refused: Callable[..., str]
    ) -> None:
        archive = a_zip(tmp_path / "a", (zipfile.ZipInfo(f"{TOP}/f"), b"abcdefgh"))
        archive.write_bytes(archive.read_bytes().replace(b"abcdefgh", b"abcdefgX"))
        assert "is damaged" in refused(archive, "demo-1.0.zip")

    def test_with_a_name_that_begins_with_a_nul_is_refused(
        self, tmp_path: Path, refused: Callable[..., str]
    ) -> None:
        archive = a_zip(tmp_path / "a", (zipfile.ZipInfo(f"{TOP}/f"), b"x"))
        name = f"{TOP}/f".encode()
        archive.write_bytes(archive.read_bytes().replace(name, b"\0" + name[1:]))
        assert "NUL" in refused(archive, "demo-1.0.zip")

    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_with_any_byte_changed_is_unpacked_inside_or_refused(
        self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
    ) -> None:
        directory = tmp_path_factory.mktemp("fuzz")
        if data.draw(st.booleans()):
            archive, name = (
                a_zip(directory / "a", (f"{TOP}/f", b"x"), (f"{TOP}/g/h", b"y")),
                "d.zip",
            )
            content = bytearray(archive.read_bytes())
        else:
            members = [PKG_INFO, (entry(f"{TOP}/l", tarfile.SYMTYPE, link="PKG-INFO"), b"")]
            archive, name = a_tar(directory / "a", *members), "d.tar"
            content = bytearray(gzip.decompress(archive.read_bytes())[:2560])
        for position in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
            content[position] = data.draw(st.integers(0, 255))
        archive.write_bytes(content)
        try:
            unpack_sdist(archive, name, directory / "into", Limits(size=1 << 20))
        except ArchiveError:
            assert not (directory / "into").exists()
        assert {path.name for path in directory.iterdir()} <= {"a", "into"}


def test_a_full_disk_or_a_forbidden_directory_is_reported(tmp_path: Path) -> None:
    archive = a_tar(tmp_path / "a", (entry(f"{TOP}/{'n' * 300}"), b"x"))
    with pytest.raises(ArchiveError, match="cannot be unpacked into"):
        unpack_sdist(archive, "demo-1.0.tar.gz", tmp_path / "into")
    assert not (tmp_path / "into").exists()


def test_an_oserror_of_a_decompressor_is_reported_as_damage(
    tmp_path: Path,
) -> None:
    content = bytearray(bz2.compress(gzip.decompress(a_tar(tmp_path / "a", PKG_INFO).read_bytes())))
    content[30] ^= 0xFF
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(DamagedArchiveError):
        unpack_sdist(tmp_path / "a", "demo-1.0.tar.bz2", tmp_path / "into")
