"""The pip wheel that the build put here, and the default index that it knows."""

from __future__ import annotations

import hashlib
import json
import pkgutil
from dataclasses import dataclass

from bootstrap.errors import BootstrapError


class BundleError(BootstrapError):
    """What the build puts here is missing, or is not what it put."""


@dataclass(frozen=True)
class BundledWheel:
    """A wheel inside the archive and the SHA-256, in hexadecimal, that its pin demands of it."""

    filename: str
    version: str
    sha256: str

    def read(self) -> bytes:
        """Return the wheel's bytes.

        :raises BundleError: they are not those that were pinned.
        """
        content = _read(self.filename)
        found = hashlib.sha256(content).hexdigest()
        if found != self.sha256:
            raise BundleError(
                f"The bundled {self.filename} is damaged: "
                f"expected sha256 {self.sha256}, found {found}",
                hint="Get get-installer.pyz again; this copy has been changed since it was built.",
            )
        return content


def bundled_wheel() -> BundledWheel:
    """Describe the bundled wheel, as the build did.

    :raises BundleError: this is a checkout that has not been built.
    """
    facts = _facts()
    return BundledWheel(facts["filename"], facts["version"], facts["sha256"])


def default_index_url() -> str:
    """Return the index that the bundled pip uses where the user names none.

    :raises BundleError: this is a checkout that has not been built.
    """
    return _facts()["index_url"]


def _facts() -> dict[str, str]:
    return dict(json.loads(_read("bundled.json")))


def _read(name: str) -> bytes:
    try:
        content = pkgutil.get_data(__name__, name)
    except OSError as exc:
        raise BundleError(
            f"{name} is not in {__name__}: this checkout has not been built",
            hint="Run: python3 build_zipapp.py",
        ) from exc
    assert content is not None  # noqa: S101  # None only if this package had no loader
    return content
