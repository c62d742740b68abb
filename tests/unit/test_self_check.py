from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bootstrap import __version__, self_check
from bootstrap._vendor.packaging.utils import NormalizedName, canonicalize_name
from bootstrap._vendor.packaging.version import Version
from bootstrap.self_check import RunningCopy, running_copy, upgrade_message
from bootstrap.ui import Ui


def seen(**versions: str) -> Mapping[NormalizedName, Version]:
    return {canonicalize_name(name): Version(text) for name, text in versions.items()}


def message(
    versions: Mapping[NormalizedName, Version], *, installer: str = "", bundled: str = "26.3"
) -> str:
    return upgrade_message(versions, RunningCopy(Version("1.0"), installer), Version(bundled)) or ""


def test_the_message_of_a_newer_get_installer_names_both_versions() -> None:
    assert message(seen(get_installer="1.1")).startswith(
        "get-installer 1.1 is available, and this is 1.0."
    )


@pytest.mark.parametrize("newest", ["1.0", "0.9"])
def test_there_is_no_message_if_this_is_the_newest(newest: str) -> None:
    assert message(seen(get_installer=newest, pip="26.3")) == ""


@pytest.mark.parametrize(
    ("bundled", "newest", "is_older"),
    [("25.3", "26.3", True), ("26.0", "26.3", False), ("25.3.1", "26.2.9", False)],
)
def test_a_bundled_pip_is_much_older_after_a_year(
    bundled: str, newest: str, is_older: bool
) -> None:
    assert bool(message(seen(pip=newest), bundled=bundled)) is is_older


@pytest.mark.parametrize(
    ("installer", "hint"),
    [
        ("", "Download it again from where you got it."),
        ("pip", "python -m pip install --upgrade get-installer"),
        ("get-installer", "get-installer --installer none --upgrade get-installer"),
        ("debian", "installed by debian: upgrade it with that"),
        ("rpm", "installed by rpm: upgrade it with that"),
    ],
)
def test_the_upgrade_command_is_that_of_the_installer(installer: str, hint: str) -> None:
    assert hint in message(seen(get_installer="2"), installer=installer)


def test_a_checkout_that_nobody_installed_has_no_installer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert running_copy() == RunningCopy(Version(__version__))


@pytest.mark.parametrize(("verbosity", "shown"), [(0, ""), (2, "The self check failed: ")])
def test_its_own_failure_is_shown_in_very_verbose_runs_only(
    monkeypatch: pytest.MonkeyPatch, verbosity: int, shown: str
) -> None:
    def fails() -> RunningCopy:
        raise FileNotFoundError("the old installation is gone")

    monkeypatch.setattr(self_check, "running_copy", fails)
    out, err = io.StringIO(), io.StringIO()
    self_check.check(seen(pip="99.0"), Ui(out, err, verbosity))
    assert out.getvalue().startswith(shown)
    assert bool(out.getvalue()) is bool(shown)
    assert err.getvalue() == ""
