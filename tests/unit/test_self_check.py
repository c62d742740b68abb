from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bootstrap import __version__, self_check
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import Version
from bootstrap.self_check import Copy, remark, running_copy
from bootstrap.ui import Ui


def seen(**versions: str) -> Mapping[NormalizedName, Version]:
    return {canonicalize_name(name): Version(text) for name, text in versions.items()}


def said(
    versions: Mapping[NormalizedName, Version], *, installer: str = "", bundled: str = "26.3"
) -> str:
    return remark(versions, Copy(Version("1.0"), installer), Version(bundled)) or ""


def test_a_newer_get_installer_is_told_with_both_versions() -> None:
    assert said(seen(get_installer="1.1")).startswith("get-installer 1.1 is out, and this is 1.0.")


@pytest.mark.parametrize("newest", ["1.0", "0.9"])
def test_nothing_is_said_where_we_are_the_newest(newest: str) -> None:
    assert said(seen(get_installer=newest, pip="26.3")) == ""


@pytest.mark.parametrize(
    ("bundled", "newest", "much"),
    [("25.3", "26.3", True), ("26.0", "26.3", False), ("25.3.1", "26.2.9", False)],
)
def test_a_bundled_pip_is_much_older_after_a_year(bundled: str, newest: str, much: bool) -> None:
    assert bool(said(seen(pip=newest), bundled=bundled)) is much


@pytest.mark.parametrize(
    ("installer", "way"),
    [
        ("", "where you had it from"),
        ("pip", "python -m pip install --upgrade get-installer"),
        ("get-installer", "get-installer --installer none --upgrade get-installer"),
        ("debian", "installed by debian: upgrade it by that"),
        ("rpm", "installed by rpm: upgrade it by that"),
    ],
)
def test_the_way_of_upgrading_is_that_of_who_installed_it(installer: str, way: str) -> None:
    assert way in said(seen(get_installer="2"), installer=installer)


def test_a_checkout_that_nobody_installed_has_no_installer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert running_copy() == Copy(Version(__version__))


@pytest.mark.parametrize(("verbosity", "told"), [(0, ""), (2, "The self check failed: ")])
def test_its_own_failure_is_a_matter_for_very_verbose_runs(
    monkeypatch: pytest.MonkeyPatch, verbosity: int, told: str
) -> None:
    def fails() -> Copy:
        raise FileNotFoundError("the old installation is gone")

    monkeypatch.setattr(self_check, "running_copy", fails)
    out, err = io.StringIO(), io.StringIO()
    self_check.check(seen(pip="99.0"), Ui(out, err, verbosity))
    assert out.getvalue().startswith(told)
    assert bool(out.getvalue()) is bool(told)
    assert err.getvalue() == ""
