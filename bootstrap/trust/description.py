"""Describe the policy and the loaded anchors in lines, for `-v`, `doctor` and error messages."""

from __future__ import annotations

from bootstrap.trust.anchors import Anchors, LoadedSource
from bootstrap.trust.policy import (
    BundledStore,
    NamedStore,
    Source,
    SystemStore,
    TrustPolicy,
)

_TITLE = "CA certificates are taken from:"


def policy_lines(policy: TrustPolicy) -> list[str]:
    """Return the sources in force with their origins, and the settings that are ignored."""
    sources = (f"  {source_phrase(source)}" for source in policy.sources)
    return [_TITLE, *sources, *_setting_lines(policy)]


def anchor_lines(policy: TrustPolicy, anchors: Anchors) -> list[str]:
    """Return the same as `policy_lines`, with the number of certificates of each source."""
    lines = [_TITLE]
    for loaded in anchors.sources:
        lines.append(f"  {source_phrase(loaded.source)}: {_count(loaded)}")
        lines += [f"    {note}" for note in loaded.notes]
    return [*lines, *_setting_lines(policy)]


def source_phrase(source: Source) -> str:
    """Return a source and its origin as a phrase."""
    if isinstance(source, BundledStore):
        return f"certifi (bundled) ({source.origin})"
    if isinstance(source, NamedStore):
        return f"{source.path} ({'only' if source.exclusive else 'added'}, from {source.origin})"
    parts = [
        f"{part.value} from {part.origin}" for part in (source.file, source.directories) if part
    ]
    if parts:
        return f"the system store as redefined ({', '.join(parts)})"
    return f"the system store ({source.origin})"


def sources_phrase(policy: TrustPolicy) -> str:
    """Return the sources in force as one phrase."""
    return " and ".join(source_phrase(source) for source in policy.sources)


def _setting_lines(policy: TrustPolicy) -> list[str]:
    lines = []
    if policy.client_certificate:
        given = policy.client_certificate
        lines.append(f"Client certificate: {given.value} (from {given.origin})")
    if policy.trusted_hosts:
        hosts = ", ".join(f"{host.value} (from {host.origin})" for host in policy.trusted_hosts)
        lines.append(f"TLS verification is off for: {hosts}")
    if policy.strict:
        lines.append("Certificates must follow RFC 5280 strictly.")
    for ignored in policy.ignored:
        value = ignored.value or '""'
        setting = f"{ignored.setting} = {value} (from {ignored.origin})"
        lines.append(f"{setting} is ignored, because {ignored.reason}.")
    return lines


def _count(loaded: LoadedSource) -> str:
    if loaded.uses_os_verifier:
        return "the operating system verifies"
    number = len(loaded.certificates)
    count = f"{number} certificate{'' if number == 1 else 's'}"
    if isinstance(loaded.source, SystemStore) and loaded.paths:
        return f"{count} in {', '.join(map(str, loaded.paths))}"
    return count
