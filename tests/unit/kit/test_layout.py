"""The bytes of a kit."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bootstrap.install.strict_zip.reader import open_archive
from bootstrap.kit import layout
from bootstrap.kit.errors import DamagedKitError, NewerKitError, NotAKitError
from bootstrap.kit.layout import FOOTER_SIZE, FROZEN_SIZE, SHEBANG, Member
from bootstrap.kit.manifest import Manifest
from bootstrap.kit.reader import open_kit
from tests.unit.kit.kits import FILES, an_engine, write_kit


def payload_of(path: Path) -> bytes:
    with open_kit(path) as kit:
        return path.read_bytes()[len(SHEBANG) : kit.engine_at - FOOTER_SIZE]


def test_a_kit_runs_and_ends_with_the_engine_byte_for_byte(tmp_path: Path) -> None:
    kit = write_kit(tmp_path / "a kit.pyz")
    assert kit.read_bytes().endswith(an_engine())
    done = subprocess.run([sys.executable, kit], capture_output=True, text=True, check=True)
    assert done.stdout == "here I am\n"


def test_every_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    with open_kit(write_kit(tmp_path / "kit.pyz")) as kit:
        assert {name: kit.read(name, 10_000) for name in kit.members} == FILES
        assert sorted(kit.wheels) == ["a-1.0-py3-none-any.whl", "ü.whl"]


def test_the_payload_is_a_zip_file_that_strict_readers_and_pythons_own_accept(
    tmp_path: Path,
) -> None:
    payload = payload_of(write_kit(tmp_path / "kit.pyz"))
    archive = open_archive(io.BytesIO(payload))
    assert set(archive.members) == {*FILES, "manifest.txt"}
    with zipfile.ZipFile(io.BytesIO(payload)) as plain:
        assert plain.testzip() is None
        assert plain.read("wheels/ü.whl") == FILES["wheels/ü.whl"]


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = write_kit(tmp_path / "one.pyz"), write_kit(tmp_path / "other.pyz")
    assert one.read_bytes() == other.read_bytes()


def test_the_headers_of_large_and_distant_files_are_those_of_zip64() -> None:
    """Written to a sparse file, since Python's own reader then says whether they are right."""
    large = Member("large", 5 << 30, 0, "")
    members = [large, Member("behind", 3, 891568578, "")]
    file = io.BytesIO()
    header = layout.local_header(large)
    assert len(header) == 30 + 5 + 20
    pieces = [(0, header), (len(header) + large.size, layout.local_header(members[1]) + b"abc")]
    at = pieces[1][0] + len(pieces[1][1])
    pieces.append((at, b"".join(layout.central_directory(members))))
    assert list(layout.data_offsets(members)) == [len(header), at - 3]
    file = _Sparse(pieces)
    with zipfile.ZipFile(file) as archive:
        assert [info.file_size for info in archive.infolist()] == [5 << 30, 3]
        assert archive.read("behind") == b"abc"
    assert set(open_archive(_Sparse(pieces)).members) == {"large", "behind"}


def test_a_directory_of_very_many_files_is_that_of_zip64() -> None:
    members = [Member(f"{number}", 0, 0, "") for number in range(70_000)]
    content = b"".join([*map(layout.local_header, members), *layout.central_directory(members)])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert len(archive.namelist()) == 70_000


class _Sparse(io.BytesIO):
    """A file of a few pieces with zeros between them."""

    def __init__(self, pieces: list[tuple[int, bytes]]) -> None:
        super().__init__()
        self._pieces, self._at = pieces, 0
        self._size = pieces[-1][0] + len(pieces[-1][1])

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = {0: 0, 1: self._at, 2: self._size}[whence] + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        end = self._size if size is None or size < 0 else min(self._size, self._at + size)
        found = bytearray(max(0, end - self._at))
        for begin, piece in self._pieces:
            for n in range(max(begin, self._at), min(begin + len(piece), end)):
                found[n - self._at] = piece[n - begin]
        self._at = end
        return bytes(found)


def test_a_later_layout_says_which_version_reads_it(tmp_path: Path) -> None:
    path = write_kit(tmp_path / "kit.pyz")
    with open_kit(path) as kit:
        at = kit.engine_at
    content = bytearray(path.read_bytes())
    frozen = b"3.7".ljust(30, b"\0") + (2).to_bytes(2, "little")
    content[at - FROZEN_SIZE : at - 16] = frozen
    path.write_bytes(content)
    with pytest.raises(NewerKitError, match=r"^This kit needs get-installer ≥ 3\.7"):
        open_kit(path)


def test_a_plain_archive_and_any_other_file_are_not_kits(tmp_path: Path) -> None:
    engine = tmp_path / "get-installer.pyz"
    engine.write_bytes(an_engine())
    with pytest.raises(NotAKitError, match="without wheels"):
        open_kit(engine)
    (tmp_path / "text").write_text("hello")
    with pytest.raises(NotAKitError, match="does not end with"):
        open_kit(tmp_path / "text")


@pytest.mark.parametrize("kept", [25, 3000, -1, -300])
def test_a_truncated_kit_is_damaged(kept: int, tmp_path: Path) -> None:
    path = write_kit(tmp_path / "kit.pyz")
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DamagedKitError) as raised:
        open_kit(path)
    assert raised.value.hint == "Copy the kit again; nothing was changed."


def test_the_id_is_the_digest_of_the_manifest_and_does_not_depend_on_the_engine(
    tmp_path: Path,
) -> None:
    with (
        open_kit(write_kit(tmp_path / "a.pyz")) as one,
        open_kit(write_kit(tmp_path / "b.pyz", engine=an_engine("pass"))) as same,
        open_kit(write_kit(tmp_path / "c.pyz", manifest=Manifest(installer="pip"))) as other,
    ):
        assert one.id == same.id != other.id
        assert one.footer.engine_sha256 == hashlib.sha256(an_engine()).hexdigest()
