"""The software bill of materials of a kit: CycloneDX 1.6, the same bytes for the same wheels."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO

from bootstrap.dataclasses import dataclass
from bootstrap.install.strict_zip.central_directory import find_directory, read_members
from bootstrap.install.wheel.wheel import read_metadata
from bootstrap.kit.layout import WHEELS
from bootstrap.metadata.core import parse_headers

SBOM = "sbom.cdx.json"


@dataclass(frozen=True)
class WheelFacts:
    """What is known of a wheel besides its bytes."""

    filename: str
    name: str
    version: str
    sha256: str
    licence: str = ""
    """An SPDX expression (PEP 639)."""
    licence_text: str = ""
    """What older metadata has instead."""
    sboms: tuple[str, ...] = ()
    """The SBOMs in it (PEP 770)."""


def read_facts(stream: BinaryIO, filename: str, sha256: str) -> WheelFacts:
    """Read what an SBOM says of a wheel. Raises `WheelRefusedError`."""
    headers = parse_headers(read_metadata(stream, filename))
    directory = find_directory(stream, stream.seek(0, 2))
    stream.seek(directory.offset)
    members = read_members(stream.read(directory.size), directory)
    names = (member.name for member in members)
    return WheelFacts(
        filename,
        headers.get("name"),
        headers.get("version"),
        sha256,
        headers.get("license-expression"),
        headers.get("license").partition("\n")[0].strip(),
        tuple(sorted(name for name in names if ".dist-info/sboms/" in name and name[-1] != "/")),
    )


def sbom(
    wheels: Iterable[WheelFacts],
    dependencies: Mapping[str, Sequence[str]],
    provenance: Mapping[str, str],
) -> bytes:
    """Return the bill of materials.

    :param dependencies: the normalized names of what each project depends on
    :param provenance: the files with PEP 740's provenance, by the names of wheels
    """
    ordered = sorted(wheels, key=lambda wheel: wheel.filename)
    by_name: dict[str, list[str]] = {}
    for wheel in ordered:
        by_name.setdefault(_normal(wheel.name), []).append(wheel.filename)
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "components": [_component(wheel, provenance.get(wheel.filename)) for wheel in ordered],
        "dependencies": [
            {
                "ref": wheel.filename,
                "dependsOn": sorted(
                    filename
                    for name in dependencies.get(_normal(wheel.name), ())
                    for filename in by_name.get(name, ())
                ),
            }
            for wheel in ordered
        ],
    }
    return json.dumps(document, indent=2).encode() + b"\n"


def _normal(name: str) -> str:
    from bootstrap._vendor.packaging.utils import canonicalize_name

    return canonicalize_name(name)


def _component(wheel: WheelFacts, provenance: str | None) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": wheel.filename,
        "name": wheel.name,
        "version": wheel.version,
        "hashes": [{"alg": "SHA-256", "content": wheel.sha256}],
        "purl": f"pkg:pypi/{_normal(wheel.name)}@{wheel.version}?file_name={wheel.filename}",
    }
    if wheel.licence:
        component["licenses"] = [{"expression": wheel.licence}]
    elif wheel.licence_text:
        component["licenses"] = [{"license": {"name": wheel.licence_text}}]
    path = f"{WHEELS}{wheel.filename}"
    references = [{"type": "distribution", "url": path}]
    references += [{"type": "bom", "url": f"{path}/{name}"} for name in wheel.sboms]
    if provenance is not None:
        comment = "carried, not verified"
        references.append({"type": "attestation", "url": provenance, "comment": comment})
    return {**component, "externalReferences": references}
