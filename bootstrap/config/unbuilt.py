"""The list of what Config can say and the rooms below cannot do yet; it only ever shrinks."""

from __future__ import annotations

from bootstrap.config.model import Config
from bootstrap.config.not_yet import NotYetError
from bootstrap.config.option import Command


def refuse_what_is_not_built(config: Config) -> None:
    """Raise `NotYetError` for the first thing that no room can do yet."""
    instead = {
        Command.PACK: "Carry a directory of wheels, made by `pip download`, and name it with "
        "--find-links.",
        Command.VERIFY: "Compare the file's SHA-256 with the one that was published with it.",
    }
    if config.command in instead:
        raise NotYetError(config.command.value, instead[config.command])
