"""Errors about certificate settings, raised before the first connection."""

from __future__ import annotations

from pathlib import Path

from bootstrap.errors import BootstrapError
from bootstrap.provenance import Origin

FILE_NOT_FOUND = "file not found"


class NamedCertificateError(BootstrapError):
    """A file or directory of CA certificates that the user named cannot be used.

    Causes: it does not exist, is empty, or is not PEM.

    Next: check the file; DER is converted so:
        openssl x509 -inform der -in ca.cer -out ca.pem

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
    """The sources in force contain no CA certificate at all.

    Causes: the system has no certificates, as in small containers, and --trust system or
    SSL_CERT_FILE excludes the bundled ones.

    Next: use the bundled authorities, or install the system's (package ca-certificates):
        python3 get-installer.pyz --trust bundled --venv demo
    """

    def __init__(self, sources: str) -> None:
        self.sources = sources
        super().__init__(
            f"No CA certificates were found, so no server can be verified. Looked in: {sources}.",
            hint="Install your system's CA certificates (on Debian: apt install ca-certificates), "
            "leave out `--trust system`, or pass a file of certificates with --add-cert.",
        )


class TlsUnavailableError(BootstrapError):
    """This Python has no ssl module.

    Causes: it was built without OpenSSL.

    Next: use another Python to run get-installer, and name this one as the target; or work offline:
        python3 get-installer.pyz --offline --venv demo
    """

    def __init__(self) -> None:
        super().__init__(
            "This Python has no working ssl module, so no server can be reached securely.",
            hint="Use --offline to install the bundled pip, or run the .pyz with a Python that has "
            "ssl and pass this one with --python.",
        )
