"""The `keyring` program, asked as a subprocess: it may live in any environment."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from contextlib import suppress

from bootstrap.ui import Ui

_PATIENCE = 120.0
"""Seconds; the program may ask the user to unlock something."""


class Keyring:
    """Looks credentials up by `keyring get`; a failure is told once, and asks no more.

    `provider` is pip's `--keyring-provider`: `disabled` asks nobody; `auto`, `subprocess` and
    `import` ask the program. (We never import it: it is not in our archive.)
    """

    def __init__(self, provider: str, search_path: str | None, ui: Ui) -> None:
        self._provider = provider
        self._search_path = search_path
        self._ui = ui
        self._lock = threading.Lock()
        self._broken = provider == "disabled"

    def get(self, service: str, username: str | None) -> tuple[str, str] | None:
        """Return a user name and password for the service, or None."""
        with self._lock:
            program = None if self._broken else shutil.which("keyring", path=self._search_path)
            if program is None:
                self._broken = True
                return None
            if username is None:
                return self._any_user(program, service)
            password = self._run(program, "get", service, username)
            return None if password is None else (username, password)

    def _any_user(self, program: str, service: str) -> tuple[str, str] | None:
        """Ask for a credential of any user, which newer versions answer as JSON (keyring 25.2)."""
        answer = self._run(program, "--mode=creds", "--output=json", "get", service)
        with suppress(ValueError, KeyError, TypeError):
            found = json.loads(answer or "")
            return str(found["username"]), str(found["password"])
        return None

    def _run(self, program: str, *arguments: str) -> str | None:
        try:
            done = subprocess.run(
                [program, *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PATIENCE,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            self._broken = True
            self._ui.warn(f"The keyring program {program} cannot be used: {error}")
            return None
        return done.stdout.rstrip("\r\n") if done.returncode == 0 else None
