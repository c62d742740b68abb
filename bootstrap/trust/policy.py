"""The trust policy: which authorities are believed, by whose word, and what was overruled.

`decide` is a pure function of what was said; it reads nothing. The rules, in one place:

* A voice is the command line, the environment, or configuration, the strongest first.
* The default sources are the operating system's store and the bundled certifi; `--trust` chooses
  among them, and `SSL_CERT_FILE` and `SSL_CERT_DIR` redefine the system's, each its own half.
* `--cert` is exclusive: it silences the default sources, and all that a weaker voice said.
  A stronger voice that says `--trust` silences a `--cert` in turn.
* `--add-cert` adds to what is in force, unless a stronger voice's `--cert` silences it.
* An empty variable or configuration value counts as not set, as in pip. `config` lets `--cert ""`
  take back what weaker voices said, and hands on neither; an empty option that arrives here all
  the same is refused, since it would widen what is trusted unseen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from bootstrap.errors import UsageError
from bootstrap.provenance import Origin, Sourced
from bootstrap.trust.errors import NamedCertificateError
from bootstrap.trust.settings import DefaultSources, TrustSettings


# FOLDED from bootstrap/trust/trusted_host.py
class TrustedHostError(UsageError):
    """What was said is not `HOST` or `HOST:PORT`."""

    def __init__(self, given: Sourced[str]) -> None:
        self.given = given
        super().__init__(
            f"{given.origin}: {given.value!r} names no host; expected HOST or HOST:PORT.",
            hint="For example: --trusted-host localhost:8080",
        )


@dataclass(frozen=True)
class TrustedHost:
    """A host, or one port of it, that is believed without verification (pip's `--trusted-host`)."""

    host: str
    """In lower case; an IPv6 address without its brackets."""
    port: int | None = None
    """None: every port."""

    @classmethod
    def parse(cls, given: Sourced[str]) -> TrustedHost:
        """Read `HOST` or `HOST:PORT`, IPv6 addresses with or without brackets.

        Raises `TrustedHostError`.
        """
        value = given.value.strip()
        if value.count(":") > 1 and not value.startswith("["):
            value = f"[{value}]"
        try:
            parts = urlsplit(f"//{value}")
            host, port = parts.hostname, parts.port
        except ValueError:
            raise TrustedHostError(given) from None
        if not host or parts.netloc != value or parts.username is not None:
            raise TrustedHostError(given)
        return cls(host, port)

    def covers(self, host: str, port: int) -> bool:
        """Tell whether a server is meant; `host` without brackets, in any case."""
        return self.host == host.lower().strip("[]") and self.port in {None, port}

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


_STRENGTH = {"option": 3, "variable": 2, "file": 1, "default": 0}


@dataclass(frozen=True)
class SystemStore:
    """The operating system's store, or what `SSL_CERT_FILE` and `SSL_CERT_DIR` put in its place."""

    origin: Origin
    file: Sourced[str] | None = None
    directories: Sourced[str] | None = None

    @property
    def is_redefined(self) -> bool:
        """Whether a variable names at least one half of it."""
        return self.file is not None or self.directories is not None


@dataclass(frozen=True)
class BundledStore:
    """certifi's authorities, which we bring along."""

    origin: Origin


@dataclass(frozen=True)
class NamedStore:
    """A file or directory of authorities that somebody named."""

    path: Path
    origin: Origin
    exclusive: bool
    """True for `--cert`, False for `--add-cert`."""


Source: TypeAlias = SystemStore | BundledStore | NamedStore


@dataclass(frozen=True)
class Ignored:
    """Something that was said and does not count."""

    setting: str
    value: str
    origin: Origin
    why: str


@dataclass(frozen=True)
class TrustPolicy:
    """Everything that decides whether a server is believed."""

    sources: tuple[Source, ...]
    ignored: tuple[Ignored, ...] = ()
    client_certificate: Sourced[Path] | None = None
    """A PEM file with our own certificate and its private key."""
    trusted_hosts: tuple[Sourced[TrustedHost], ...] = ()
    strict: bool = False

    @property
    def exclusive(self) -> NamedStore | None:
        """The store that `--cert` names, where it is in force."""
        return next((s for s in self.named if s.exclusive), None)

    @property
    def named(self) -> tuple[NamedStore, ...]:
        """The stores somebody named, in the order of their voices."""
        return tuple(s for s in self.sources if isinstance(s, NamedStore))

    def trusts_blindly(self, host: str, port: int) -> Sourced[TrustedHost] | None:
        """Return the `--trusted-host` that switches verification off for a server, if any does."""
        return next((g for g in self.trusted_hosts if g.value.covers(host, port)), None)


def decide(settings: TrustSettings) -> TrustPolicy:
    """Decide the policy from what was said.

    Raises `NamedCertificateError` for an empty value typed on the command line, and
    `TrustedHostError` for a host that is none.
    """
    certs, empty_certs = _spoken("cert", settings.cert)
    adds, empty_adds = _spoken("add-cert", settings.add_certs)
    clients, empty_clients = _spoken("client-cert", settings.client_cert)
    cert, silent_certs = _exclusive(certs, settings.default_sources)
    if cert is None:
        sources, silent = _default_sources(settings)
        silent_adds: tuple[Ignored, ...] = ()
    else:
        sources, silent = (NamedStore(Path(cert.value), cert.origin, exclusive=True),), ()
        silent = _silenced_defaults(settings, cert.origin)
        adds, silent_adds = _audible(adds, cert.origin)
    added = tuple(NamedStore(Path(a.value), a.origin, exclusive=False) for a in adds)
    ignored = (*silent_certs, *silent, *silent_adds, *_overruled("client-cert", clients))
    return TrustPolicy(
        sources=(*sources, *added),
        ignored=(*ignored, *empty_certs, *empty_adds, *empty_clients, *_empty_system(settings)),
        client_certificate=_path(clients[0]) if clients else None,
        trusted_hosts=tuple(_host(given) for given in settings.trusted_hosts if given.value),
        strict=settings.strict,
    )


def _spoken(
    setting: str, said: Iterable[Sourced[str]]
) -> tuple[tuple[Sourced[str], ...], tuple[Ignored, ...]]:
    """Part what was said from what is empty."""
    said = tuple(said)
    for given in said:
        if not given.value and given.origin.kind == "option":
            raise NamedCertificateError(given.origin, "", "it is empty")
    empty = tuple(_empty(setting, given) for given in said if not given.value)
    return tuple(given for given in said if given.value), empty


def _empty(setting: str, given: Sourced[str]) -> Ignored:
    return Ignored(setting, given.value, given.origin, "it is empty")


def _empty_system(settings: TrustSettings) -> tuple[Ignored, ...]:
    pairs = (("SSL_CERT_FILE", settings.system_file), ("SSL_CERT_DIR", settings.system_directory))
    return tuple(_empty(name, given) for name, given in pairs if given and not given.value)


def _exclusive(
    certs: tuple[Sourced[str], ...], trust: Sourced[DefaultSources]
) -> tuple[Sourced[str] | None, tuple[Ignored, ...]]:
    """Return the `--cert` in force, if one is, and those that are not."""
    if certs and _is_stronger(trust.origin, certs[0].origin):
        why = f"{trust.origin} chooses {trust.value.value}, and is the stronger voice"
        return None, tuple(Ignored("cert", c.value, c.origin, why) for c in certs)
    return (certs[0] if certs else None), _overruled("cert", certs)


def _overruled(setting: str, said: tuple[Sourced[str], ...]) -> tuple[Ignored, ...]:
    return tuple(
        Ignored(setting, given.value, given.origin, f"{said[0].origin} overrules it")
        for given in said[1:]
    )


def _default_sources(settings: TrustSettings) -> tuple[tuple[Source, ...], tuple[Ignored, ...]]:
    choice, origin = settings.default_sources.value, settings.default_sources.origin
    sources: list[Source] = []
    ignored: tuple[Ignored, ...] = ()
    if choice is DefaultSources.BUNDLED:
        ignored = _silenced_system(settings, f"{origin} does not ask the system's store")
    else:
        system = (settings.system_file, settings.system_directory)
        sources.append(SystemStore(origin, *(g if g and g.value else None for g in system)))
    if choice is not DefaultSources.SYSTEM:
        sources.append(BundledStore(origin))
    return tuple(sources), ignored


def _silenced_defaults(settings: TrustSettings, by: Origin) -> tuple[Ignored, ...]:
    why, trust = f"{by} is exclusive", settings.default_sources
    ignored = _silenced_system(settings, why)
    if trust.origin.kind != "default":
        ignored = (Ignored("trust", trust.value.value, trust.origin, why), *ignored)
    return ignored


def _silenced_system(settings: TrustSettings, why: str) -> tuple[Ignored, ...]:
    pairs = (("SSL_CERT_FILE", settings.system_file), ("SSL_CERT_DIR", settings.system_directory))
    return tuple(Ignored(n, g.value, g.origin, why) for n, g in pairs if g and g.value)


def _audible(
    adds: tuple[Sourced[str], ...], exclusive: Origin
) -> tuple[tuple[Sourced[str], ...], tuple[Ignored, ...]]:
    """Part what adds to an exclusive store from what its stronger voice silences."""
    why = f"{exclusive} is exclusive, and is the stronger voice"
    return (
        tuple(a for a in adds if not _is_stronger(exclusive, a.origin)),
        tuple(
            Ignored("add-cert", a.value, a.origin, why)
            for a in adds
            if _is_stronger(exclusive, a.origin)
        ),
    )


def _is_stronger(one: Origin, other: Origin) -> bool:
    return _STRENGTH[one.kind] > _STRENGTH[other.kind]


def _path(given: Sourced[str]) -> Sourced[Path]:
    return Sourced(Path(given.value), given.origin)


def _host(given: Sourced[str]) -> Sourced[TrustedHost]:
    return Sourced(TrustedHost.parse(given), given.origin)
