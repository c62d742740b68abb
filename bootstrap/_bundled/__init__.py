"""The pip wheel that the build puts here, and the default index of that pip."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, BinaryIO, cast

from bootstrap.dataclasses import dataclass
from bootstrap.errors import BootstrapError

if TYPE_CHECKING:
    from importlib.abc import ResourceLoader


class BundleError(BootstrapError):
    """A file that the build puts here is missing or damaged.

    Causes: the .pyz was changed after it was built, or cut off when it was downloaded.

    Next: download it again, and compare it with SHA256SUMS:
        sha256sum --check --ignore-missing SHA256SUMS
    """


@dataclass(frozen=True)
class BundledWheel:
    """A wheel inside the archive, with the pinned SHA-256 in hexadecimal."""

    filename: str
    version: str
    sha256: str

    remark = "bundled with get-installer"

    @property
    def size(self) -> int:
        """The number of its bytes; 0, so that it is read into memory, in which it is already."""
        return 0

    def open(self) -> BinaryIO:
        """Open the wheel's bytes. Raises `BundleError` unless they have the pinned hash."""
        return io.BytesIO(self.read())

    def explain(self, error: BootstrapError) -> BootstrapError:
        """Return the error for a hash that somebody else expects."""
        return error

    def read(self) -> bytes:
        """Return the wheel's bytes. Raises `BundleError` unless they have the pinned hash."""
        import hashlib  # with OpenSSL's library, which `--version` does not need

        content = _read(self.filename)
        found = hashlib.sha256(content).hexdigest()
        if found != self.sha256:
            raise BundleError(
                f"The bundled {self.filename} is damaged: "
                f"expected sha256 {self.sha256}, found {found}",
                hint="Download get-installer.pyz again: this copy was changed after it was built.",
            )
        return content


def bundled_wheel() -> BundledWheel:
    """Return the bundled wheel. Raises `BundleError` in a checkout that has not been built."""
    facts = _read_facts()
    return BundledWheel(facts["filename"], facts["version"], facts["sha256"])


def default_index_url() -> str:
    """Return the URL of the index that the bundled pip uses by default.

    Raises `BundleError` in a checkout that has not been built.
    """
    return _read_facts()["index_url"]


def _read_facts() -> dict[str, str]:
    import json

    return dict(json.loads(_read("bundled.json")))


def _read(name: str) -> bytes:
    loader = cast("ResourceLoader", __spec__.loader)
    try:
        return loader.get_data(os.path.join(os.path.dirname(__file__), name))  # noqa: PTH118, PTH120  # pathlib is not loaded
    except OSError as exc:
        raise BundleError(
            f"{name} is missing from {__name__}: this checkout has not been built",
            hint="Run: python3 build_zipapp.py",
        ) from exc
