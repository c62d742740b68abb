"""Damaged archives: whatever is done to the bytes, they are refused in words or read rightly."""

from __future__ import annotations

import io
import zipfile

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bootstrap.install.strict_zip.reader import open_archive
from bootstrap.install.wheel_rules import WheelValidationError
from tests.unit.install.hostile.kind import wheel, wheel_files

_WHEEL = wheel({"pkg/module.py": b"x = 1\n" * 40})
_PLACES = st.integers(0, len(_WHEEL) - 1)
_CHANGES = st.lists(st.tuples(_PLACES, st.binary(min_size=1, max_size=4)), min_size=1, max_size=3)


def _read_strictly(content: bytes) -> dict[str, bytes] | None:
    """Return all files, or None where a rule is broken; any other error is a fault of ours."""
    try:
        archive = open_archive(io.BytesIO(content))
        return {name: b"".join(archive.chunks(each)) for name, each in archive.members.items()}
    except WheelValidationError:
        return None


@given(_CHANGES)
@settings(max_examples=400)
def test_changed_bytes_never_give_other_files_than_zipfile_sees(
    changes: list[tuple[int, bytes]],
) -> None:
    content = bytearray(_WHEEL)
    for place, data in changes:
        content[place : place + len(data)] = data
    found = _read_strictly(bytes(content))
    if found is not None:
        with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
            assert found == {name: archive.read(name) for name in archive.namelist()}


@given(_PLACES)
def test_an_archive_that_is_cut_off_is_refused(length: int) -> None:
    assert _read_strictly(_WHEEL[:length]) is None


@given(st.binary(min_size=1, max_size=30), _PLACES)
@example(b"PK\5\6", len(_WHEEL) - 22)
def test_bytes_put_in_anywhere_are_refused_or_change_nothing(data: bytes, place: int) -> None:
    found = _read_strictly(_WHEEL[:place] + data + _WHEEL[place:])
    assert found is None or found == _read_strictly(_WHEEL)


def test_what_zipfile_writes_is_read() -> None:
    files = wheel_files()
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", method) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        assert _read_strictly(stream.getvalue()) == files


def test_what_zipfile_writes_to_a_pipe_or_with_large_sizes_is_read() -> None:
    class Pipe(io.BytesIO):
        """zipfile writes data descriptors where it cannot seek."""

        def seekable(self) -> bool:
            return False

    for stream in (Pipe(), io.BytesIO()):
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in wheel_files().items():
                with archive.open(name, "w", force_zip64=True) as member:
                    member.write(data)
        assert _read_strictly(stream.getvalue()) == wheel_files()
