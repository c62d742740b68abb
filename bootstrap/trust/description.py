"""The policy and what was read for it, in words: for `-v`, for doctor, and at the end of failures.

Pure functions from facts to lines.
"""

from __future__ import annotations

from collections.abc import Iterable

from bootstrap.trust.anchors import Anchors
from bootstrap.trust.policy import (
    BundledStore,
    Ignored,
    NamedStore,
    Source,
    SystemStore,
    TrustPolicy,
)


def policy_lines(policy: TrustPolicy) -> list[str]:
    """Return what is in force, by whose word, and what was said in vain."""
    return [
        "Certificate authorities are taken from:",
        *(f"  {source_phrase(source)}" for source in policy.sources),
        *settings_lines(policy),
    ]


def anchor_lines(policy: TrustPolicy, anchors: Iterable[Anchors]) -> list[str]:
    """Return the same as `policy_lines`, with how much was found in each source."""
    lines = ["Certificate authorities are taken from:"]
    for each in anchors:
        lines.append(f"  {source_phrase(each.source)}: {_amount(each)}")
        lines += [f"    {remark}" for remark in each.remarks]
    return [*lines, *settings_lines(policy)]


def source_phrase(source: Source) -> str:
    """Name a source and whoever named it, in a phrase."""
    if isinstance(source, BundledStore):
        return f"certifi, brought along ({source.origin})"
    if isinstance(source, NamedStore):
        kind = "only" if source.exclusive else "added"
        return f"{source.path} ({kind}, by {source.origin})"
    return _system_phrase(source)


def settings_lines(policy: TrustPolicy) -> list[str]:
    """Return what else is in force, and everything that was said in vain."""
    lines = []
    if policy.client_certificate:
        given = policy.client_certificate
        lines.append(f"Client certificate: {given.value} (by {given.origin})")
    if policy.trusted_hosts:
        hosts = ", ".join(f"{g.value} (by {g.origin})" for g in policy.trusted_hosts)
        lines.append(f"NOT verified, because trusted blindly: {hosts}")
    if policy.strict:
        lines.append("Certificates must follow RFC 5280 to the letter (strict).")
    return [*lines, *map(ignored_line, policy.ignored)]


def ignored_line(ignored: Ignored) -> str:
    """Tell of something that was said in vain."""
    value = ignored.value or '""'
    return f"Ignored: {ignored.setting} {value}, said by {ignored.origin}: {ignored.why}."


def sources_asked(policy: TrustPolicy) -> str:
    """Return the sources in force as one phrase."""
    return " and ".join(source_phrase(source) for source in policy.sources)


def _system_phrase(store: SystemStore) -> str:
    named = [given for given in (store.file, store.directories) if given]
    if not named:
        return f"the system's store ({store.origin})"
    parts = ", ".join(f"{given.value} by {given.origin}" for given in named)
    return f"the system's store as redefined ({parts})"


def _amount(anchors: Anchors) -> str:
    if anchors.by_platform:
        return "judged by the operating system"
    number = len(anchors.certificates)
    count = f"{number} certificate{'' if number == 1 else 's'}"
    if isinstance(anchors.source, SystemStore) and anchors.places:
        return f"{count} in {', '.join(map(str, anchors.places))}"
    return count
