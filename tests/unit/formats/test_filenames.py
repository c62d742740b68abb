"""File names of distributions are measured before they are parsed."""

from __future__ import annotations

import time

import pytest

from bootstrap.formats.filenames import parse_sdist_filename, parse_tags, parse_wheel_filename

MANY = ".".join("a" for _ in range(40))


@pytest.mark.parametrize(
    "name",
    [
        f"a-1-{MANY}-{MANY}-{MANY}.whl",
        f"a-1-{'.'.join(['a'] * 170)}-{'.'.join(['b'] * 170)}-{'.'.join(['c'] * 170)}.whl",
        f"a-{'1' * 5000}-py3-none-any.whl",
        f"a-1-{'1' * 5000}-py3-none-any.whl",
        "a-" * 300_000 + ".whl",
    ],
)
def test_a_wheel_name_that_exceeds_a_limit_is_invalid_at_once(name: str) -> None:
    start = time.monotonic()
    with pytest.raises(ValueError, match="which is the limit"):
        parse_wheel_filename(name)
    assert time.monotonic() - start < 1


@pytest.mark.parametrize(
    "name",
    [
        "opencv_python-4.10.0.84-cp37-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "a-1-1x-cp27.cp36.cp37-none-macosx_10_9_intel.macosx_10_9_x86_64.macosx_11_0_arm64.whl",
    ],
)
def test_wheel_names_in_use_are_parsed(name: str) -> None:
    assert parse_wheel_filename(name)[3]


def test_tags_that_stand_for_very_many_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 1,000 tags"):
        parse_tags(f"{MANY}-{MANY}-{MANY}")
    assert len(parse_tags("py2.py3-none-any")) == 2


def test_a_long_name_of_a_source_distribution_is_invalid() -> None:
    with pytest.raises(ValueError, match="more than 255 characters"):
        parse_sdist_filename("a-" * 300_000 + "1.tar.gz")
    assert str(parse_sdist_filename("a-1.tar.gz")[1]) == "1"
