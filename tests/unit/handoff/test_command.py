"""How an installer is started."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.environment.model import TargetEnvironment
from bootstrap.handoff.command import NoCommandError, command


def install(target: TargetEnvironment, name: str, *scripts: str) -> None:
    """Lay down what an installed distribution leaves."""
    info = target.scheme.purelib / f"{name}-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    points = "".join(f"{script} = {name}:main\n" for script in scripts)
    (info / "entry_points.txt").write_text(f"[console_scripts]\n{points}")
    for script in scripts:
        (target.scheme.scripts / script).write_text("")


def started(target: TargetEnvironment, name: str) -> list[str]:
    return [Path(word).name for word in command(NormalizedName(name), target)]


def test_pip_is_started_as_a_module_of_the_target(target: TargetEnvironment) -> None:
    assert command(NormalizedName("pip"), target) == (str(target.executable), "-m", "pip")


@pytest.mark.parametrize("name", ["uv", "pipx", "poetry", "pdm", "hatch"])
def test_others_are_started_by_their_own_command_absolute(
    name: str, target: TargetEnvironment
) -> None:
    install(target, name, name, f"{name}x")
    assert command(NormalizedName(name), target) == (str(target.scheme.scripts / name),)


def test_an_only_command_is_the_command_whatever_its_name(target: TargetEnvironment) -> None:
    install(target, "build", "pyproject-build")
    assert started(target, "build") == ["pyproject-build"]


def test_several_commands_of_other_names_are_told(target: TargetEnvironment) -> None:
    install(target, "tools", "one", "two")
    with pytest.raises(NoCommandError, match="it brought one, two") as caught:
        started(target, "tools")
    assert caught.value.others == ("one", "two")


def test_no_command_at_all_is_told_with_the_place_looked_at(target: TargetEnvironment) -> None:
    install(target, "library")
    with pytest.raises(NoCommandError, match="it brought none") as caught:
        started(target, "library")
    assert caught.value.looked_for == target.scheme.scripts / "library"


@pytest.mark.parametrize("text", ["no section = 1\n", "[console_scripts]\na = :\n", "[a]\n[a]\n"])
def test_a_damaged_list_of_commands_is_no_riddle(target: TargetEnvironment, text: str) -> None:
    install(target, "broken")
    (target.scheme.purelib / "broken-1.dist-info" / "entry_points.txt").write_text(text)
    with pytest.raises(NoCommandError, match="it brought none"):
        started(target, "broken")
    (target.scheme.scripts / "broken").touch()
    assert started(target, "broken") == ["broken"]


def elsewhere(target: TargetEnvironment, scripts: Path) -> TargetEnvironment:
    """The same target, but what we install puts its scripts somewhere else, as with --user."""
    scripts.mkdir()
    return replace(target, scheme=replace(target.scheme, scripts=scripts))


def test_with_the_interpreter_only_its_own_command_is_taken(
    target: TargetEnvironment, tmp_path: Path
) -> None:
    install(target, "tool", "tool")
    install(target, "uv")
    (target.scheme.scripts / "uv").touch()
    (target.scheme.purelib / "uv-1.dist-info" / "RECORD").write_text("../../../bin/uv,,\n")
    install(target, "stranger")
    (target.scheme.scripts / "stranger").touch()
    other = elsewhere(target, tmp_path / "other")
    assert command(NormalizedName("tool"), other) == (str(target.scheme.scripts / "tool"),)
    assert command(NormalizedName("uv"), other) == (str(target.scheme.scripts / "uv"),)
    with pytest.raises(NoCommandError):
        command(NormalizedName("stranger"), other)
