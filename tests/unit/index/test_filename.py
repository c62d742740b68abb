"""Parsing file names of wheels, source distributions and installers."""

from __future__ import annotations

import pytest

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap._vendor.packaging.version import Version
from bootstrap.index.filename import FileFormat, parse_filename


@pytest.mark.parametrize(
    ("filename", "project", "version"),
    [
        ("demo-1.0-py3-none-any.whl", "demo", "1.0"),
        ("Demo_Thing-1.0-2a-py3-none-any.whl", "demo-thing", "1.0"),
        ("demo-1!2.0.post1+local.1-cp311-cp311-win_amd64.whl", "demo", "1!2.0.post1+local.1"),
        ("demo_thing-1.0.tar.gz", "demo-thing", "1.0"),
        ("demo-thing-1.0-1.zip", "demo-thing", "1.0.post1"),
        ("demo.thing-1.0.tar.bz2", "demo-thing", "1.0"),
        ("demo-1.0.egg", "demo", "1.0"),
    ],
)
def test_the_version_is_found_after_the_name(filename: str, project: str, version: str) -> None:
    parsed = parse_filename(filename, NormalizedName(project))
    assert parsed is not None
    assert parsed.version == Version(version)


@pytest.mark.parametrize(
    "filename",
    [
        "demo_other-1.0-py3-none-any.whl",
        "demo-other-1.0.tar.gz",
        "demo.tar.gz",
        "demo-1.0.txt",
        "demo-1.0-py3-none-any.whl.metadata",
        "",
    ],
)
def test_a_file_of_another_project_is_not_parsed(filename: str) -> None:
    parsed = parse_filename(filename, NormalizedName("demo"))
    assert parsed is None or parsed.version is None


@pytest.mark.parametrize(
    "filename",
    [
        "demo-1.0-any.whl",
        "demo-abc-py3-none-any.whl",
        "demo-1.0-x1-py3-none-any.whl",
        "demo-1.0-1-2-py3-none-any.whl",
        "demo-one.zip",
    ],
)
def test_a_malformed_name_has_no_version(filename: str) -> None:
    parsed = parse_filename(filename, NormalizedName("demo"))
    assert parsed is not None
    assert parsed.version is None


def test_the_build_and_tags_of_a_wheel_are_kept() -> None:
    parsed = parse_filename("demo-1.0-12abc-cp38.cp39-abi3-win32.whl", NormalizedName("demo"))
    assert parsed is not None
    assert (parsed.format, parsed.build, parsed.tag) == (
        FileFormat.WHEEL,
        (12, "abc"),
        "cp38.cp39-abi3-win32",
    )
