"""METADATA is read by the strict reader, which refuses files that are not wheels."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from bootstrap.install.wheel.wheel import read_metadata
from bootstrap.install.wheel_rules import WheelRefusedError
from tests.servers import make_wheel


def test_metadata_is_read_from_the_dist_info(tmp_path: Path) -> None:
    with make_wheel(tmp_path, "demo", "1.0").open("rb") as stream:
        assert b"Name: demo" in read_metadata(stream, "demo-1.0-py3-none-any.whl")


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ([], "it has no METADATA file"),
        (["x/demo-1.0.dist-info/METADATA"], "it has no METADATA file"),
        (
            ["a-1.dist-info/METADATA", "b-1.dist-info/METADATA"],
            "it has more than one .dist-info directory",
        ),
    ],
)
def test_a_wheel_without_exactly_one_metadata_is_refused(members: list[str], why: str) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for each in members:
            archive.writestr(each, "Name: demo\n")
    with pytest.raises(WheelRefusedError, match=why):
        read_metadata(stream, "demo-1.0-py3-none-any.whl")


@pytest.mark.parametrize("cut", [0, 1, 100, 500])
def test_a_truncated_wheel_is_refused(tmp_path: Path, cut: int) -> None:
    content = make_wheel(tmp_path, "demo", "1.0").read_bytes()[:cut]
    with pytest.raises(WheelRefusedError):
        read_metadata(io.BytesIO(content), "demo-1.0-py3-none-any.whl")
