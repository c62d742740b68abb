"""The base classes of all errors that this program reports."""

from __future__ import annotations

from collections.abc import Iterator

from bootstrap.limits import shorten_message
from bootstrap.redaction import redact


class BootstrapError(Exception):
    """An error that is reported to the user as a message with a hint.

    Next: the message says what failed; -vv shows the traceback, and --log keeps all of it:
        python3 get-installer.pyz --venv demo --log run.log

    Subclasses are defined next to the code that raises them and keep their facts as attributes.
    `str()` of an error says what failed, on what, what was expected and what was found; `hint`
    says what to do next. Neither holds credentials, so that no traceback shows them.
    """

    exit_status = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        # Redacted first: half a URL would not be recognised.
        super().__init__(shorten_message(redact(message)))
        self.hint = None if hint is None else shorten_message(redact(hint))


class UsageError(BootstrapError):
    """The command line, a variable or a configuration file contains something invalid.

    Next: the message names the option, variable or line:
        python3 get-installer.pyz --help
    """

    exit_status = 2


def iter_causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and every error that it wraps or was raised from, each once."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        wrapped = (*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__)
        waiting += [other for other in wrapped if isinstance(other, BaseException)]
