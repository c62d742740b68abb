"""The manifest of a kit: what it is for, and the digest of each of its files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bootstrap.dataclasses import dataclass, field
from bootstrap.formats.documents import parse_json
from bootstrap.install.strict_zip.names import check_collisions, check_name
from bootstrap.install.wheel_rules import WheelValidationError
from bootstrap.kit.layout import MANIFEST, Member
from bootstrap.limits import LimitError

_SHA256 = re.compile("[0-9a-f]{64}", re.ASCII)
MANIFEST_SIZE = 64 << 20
"""Bytes of a manifest: 300,000 files."""


class ManifestError(ValueError):
    """A manifest is not valid."""


@dataclass(frozen=True)
class PackedTarget:
    """A target that a kit was packed for."""

    name: str
    """What `--target` and `--python` call it."""
    description: str
    """For messages: `Linux x86_64 with glibc ≥ 2.28, Python 3.12`."""
    tag: str
    """Its best wheel tag."""
    markers: Mapping[str, str] = field(default_factory=dict)
    """Those by which a lock distinguishes targets."""


@dataclass(frozen=True)
class Manifest:
    """What a kit is for and consists of."""

    members: tuple[Member, ...] = field(default=(), repr=False)
    """All other files, in the order of their data."""
    created_by: str = ""
    installer: str | None = None
    """The requirement that is the installer; None for `--installer none`."""
    requirements: tuple[str, ...] = ()
    """The other requirements."""
    targets: tuple[PackedTarget, ...] = ()
    defaults: tuple[str, ...] = ()
    """The command line with which it installs, if the user says nothing else."""
    certificates: Mapping[str, str] = field(default_factory=dict)
    """PEM texts by the names of files in `defaults`."""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """What else decided the content; equal inputs with a cutoff give an equal kit."""
    is_reproducible: bool = True
    """False where something was built on the machine that packed it."""

    def to_json(self) -> bytes:
        """Return the manifest's bytes: the same for the same content."""
        document = {
            "layout": 1,
            "created-by": self.created_by,
            "installer": self.installer,
            "requirements": list(self.requirements),
            "targets": [
                {
                    "name": target.name,
                    "description": target.description,
                    "tag": target.tag,
                    "markers": dict(target.markers),
                }
                for target in self.targets
            ],
            "defaults": list(self.defaults),
            "certificates": dict(self.certificates),
            "inputs": dict(self.inputs),
            "reproducible": self.is_reproducible,
        }
        head = json.dumps(document, indent=2, sort_keys=True)
        rows = ",\n".join(
            f"    {json.dumps([each.name, each.size, each.crc, each.sha256])}"
            for each in self.members
        )
        return f'{head[:-2]},\n  "files": [\n{rows}\n  ]\n}}\n'.encode()


def parse_manifest(content: bytes) -> Manifest:
    """Return a manifest. Raises `ManifestError`."""
    try:
        document = parse_json(content, MANIFEST_SIZE)
        return _parse(document)
    except LimitError as error:
        raise ManifestError(f"it has {error}") from error
    except WheelValidationError as error:
        raise ManifestError(f"it names a file that cannot be: {error.detail}") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ManifestError(f"it is not valid ({type(error).__name__}: {error})") from error


def _parse(document: Mapping[str, Any]) -> Manifest:
    if document["layout"] != 1:
        raise ManifestError(f"its layout is {document['layout']!r}")
    installer = document["installer"]
    return Manifest(
        _parse_members(document["files"]),
        str(document["created-by"]),
        None if installer is None else str(installer),
        _texts(document["requirements"]),
        tuple(
            PackedTarget(
                str(target["name"]),
                str(target["description"]),
                str(target["tag"]),
                {str(key): str(value) for key, value in target["markers"].items()},
            )
            for target in document["targets"]
        ),
        _texts(document["defaults"]),
        {str(key): str(value) for key, value in document["certificates"].items()},
        dict(document["inputs"]),
        bool(document["reproducible"]),
    )


def _parse_members(rows: Sequence[Any]) -> tuple[Member, ...]:
    members = tuple(_parse_member(*row) for row in rows)
    check_collisions([MANIFEST, *(member.name for member in members)])
    return members


def _parse_member(name: object, size: object, crc: object, sha256: object) -> Member:
    if not (isinstance(name, str) and isinstance(size, int) and isinstance(crc, int)):
        raise ManifestError("a file's name, size or checksum has the wrong type")
    if not (isinstance(sha256, str) and _SHA256.fullmatch(sha256)):
        raise ManifestError(f"{name} has no sha256")
    if not (0 <= size < 1 << 63 and 0 <= crc < 1 << 32 and not name.endswith("/")):
        raise ManifestError(f"the size or the checksum of {name} is out of range")
    check_name(name)
    return Member(name, size, crc, sha256)


def _texts(values: Sequence[object]) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise ManifestError("a list was expected")
    return tuple(map(str, values))
