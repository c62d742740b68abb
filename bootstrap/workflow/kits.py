"""The commands for kits: `pack`, and those that read one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from bootstrap.config.kits import OnlyInAKitError
from bootstrap.config.model import Config
from bootstrap.config.options.option import Command
from bootstrap.kit.defaults import expiry_warnings
from bootstrap.kit.reader import open_kit
from bootstrap.ui import Ui

if TYPE_CHECKING:
    from bootstrap.kit.reader import Kit

_DIFFERENT = 1
"""The exit status of `diff` for kits that are different, as that of the program."""


def run_kit_command(config: Config, ui: Ui, own: Kit | None) -> int:
    """Run a command for kits; return its exit status. Raises `BootstrapError`.

    :param own: the kit that is running
    """
    if config.command is Command.PACK:
        from bootstrap.workflow.pack import pack

        pack(config, ui)
        return 0
    files = config.kit_files
    assert files is not None  # noqa: S101  # these commands have them
    if config.command is Command.DIFF:
        return _diff(files.kits, config, ui, own)
    with _open(files.kits, own, config.command) as kit:
        if config.command is Command.VERIFY:
            _verify(kit, files.expected_id, config, ui)
        elif config.command is Command.INSPECT:
            _inspect(kit, config, ui)
        else:
            from bootstrap.kit.describe import count_wheels
            from bootstrap.kit.extract import extract

            directory = files.directory
            assert directory is not None  # noqa: S101  # the command line was checked
            extract(kit, directory)
            ui.info(f"Extracted {count_wheels(len(kit.wheels))} and the lock into {directory}.")
    return 0


def warn_of_expiry(kit: Kit, ui: Ui) -> None:
    """Warn of authorities in a kit that have expired, or will soon."""
    for warning in expiry_warnings(kit.authorities, _now()):
        ui.warn(warning, code="authority-expires")


@contextmanager
def _open(paths: tuple[Path, ...], own: Kit | None, command: Command) -> Iterator[Kit]:
    if paths:
        with open_kit(paths[0]) as kit:
            yield kit
    elif own is not None:
        yield own
    else:
        raise OnlyInAKitError(command.value, f"Name a kit: {command.value} KIT.pyz")


def _verify(kit: Kit, expected_id: str | None, config: Config, ui: Ui) -> None:
    from bootstrap.kit.verify import verify

    with ui.activity(f"Verifying {kit.path.name}", of_bytes=True) as activity:
        evidence = verify(kit, expected_id, activity)
    if config.as_json:
        ui.output(json.dumps({"path": str(kit.path), **evidence.facts}, indent=2))
    else:
        ui.info(f"{kit.path}: {evidence}")


def _inspect(kit: Kit, config: Config, ui: Ui) -> None:
    from bootstrap.kit.describe import describe, describe_lines, wheel_lines

    facts = describe(kit, _now())
    if config.as_json:
        ui.output(json.dumps(facts, indent=2))
        return
    ui.info("\n".join(describe_lines(facts)))
    for line in wheel_lines(facts):
        ui.detail(line)
    for warning in facts["warnings"]:
        ui.warn(warning, code="authority-expires")


def _diff(paths: tuple[Path, ...], config: Config, ui: Ui, own: Kit | None) -> int:
    from bootstrap.kit.describe import compare, compare_lines

    with _open(paths[:-1], own, Command.DIFF) as old, open_kit(paths[-1]) as new:
        different = compare(old, new)
    if config.as_json:
        ui.output(json.dumps(different, indent=2))
    else:
        ui.info("\n".join(compare_lines(different)))
    return _DIFFERENT if different else 0


def _now() -> datetime:
    return datetime.now(timezone.utc)
