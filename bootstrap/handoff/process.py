"""The hand-off carried out: this process becomes the installer; called by `cli` alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress

from bootstrap.errors import BootstrapError
from bootstrap.handoff.handoff import Handoff

_IGNORED_BY_PYTHON = ("SIGPIPE", "SIGXFSZ")


class NotStartedError(BootstrapError):
    """The operating system refuses to run the installer's command."""

    def __init__(self, handoff: Handoff, error: OSError) -> None:
        self.command = handoff.argv[0]
        super().__init__(
            f"{self.command} is installed, but cannot be run: {error.strerror or error}.",
            hint="See whether that file system allows programs (noexec), and whether the "
            "interpreter on the command's first line is there.",
        )


def become(handoff: Handoff) -> int:
    """Become the installer: same terminal, signals, directory and exit status.

    Windows cannot replace a process, so there a child runs, and its status is returned. Raises
    `NotStartedError`.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError, ValueError):  # whoever read it is gone
                stream.flush()
    try:
        return as_child(handoff) if os.name == "nt" else _as_ourselves(handoff)
    except OSError as exc:
        raise NotStartedError(handoff, exc) from exc


def _as_ourselves(handoff: Handoff) -> int:
    for name in _IGNORED_BY_PYTHON:  # what is ignored would stay ignored in the installer
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    os.execve(handoff.argv[0], handoff.argv, dict(handoff.environ))  # noqa: S606  # no shell


def as_child(handoff: Handoff) -> int:
    """Run the installer as a child and return its status; Ctrl-C is the child's to answer."""
    # A handler, for what is ignored would stay ignored in the child; one that does nothing, for
    # an exception may come just when the child's status has been fetched, and lose it.
    signal.signal(signal.SIGINT, lambda *_: None)
    with subprocess.Popen(handoff.argv, env=dict(handoff.environ)) as child:
        return child.wait()
