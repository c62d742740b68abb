"""What can be wrong with what the user named, before the first connection."""

from __future__ import annotations

from pathlib import Path

from bootstrap.errors import BootstrapError
from bootstrap.provenance import Origin


class NamedCertificateError(BootstrapError):
    """A file or directory of certificates that somebody named cannot be used.

    The run ends here: going on without it would mean to trust other authorities than were asked
    for.
    """

    def __init__(self, origin: Origin, path: str, why: str, hint: str | None = None) -> None:
        self.origin, self.path, self.why = origin, path, why
        absolute = f" (that is, {Path(path).absolute()})" if path and not _is_absolute(path) else ""
        super().__init__(
            f"Cannot use the certificates that {origin} names, {path or 'an empty value'}{absolute}"
            f": {why}",
            hint=hint or f"Mend the file, or correct or remove {origin}.",
        )


class NoAnchorsError(BootstrapError):
    """The sources in force hold no certificate authority at all."""

    def __init__(self, asked: str) -> None:
        self.asked = asked
        super().__init__(
            f"No certificate authority was found to verify servers with; asked: {asked}.",
            hint="Install your system's CA certificates (on Debian: apt install ca-certificates), "
            "leave out `--trust system`, or name a file of certificates with --add-cert.",
        )


class TlsUnavailableError(BootstrapError):
    """This Python cannot speak TLS."""

    def __init__(self) -> None:
        super().__init__(
            "This Python has no working ssl module, so no server can be reached safely.",
            hint="Use --offline to install what lies inside the .pyz, or run it with a Python "
            "that has ssl and name this one with --python.",
        )


def _is_absolute(path: str) -> bool:
    return Path(path).is_absolute()
