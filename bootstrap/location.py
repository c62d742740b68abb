"""Locations of indexes, links, requirement files and locks, each parsed once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from bootstrap.dataclasses import dataclass
from bootstrap.errors import UsageError
from bootstrap.network.urls import (
    MalformedUrlError,
    has_authority,
    has_scheme,
    is_remote,
    path_to_url,
    url_origin,
    url_to_path,
)
from bootstrap.provenance import Sourced


class InvalidLocationError(UsageError):
    """A URL that the user named is malformed.

    Causes: a bracket, a port or a scheme is wrong, or a password has characters that must be
    written as %XX.

    Next: correct what the message quotes; a @ in a password is %40, a : is %3A.
    """

    def __init__(self, given: Sourced[str], error: MalformedUrlError) -> None:
        self.origin, self.url = given.origin, error.url
        super().__init__(f"{given.origin}: {error}", hint=error.hint)


@dataclass(frozen=True)
class Location(Sourced[str]):
    """A URL or an absolute local path, with its origin.

    `value` is what messages and child processes are given: a URL as it was written, or a path.
    """

    @classmethod
    def parse(cls, given: Sourced[str], absolute: Callable[[str], Path]) -> Location:
        """Return the location that a user's text names.

        :param absolute: makes a path absolute: how depends on who wrote it.

        Text with a scheme is a URL, unless a file of that name exists: as in pip, `-r ab:c.txt`
        reads the file. Raises `InvalidLocationError`.
        """
        text = given.value
        if not (has_scheme(text) and has_authority(text)):
            path = absolute(text)
            if not has_scheme(text) or os.path.exists(path):  # noqa: PTH110  # never raises
                return cls(str(path), given.origin)
        try:
            url_origin(text)
        except MalformedUrlError as error:
            raise InvalidLocationError(given, error) from error
        return cls(text, given.origin)

    @property
    def is_remote(self) -> bool:
        """Whether reading it needs the network."""
        return is_remote(self.value)

    @property
    def url(self) -> str:
        """The location as a URL: file: for a local one."""
        return path_to_url(self.value)

    @property
    def path(self) -> Path:
        """The path of a local location. Raises `MalformedUrlError` for another host's file."""
        return url_to_path(self.value) if has_scheme(self.value) else Path(self.value)
