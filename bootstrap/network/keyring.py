"""The `keyring` program, run as a subprocess: it may be installed in any environment."""

from __future__ import annotations

import os
import threading
from contextlib import suppress

from bootstrap.formats.documents import parse_json
from bootstrap.limits import LimitError
from bootstrap.programs import find_programs
from bootstrap.ui import Ui

TIMEOUT = 300.0
"""Seconds; the program may ask the user to unlock a keyring, or to log in with a browser."""
TIMEOUT_WITHOUT_INPUT = 20.0
"""Seconds with `--no-input`: nobody is going to do that."""


class Keyring:
    """Asks the program, each question once.

    `provider` is pip's `--keyring-provider`: with `auto`, `subprocess` and `import` the program is
    run (it cannot be imported from our archive), with `disabled` it is not. A program that cannot
    be run is not run again.
    """

    def __init__(self, provider: str, search_path: str, ui: Ui, *, timeout: float) -> None:
        """`timeout` is in seconds, for each question."""
        self._search_path = search_path
        self._ui = ui
        self._timeout = timeout
        self._lock = threading.Lock()
        self._disabled = provider == "disabled"
        self._entries: dict[tuple[str, str | None], tuple[str, str] | None] = {}

    def get(self, service: str, username: str | None) -> tuple[str, str] | None:
        """Return a user name and password for the service, or None."""
        with self._lock:
            question = service, username
            if question not in self._entries:
                self._entries[question] = self._ask(service, username)
            return self._entries[question]

    def _ask(self, service: str, username: str | None) -> tuple[str, str] | None:
        found = find_programs("keyring", self._search_path)
        program = None if self._disabled else next(map(str, found), None)
        if program is None:
            self._disabled = True
            return None
        if service.startswith("-") or (username or "").startswith("-"):
            return None  # the program would take it for an option
        if username is not None:
            password = self._run(program, "get", service, username)
            return None if password is None else (username, password)
        # Any user's credential, as JSON: from keyring 25.2 on.
        output = self._run(program, "--mode=creds", "--output=json", "get", service)
        with suppress(ValueError, KeyError, TypeError):
            entry = parse_json((output or "").encode())
            return str(entry["username"]), str(entry["password"])
        return None

    def _run(self, program: str, *arguments: str) -> str | None:
        """Return the program's output, or None if it fails.

        What it says meanwhile is shown at once: it may be where to log in.
        """
        import subprocess  # with much else, and few runs ask a keyring

        from bootstrap.environment.limited_output import run_program

        try:
            process = run_program([program, *arguments], os.environ, self._timeout, show=self._show)
        except (OSError, subprocess.TimeoutExpired, LimitError) as error:
            self._disabled = True
            self._ui.warn(
                f"Cannot run the keyring program {program}: {error}", code="keyring-failed"
            )
            return None
        output = process.out.decode("utf-8", "replace").rstrip("\r\n")
        return output if process.status == 0 else None

    def _show(self, text: str) -> None:
        self._ui.error(f"keyring: {text}")
