"""What the user said to us that the installer shall hear, too, and by whose word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bootstrap.index.settings import IndexSettings
from bootstrap.network.settings import NetworkSettings
from bootstrap.provenance import Origin, Sourced
from bootstrap.trust.policy import TrustPolicy


@dataclass(frozen=True)
class Words:
    """One setting in the words it is passed on by: several values, each with its place."""

    values: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()

    @property
    def is_typed(self) -> bool:
        """Whether the command line had a say in it: then it overrules what is exported."""
        return any(origin.kind == "option" for origin in self.origins)


@dataclass(frozen=True)
class ForwardedSettings:
    """Everything of one run that a child process may be told; nothing here is a default."""

    policy: TrustPolicy = field(default_factory=lambda: TrustPolicy(()))
    network: NetworkSettings = field(default_factory=NetworkSettings)
    index: IndexSettings = field(default_factory=IndexSettings)
    without_index: bool = False
    """`--no-index`."""
    certificates: Mapping[str, str] = field(default_factory=dict)
    """The certificate variables for children, from the trust room."""

    @property
    def offline(self) -> Words:
        """`--offline`."""
        return _switch("--offline", on=self.network.offline)

    @property
    def no_index(self) -> Words:
        """`--no-index`."""
        return _switch("--no-index", on=self.without_index)

    @property
    def main_index(self) -> Words:
        """`--index-url`."""
        return _words(self.index.index_urls[:1])

    @property
    def extra_indexes(self) -> Words:
        """`--extra-index-url`."""
        return _words(self.index.index_urls[1:])

    @property
    def find_links(self) -> Words:
        """`--find-links`; offline, those places that need no network."""
        return _words(
            given
            for given in self.index.find_links
            if not (self.network.offline and given.is_remote)
        )

    @property
    def trusted_hosts(self) -> Words:
        """`--trusted-host`."""
        hosts = self.policy.trusted_hosts
        return Words(tuple(str(each.value) for each in hosts), tuple(each.origin for each in hosts))

    @property
    def proxy(self) -> Words:
        """`--proxy`; an empty value means none."""
        return _words((self.network.proxy,) if self.network.proxy else ())

    @property
    def client_certificate(self) -> Words:
        """`--client-cert`."""
        given = self.policy.client_certificate
        return Words() if given is None else Words((str(given.value),), (given.origin,))


def _switch(name: str, *, on: bool) -> Words:
    # Whoever said it: nothing may reach a network that one voice has closed.
    return Words(("1",), (Origin.option(name),)) if on else Words()


def _words(said: Iterable[Sourced[str]]) -> Words:
    heard = [given for given in said if given.origin.kind != "default"]
    return Words(
        tuple(_unsplittable(given.value) for given in heard),
        tuple(given.origin for given in heard),
    )


def _unsplittable(value: str) -> str:
    """Return a local path that a list would be split at as a URL, which has nothing to split at."""
    is_split = "," in value or any(map(str.isspace, value))
    return Path(value).as_uri() if is_split and Path(value).is_absolute() else value
