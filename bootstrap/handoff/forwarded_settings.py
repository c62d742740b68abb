"""The settings of a run that the installer and build back-ends get, too, with their origins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from bootstrap.dataclasses import dataclass, field
from bootstrap.index.settings import IndexSettings
from bootstrap.network.settings import NetworkSettings
from bootstrap.provenance import Origin, Sourced
from bootstrap.trust.policy import TrustPolicy


@dataclass(frozen=True)
class ForwardedValue:
    """The values of one setting, each with its origin; empty where it is not set."""

    values: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()

    @property
    def is_command_line(self) -> bool:
        """Whether an option set it: then it overrides variables that the user exported."""
        return any(origin.kind == "option" for origin in self.origins)


@dataclass(frozen=True)
class ForwardedSettings:
    """The settings that a child process may get; none of them is a default."""

    policy: TrustPolicy = field(default_factory=lambda: TrustPolicy(()))
    network: NetworkSettings = field(default_factory=NetworkSettings)
    index: IndexSettings = field(default_factory=IndexSettings)
    without_index: bool = False
    """`--no-index`."""
    certificates: Mapping[str, str] = field(default_factory=dict)
    """The certificate variables for children, from `trust.children`."""

    @property
    def offline(self) -> ForwardedValue:
        """`--offline`."""
        return _from_flag("--offline", is_set=self.network.offline)

    @property
    def no_index(self) -> ForwardedValue:
        """`--no-index`."""
        return _from_flag("--no-index", is_set=self.without_index)

    @property
    def main_index(self) -> ForwardedValue:
        """`--index-url`."""
        return _from_values(self.index.index_urls[:1])

    @property
    def extra_indexes(self) -> ForwardedValue:
        """`--extra-index-url`."""
        return _from_values(self.index.index_urls[1:])

    @property
    def find_links(self) -> ForwardedValue:
        """`--find-links`; with `--offline`, only the locations that need no network."""
        return _from_values(
            location
            for location in self.index.find_links
            if not (self.network.offline and location.is_remote)
        )

    @property
    def trusted_hosts(self) -> ForwardedValue:
        """`--trusted-host`."""
        hosts = self.policy.trusted_hosts
        values = tuple(str(host.value) for host in hosts)
        return ForwardedValue(values, tuple(host.origin for host in hosts))

    @property
    def proxy(self) -> ForwardedValue:
        """`--proxy`; an empty value means no proxy."""
        return _from_values((self.network.proxy,) if self.network.proxy else ())

    @property
    def client_certificate(self) -> ForwardedValue:
        """`--client-cert`."""
        certificate = self.policy.client_certificate
        if certificate is None:
            return ForwardedValue()
        return ForwardedValue((str(certificate.value),), (certificate.origin,))


def _from_flag(name: str, *, is_set: bool) -> ForwardedValue:
    # As an option whatever its origin: no exported variable may turn the network on again.
    return ForwardedValue(("1",), (Origin.option(name),)) if is_set else ForwardedValue()


def _from_values(values: Iterable[Sourced[str]]) -> ForwardedValue:
    given = [value for value in values if value.origin.kind != "default"]
    return ForwardedValue(
        tuple(_escape_separators(value.value) for value in given),
        tuple(value.origin for value in given),
    )


def _escape_separators(value: str) -> str:
    """Return a local path that contains the separator of a list as a URL, which escapes it."""
    has_separator = "," in value or any(map(str.isspace, value))
    return Path(value).as_uri() if has_separator and Path(value).is_absolute() else value
