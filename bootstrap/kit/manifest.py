"""The manifest of a kit: what it is for, as JSON, and a row for each of its files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bootstrap.dataclasses import dataclass, field
from bootstrap.formats.documents import parse_json
from bootstrap.install.strict_zip.names import check_collisions, check_name
from bootstrap.install.wheel_rules import WheelValidationError
from bootstrap.kit.layout import MANIFEST, VERSION, Member
from bootstrap.limits import KIT_SETTINGS_SIZE, LimitError, shorten

_ROW = re.compile("([0-9a-f]{64}) ([0-9a-f]{8}) (0|[1-9][0-9]{0,17}) (.+)", re.ASCII)
"""Digest, checksum, size and name of a file."""
_SEPARATOR = "\n\n"
"""What is between the JSON document and the rows: it is not in a document that we write."""


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

    def to_bytes(self) -> bytes:
        """Return the manifest's bytes: the same for the same content."""
        document = {
            "layout": VERSION,
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
        rows = "".join(
            f"{each.sha256} {each.crc:08x} {each.size} {each.name}\n" for each in self.members
        )
        return f"{head}{_SEPARATOR}{rows}".encode()


def parse_manifest(content: bytes) -> Manifest:
    """Return a manifest. Raises `ManifestError`."""
    head, separator, rows = content.partition(_SEPARATOR.encode())
    if not separator:
        raise ManifestError("it has no list of files")
    try:
        document = parse_json(head, KIT_SETTINGS_SIZE)
        members = tuple(map(_parse_member, iter_lines(rows)))
        check_collisions([MANIFEST, *(member.name for member in members)])
        return _parse(document, members)
    except LimitError as error:
        raise ManifestError(f"it has {error}") from error
    except WheelValidationError as error:
        raise ManifestError(f"it names a file that cannot be: {error.detail}") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ManifestError(f"it is not valid ({type(error).__name__}: {error})") from error


def iter_lines(rows: bytes) -> Iterator[str]:
    """Yield the lines, each of which has to end."""
    at = 0
    while at < len(rows):
        end = rows.index(b"\n", at)
        yield rows[at:end].decode()
        at = end + 1


def _parse(document: Mapping[str, Any], members: tuple[Member, ...]) -> Manifest:
    if document["layout"] != VERSION:
        raise ManifestError(f"its layout is {document['layout']!r}")
    installer = document["installer"]
    return Manifest(
        members,
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


def _parse_member(row: str) -> Member:
    found = _ROW.fullmatch(row)
    if found is None:
        raise ManifestError(f"{shorten(row)!r} is no row of a file")
    sha256, crc, size, name = found.groups()
    if name.endswith("/"):
        raise ManifestError(f"{name} is a directory")
    check_name(name)
    return Member(name, int(size), int(crc, 16), sha256)


def _texts(values: Sequence[object]) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise ManifestError("a list was expected")
    return tuple(map(str, values))
