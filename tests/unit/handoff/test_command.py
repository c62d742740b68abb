"""How an installer is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap._vendor.packaging.utils import NormalizedName
from bootstrap.handoff.command import NoCommandError, command
from bootstrap.target.environment import TargetEnvironment


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
