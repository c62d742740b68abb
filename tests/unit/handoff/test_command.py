"""How the command of an installer is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.environment.model import TargetEnvironment
from bootstrap.handoff.command import NoCommandError, find_command


def install(target: TargetEnvironment, name: str, *scripts: str) -> None:
    """Write the files of an installed distribution."""
    info = target.scheme.purelib / f"{name}-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    points = "".join(f"{script} = {name}:main\n" for script in scripts)
    (info / "entry_points.txt").write_text(f"[console_scripts]\n{points}")
    for script in scripts:
        (target.scheme.scripts / script).write_text("")


def command_name(target: TargetEnvironment, name: str) -> list[str]:
    return [Path(word).name for word in find_command(NormalizedName(name), target, {})]


def test_pip_is_started_as_a_module_of_the_target(target: TargetEnvironment) -> None:
    executable, *words = find_command(NormalizedName("pip"), target, {})
    assert executable == str(target.executable)
    assert words[:2] == ["-P", "-m"] if target.version_info >= (3, 11) else words[0] == "-c"
    assert "pip" in words[-1]


@pytest.mark.parametrize("name", ["uv", "pipx", "poetry", "pdm", "hatch"])
@pytest.mark.posix_only("its commands have no .exe")
def test_others_are_started_by_the_absolute_path_of_their_command(
    name: str, target: TargetEnvironment
) -> None:
    install(target, name, name, f"{name}x")
    assert find_command(NormalizedName(name), target, {}) == (str(target.scheme.scripts / name),)


@pytest.mark.posix_only("its commands have no .exe")
def test_an_installers_only_command_is_used_whatever_its_name(target: TargetEnvironment) -> None:
    install(target, "build", "pyproject-build")
    assert command_name(target, "build") == ["pyproject-build"]


def test_several_commands_of_other_names_are_an_error(target: TargetEnvironment) -> None:
    install(target, "tools", "one", "two")
    with pytest.raises(NoCommandError, match="its commands are one, two") as caught:
        command_name(target, "tools")
    assert caught.value.commands == ("one", "two")


def test_an_installer_without_commands_is_an_error(target: TargetEnvironment) -> None:
    install(target, "library")
    with pytest.raises(NoCommandError, match="it has no commands") as caught:
        command_name(target, "library")
    assert caught.value.expected == target.scheme.scripts / "library"


@pytest.mark.parametrize("text", ["no section = 1\n", "[console_scripts]\na = :\n", "[a]\n[a]\n"])
@pytest.mark.posix_only("its commands have no .exe")
def test_a_damaged_entry_points_file_declares_no_commands(
    target: TargetEnvironment, text: str
) -> None:
    install(target, "broken")
    (target.scheme.purelib / "broken-1.dist-info" / "entry_points.txt").write_text(text)
    with pytest.raises(NoCommandError, match="it has no commands"):
        command_name(target, "broken")
    (target.scheme.scripts / "broken").touch()
    assert command_name(target, "broken") == ["broken"]


def elsewhere(target: TargetEnvironment, scripts: Path) -> TargetEnvironment:
    """The same target, but what we install puts its scripts somewhere else, as with --user."""
    scripts.mkdir()
    return replace(target, scheme=replace(target.scheme, scripts=scripts))


@pytest.mark.posix_only("its commands have no .exe")
def test_beside_the_interpreter_only_the_installers_own_command_is_used(
    target: TargetEnvironment, tmp_path: Path
) -> None:
    install(target, "tool", "tool")
    install(target, "uv")
    (target.scheme.scripts / "uv").touch()
    (target.scheme.purelib / "uv-1.dist-info" / "RECORD").write_text("../../../bin/uv,,\n")
    install(target, "stranger")
    (target.scheme.scripts / "stranger").touch()
    other = elsewhere(target, tmp_path / "other")
    assert find_command(NormalizedName("tool"), other, {}) == (str(target.scheme.scripts / "tool"),)
    assert find_command(NormalizedName("uv"), other, {}) == (str(target.scheme.scripts / "uv"),)
    with pytest.raises(NoCommandError):
        find_command(NormalizedName("stranger"), other, {})
