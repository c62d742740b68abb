"""The list of what Config can say and the rooms below cannot do yet; it only ever shrinks."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.config.model import Config
from bootstrap.config.not_yet import NotYetError
from bootstrap.config.option import Command


def refuse_what_is_not_built(config: Config) -> None:
    """Raise `NotYetError` for the first thing that no room can do yet."""
    for what in _asked_for(config):
        raise NotYetError(what)


def _asked_for(config: Config) -> Iterator[str]:
    if config.command in {Command.PACK, Command.VERIFY}:
        yield config.command.value
