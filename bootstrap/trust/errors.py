"""Errors about certificate settings, raised before the first connection."""

from __future__ import annotations

from pathlib import Path

from bootstrap.errors import BootstrapError
from bootstrap.provenance import Origin

FILE_NOT_FOUND = "file not found"


class NamedCertificateError(BootstrapError):
    """A file or directory of CA certificates that the user named cannot be used.

    The run ends here: without it, the run would trust other CAs than the user asked for.
    """

    def __init__(self, origin: Origin, path: str, reason: str, hint: str | None = None) -> None:
        self.origin, self.path, self.reason = origin, path, reason
        shown = (
            path if not path or Path(path).is_absolute() else f"{path} ({Path(path).absolute()})"
        )
        if not path:
            message = f"{origin}: {reason}"
        elif reason == FILE_NOT_FOUND:
            message = f"{origin}: {reason}: {shown}"
        else:
            message = f"{origin}: cannot use {shown}: {reason}"
        super().__init__(message, hint=hint or f"Correct the file or its path, or remove {origin}.")


class NoAnchorsError(BootstrapError):
    """The sources in force contain no CA certificate at all."""

    def __init__(self, sources: str) -> None:
        self.sources = sources
        super().__init__(
            f"No CA certificates were found, so no server can be verified. Looked in: {sources}.",
            hint="Install your system's CA certificates (on Debian: apt install ca-certificates), "
            "leave out `--trust system`, or pass a file of certificates with --add-cert.",
        )


class TlsUnavailableError(BootstrapError):
    """This Python has no ssl module."""

    def __init__(self) -> None:
        super().__init__(
            "This Python has no working ssl module, so no server can be reached securely.",
            hint="Use --offline to install the bundled pip, or run the .pyz with a Python that has "
            "ssl and pass this one with --python.",
        )
