"""The software bill of materials: CycloneDX 1.6, the same bytes for the same pins."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.zipapp.wheels import Wheel


def sbom(version: str, wheels: list[Wheel]) -> bytes:
    """Describe get-installer `version` and the third-party wheels that it consists of."""
    components = [_component(wheel) for wheel in sorted(wheels, key=lambda wheel: wheel.pin.name)]
    itself = _itself(version)
    references = [component["bom-ref"] for component in components]
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": itself},
        "components": components,
        "dependencies": [{"ref": itself["bom-ref"], "dependsOn": references}],
    }
    return json.dumps(document, indent=2).encode() + b"\n"


def replace_component(bill: bytes, wheel: Wheel) -> bytes:
    """Return the bill with another wheel of a project in the place of the one that it lists."""
    document = json.loads(bill)
    new = _component(wheel)
    (old,) = (each for each in document["components"] if each["name"] == new["name"])
    document["components"][document["components"].index(old)] = new
    references = document["dependencies"][0]["dependsOn"]
    references[references.index(old["bom-ref"])] = new["bom-ref"]
    return json.dumps(document, indent=2).encode() + b"\n"


def _itself(version: str) -> dict[str, Any]:
    return {
        "type": "application",
        "bom-ref": "get-installer",
        "name": "get-installer",
        "version": version,
        "licenses": [{"license": {"id": "MIT"}}],
    }


def _component(wheel: Wheel) -> dict[str, Any]:
    purl = f"pkg:pypi/{wheel.pin.name}@{wheel.pin.version}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": wheel.pin.name,
        "version": wheel.pin.version,
        "hashes": [{"alg": "SHA-256", "content": wheel.pin.sha256}],
        "licenses": [_licence(wheel)],
        "purl": purl,
    }


def _licence(wheel: Wheel) -> dict[str, Any]:
    """Return the SPDX expression of newer metadata (PEP 639), or the text of older metadata."""
    metadata = wheel.metadata()
    if expression := metadata["License-Expression"]:
        return {"expression": expression}
    return {"license": {"name": metadata["License"]}}
