"""What is in a kit, and what is different in two: as data, and as text."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bootstrap.kit.contents import PROVENANCE
from bootstrap.kit.defaults import expiry_warnings
from bootstrap.kit.lock import read_lock
from bootstrap.kit.targets import summarize

if TYPE_CHECKING:
    from bootstrap.kit.reader import Kit


def describe(kit: Kit, now: datetime) -> dict[str, Any]:
    """Return what is in a kit, as `inspect --json` prints it."""
    manifest = kit.manifest
    indexes = {package.index for package in read_lock(kit).content.packages if package.index}
    return {
        "path": str(kit.path),
        "id": kit.id,
        "created-by": manifest.created_by,
        "installer": manifest.installer,
        "requirements": list(manifest.requirements),
        "targets": [target.name for target in manifest.targets],
        "targets-in-words": list(summarize(manifest.targets)),
        "indexes": sorted(indexes),
        "uploaded-prior-to": manifest.inputs.get("uploaded-prior-to"),
        "reproducible": manifest.is_reproducible,
        "defaults": list(manifest.defaults),
        "authorities": [
            {"name": each.name, "not-after": each.not_after.isoformat()} for each in kit.authorities
        ],
        "warnings": list(expiry_warnings(kit.authorities, now)),
        "engine-sha256": kit.footer.engine_sha256,
        "wheels": [
            {"filename": name, "size": member.size, "sha256": member.sha256}
            for name, member in kit.wheels.items()
        ],
        "provenance": [
            f"{name} (carried, not verified)" for name in kit.members if name.startswith(PROVENANCE)
        ],
    }


def describe_lines(facts: Mapping[str, Any]) -> Iterator[str]:
    """Yield the same as text."""
    wheels = facts["wheels"]
    size = sum(wheel["size"] for wheel in wheels)
    yield f"{facts['path']}: a kit by {facts['created-by']}"
    yield f"  ID: {facts['id']}"
    installs = ", ".join(filter(None, (facts["installer"], *facts["requirements"])))
    yield f"  Installs: {installs or 'what its lock says'}"
    for target in facts["targets-in-words"]:
        yield f"  For: {target}"
    yield f"  Contains: {count_wheels(len(wheels))}, {size / 1e6:,.1f} MB"
    for index in facts["indexes"]:
        yield f"  From: {index}"
    if facts["uploaded-prior-to"]:
        yield f"  Uploaded before: {facts['uploaded-prior-to']}"
    if not facts["reproducible"]:
        yield "  Not reproducible: it has wheels that were built by the machine that packed it"
    if facts["defaults"]:
        yield f"  Default arguments: {' '.join(facts['defaults'])}"
    for authority in facts["authorities"]:
        yield f"  Authority: {authority['name']}, until {authority['not-after'][:10]}"
    yield f"  Engine: sha256 {facts['engine-sha256']}"
    if facts["provenance"]:
        yield f"  Provenance: of {count_wheels(len(facts['provenance']))} (carried, not verified)"


def help_lines(kit: Kit) -> Iterator[str]:
    """Yield what the help says of the kit that is running, as lines to be wrapped."""
    manifest, name = kit.manifest, kit.path.name
    installs = ", ".join(filter(None, (manifest.installer, *manifest.requirements)))
    yield f"usage: {name} [OPTIONS] [REQUIREMENT ...] [-- ARGUMENTS ...]"
    contains = count_wheels(len(kit.wheels))
    yield f"This file is a kit with {contains}: it installs from itself, without a network."
    yield f"  Installs, if nothing else is named: {installs or 'what its lock says'}"
    for target in summarize(manifest.targets):
        yield f"  For: {target}"
    if manifest.defaults:
        yield f"  Default arguments: {' '.join(manifest.defaults)}"
    yield ""
    yield f"  python3 {shlex.quote(name)} --venv demo"
    yield f"  python3 {shlex.quote(name)} inspect"
    yield ""


def count_wheels(count: int) -> str:
    """Return the number of wheels in words."""
    return "1 wheel" if count == 1 else f"{count} wheels"


def wheel_lines(facts: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each wheel."""
    for wheel in facts["wheels"]:
        yield f"  {wheel['filename']}  {wheel['size']:,} bytes  sha256:{wheel['sha256']}"


def compare(old: Kit, new: Kit) -> dict[str, Any]:
    """Return what is different in two kits, as `diff --json` prints it; nothing if they agree."""
    before, after = _versions(old), _versions(new)
    different: dict[str, Any] = {
        "added": {name: after[name] for name in sorted(after.keys() - before.keys())},
        "removed": {name: before[name] for name in sorted(before.keys() - after.keys())},
        "changed": {
            name: [before[name], after[name]]
            for name in sorted(before.keys() & after.keys())
            if before[name] != after[name]
        },
        "wheels-added": sorted(new.wheels.keys() - old.wheels.keys()),
        "wheels-removed": sorted(old.wheels.keys() - new.wheels.keys()),
        "wheels-replaced": sorted(
            name
            for name in old.wheels.keys() & new.wheels.keys()
            if old.wheels[name].sha256 != new.wheels[name].sha256
        ),
        "settings": _changed_settings(old, new),
    }
    if old.footer.engine_sha256 != new.footer.engine_sha256:
        different["engine"] = [old.footer.engine_sha256, new.footer.engine_sha256]
    return {key: value for key, value in different.items() if value}


def _versions(kit: Kit) -> dict[str, list[str]]:
    return {
        name: [str(version) for version in sorted({wheel.version for wheel in wheels})]
        for name, wheels in kit.projects.items()
    }


def _changed_settings(old: Kit, new: Kit) -> dict[str, Any]:
    names = ("installer", "requirements", "defaults", "certificates", "is_reproducible")
    pairs = {name: (getattr(old.manifest, name), getattr(new.manifest, name)) for name in names}
    pairs["targets"] = summarize(old.manifest.targets), summarize(new.manifest.targets)
    return {name: list(pair) for name, pair in pairs.items() if pair[0] != pair[1]}


_SHOWN_DIGITS = 16
"""Of a digest; `--json` has all of them."""
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_WHEEL_SIGNS = {"wheels-added": "+", "wheels-removed": "-", "wheels-replaced": "~"}


def compare_lines(different: Mapping[str, Any]) -> Iterator[str]:
    """Yield the differences as text: what is new with +, what is gone with -, else with ~."""
    if not different:
        yield "No differences."
    for key, sign in _SIGNS.items():
        for name, found in different.get(key, {}).items():
            lists = found if key == "changed" else [found]
            yield f"{sign} {name} {' → '.join(', '.join(versions) for versions in lists)}"
    for key, sign in _WHEEL_SIGNS.items():
        yield from (f"  {sign} {filename}" for filename in different.get(key, ()))
    for name, values in different.get("settings", {}).items():
        yield f"~ {name.removeprefix('is_')}: {' → '.join(map(_in_words, values))}"
    if "engine" in different:
        shortened = (f"sha256 {digest[:_SHOWN_DIGITS]}…" for digest in different["engine"])
        yield f"~ engine: {' → '.join(shortened)}"


def _in_words(value: object) -> str:
    """Return a setting's value; of certificates their names."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    words = (
        [value] if isinstance(value, str) else list(value) if isinstance(value, Iterable) else []
    )
    return ", ".join(words) or "none"
