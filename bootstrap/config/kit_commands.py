"""From option values to the settings of the commands for kits."""

from __future__ import annotations

from bootstrap.config.kits import KitFiles, PackSettings
from bootstrap.config.options.layers import OptionLayers
from bootstrap.config.options.option import Command
from bootstrap.config.options.parser import CommandLine, parse_command_line
from bootstrap.config.options.process import ProcessContext
from bootstrap.config.settings import read_path
from bootstrap.errors import UsageError
from bootstrap.provenance import Sourced


class NoOutputError(UsageError):
    """`pack` without `-o`.

    Causes: the name of the kit's file was forgotten.

    Next: name it with -o:
        python3 get-installer.pyz pack poetry -o KIT.pyz
    """

    def __init__(self) -> None:
        super().__init__(
            "pack: the kit to write is not named.", hint="Name it with -o, as in: -o get-it.pyz"
        )


def pack_settings(layers: OptionLayers, process: ProcessContext) -> PackSettings:
    """Return the settings of `pack`. Raises `NoOutputError`, `InvalidValueError`."""
    output = read_path(layers, "output", process)
    if output is None:
        raise NoOutputError
    pythons = [Sourced(value.text, value.origin) for value in layers.all("python") if value.text]
    typed = [given for given in pythons if given.origin.kind == "option"]
    defaults = layers.text("defaults")
    return PackSettings(
        output,
        layers.items("pack_target"),
        tuple(typed or pythons[-1:]),
        read_path(layers, "from", process),
        layers.flag("build"),
        _split(defaults) if defaults is not None else (),
    )


def kit_files(line: CommandLine, layers: OptionLayers, process: ProcessContext) -> KitFiles:
    """Return what the commands that read kits read. Raises `InvalidPathError`."""
    paths = tuple(map(process.absolute, line.arguments))
    expected = layers.text("id")
    if line.command is Command.EXTRACT:
        return KitFiles(paths[:-1], paths[-1])
    return KitFiles(paths, expected_id=expected.value if expected else None)


def _split(given: Sourced[str]) -> tuple[str, ...]:
    import shlex

    try:
        words = tuple(shlex.split(given.value))
    except ValueError as error:
        raise UsageError(f"{given.origin}: {error}: {given.value!r}.") from error
    line = parse_command_line(words)
    if line.arguments or line.command is not Command.INSTALL:
        raise UsageError(
            f"{given.origin} takes options, and arguments for the installer after `--`; found "
            f"{' '.join(line.arguments)!r}.",
            hint="Name what is packed as arguments of `pack`.",
        )
    return words
