"""The trust policy: which CA certificates are trusted, and which settings have no effect.

`decide` is a pure function of the settings; it reads nothing. All rules of precedence between
different settings are in it. The values of one setting arrive highest first: `--cert`, `PIP_CERT`,
pip.conf, in the order of `config.load.collect_options`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from bootstrap.dataclasses import dataclass, field, replace
from bootstrap.errors import UsageError
from bootstrap.provenance import Origin, Sourced
from bootstrap.trust.errors import NamedCertificateError
from bootstrap.trust.settings import DefaultSources, TrustSettings


@dataclass(frozen=True)
class SystemStore:
    """The operating system's store; `SSL_CERT_FILE` and `SSL_CERT_DIR` replace its parts."""

    origin: Origin
    file: Sourced[str] | None = None
    directories: Sourced[str] | None = None

    @property
    def is_redefined(self) -> bool:
        """Whether a variable replaces at least one part."""
        return self.file is not None or self.directories is not None


@dataclass(frozen=True)
class BundledStore:
    """certifi's CA certificates, which are part of this program."""

    origin: Origin


@dataclass(frozen=True)
class NamedStore:
    """A file or directory of CA certificates that the user named."""

    path: Path
    origin: Origin
    exclusive: bool
    """True for `--cert`, False for `--add-cert`."""
    content: bytes | None = field(default=None, repr=False)
    """Of a file that is in a kit, and not on disk."""


Source: TypeAlias = SystemStore | BundledStore | NamedStore


@dataclass(frozen=True)
class Ignored:
    """A setting that has no effect."""

    setting: str
    value: str
    origin: Origin
    reason: str


@dataclass(frozen=True)
class TrustedHost:
    """A host, or one port of it, whose certificate is not verified (pip's `--trusted-host`)."""

    host: str
    """In lower case; an IPv6 address without its brackets."""
    port: int | None = None
    """None: every port."""

    @classmethod
    def parse(cls, given: Sourced[str]) -> TrustedHost:
        """Parse `HOST` or `HOST:PORT`, IPv6 addresses with or without brackets.

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

    def matches(self, host: str, port: int) -> bool:
        """Return whether this is the server; `host` without brackets, in any case."""
        return self.host == host.lower().strip("[]") and self.port in {None, port}

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


class TrustedHostError(UsageError):
    """A value of `--trusted-host` is not `HOST` or `HOST:PORT`.

    Causes: a scheme or a path was typed, too.

    Next: name the host only:
        python3 get-installer.pyz --trusted-host HOST:8443 --venv demo
    """

    def __init__(self, given: Sourced[str]) -> None:
        self.given = given
        super().__init__(
            f"{given.origin}: {given.value!r} is not a host name; expected HOST or HOST:PORT.",
            hint="For example: --trusted-host localhost:8080",
        )


@dataclass(frozen=True)
class TrustPolicy:
    """Everything that decides whether a server is trusted."""

    sources: tuple[Source, ...]
    ignored: tuple[Ignored, ...] = ()
    client_certificate: Sourced[Path] | None = None
    """A PEM file with the client's certificate and its private key."""
    trusted_hosts: tuple[Sourced[TrustedHost], ...] = ()
    strict: bool = False

    @property
    def exclusive(self) -> NamedStore | None:
        """The store that `--cert` names, where it is in force."""
        return next((store for store in self.named if store.exclusive), None)

    @property
    def named(self) -> tuple[NamedStore, ...]:
        """The stores that the user named, in the order of priority."""
        return tuple(source for source in self.sources if isinstance(source, NamedStore))

    def trusted_host_for(self, host: str, port: int) -> Sourced[TrustedHost] | None:
        """Return the `--trusted-host` that turns verification off for a server, or None."""
        return next((g for g in self.trusted_hosts if g.value.matches(host, port)), None)

    def is_insecure_host(self, host: str, port: int) -> bool:
        """Return whether verification is off for a server (`--trusted-host`)."""
        return self.trusted_host_for(host, port) is not None


def decide(settings: TrustSettings) -> TrustPolicy:
    """Decide which sources are in force: apply these rules in this order.

    Raises `NamedCertificateError` for an empty value on the command line, and `TrustedHostError`
    for a value of `--trusted-host` that is not a host.
    """
    ignored: list[Ignored] = []

    # Rule 1: an empty value counts as not set, as in pip. An empty option is an error; but an
    # empty `--cert` never arrives here: `config` has dropped it, and all values below it.
    settings = _drop_empty_values(settings, ignored)
    certs, add_certs, trust = settings.cert, settings.add_certs, settings.default_sources

    # Rule 2: --trust overrides every --cert that has a lower priority.
    if certs and trust.origin.outranks(certs[0].origin):
        _ignore("cert", certs, f"{trust.origin} has a higher priority", ignored)
        certs = ()

    # Rule 3: of several --cert, the one with the highest priority is used; the same holds for
    # --client-cert.
    _ignore_all_but_first("cert", certs, ignored)

    # Rule 4: --cert replaces the default sources, and every --add-cert that has a lower priority.
    # SSL_CERT_FILE and SSL_CERT_DIR are part of the default sources, so even a `cert` in pip.conf
    # replaces them.
    sources: list[Source]
    if certs:
        cert = certs[0]
        reason = f"{cert.origin} replaces all other sources"
        sources = [_named_store(cert, settings, exclusive=True)]
        if trust.origin.kind != "default":
            ignored.append(Ignored("trust", trust.value.value, trust.origin, reason))
        _ignore_system_variables(settings, reason, ignored)
        replaced = [add for add in add_certs if cert.origin.outranks(add.origin)]
        _ignore("add-cert", replaced, reason, ignored)
        add_certs = tuple(add for add in add_certs if add not in replaced)
    # Rule 5: without --cert, --trust selects the default sources.
    else:
        sources = _select_default_sources(settings, ignored)

    # Rule 6: every other --add-cert adds to these sources.
    sources += [_named_store(add, settings, exclusive=False) for add in add_certs]

    client = next(iter(settings.client_cert), None)
    _ignore_all_but_first("client-cert", settings.client_cert, ignored)
    return TrustPolicy(
        sources=tuple(sources),
        ignored=tuple(ignored),
        client_certificate=Sourced(Path(client.value), client.origin) if client else None,
        trusted_hosts=tuple(
            Sourced(TrustedHost.parse(host), host.origin)
            for host in settings.trusted_hosts
            if host.value
        ),
        strict=settings.strict,
    )


def _named_store(given: Sourced[str], settings: TrustSettings, *, exclusive: bool) -> NamedStore:
    content = settings.contained.get(given.value)
    return NamedStore(Path(given.value), given.origin, exclusive, content)


def _drop_empty_values(settings: TrustSettings, ignored: list[Ignored]) -> TrustSettings:
    """Return the settings without empty values; `--trusted-host ""` needs no report."""

    def drop(setting: str, values: Sequence[Sourced[str] | None]) -> tuple[Sourced[str], ...]:
        empty = [given for given in values if given and not given.value]
        for given in empty:
            if given.origin.kind == "option":
                raise NamedCertificateError(given.origin, "", "the value is empty")
        _ignore(setting, empty, "it is empty", ignored)
        return tuple(given for given in values if given and given.value)

    return replace(
        settings,
        cert=drop("cert", settings.cert),
        add_certs=drop("add-cert", settings.add_certs),
        client_cert=drop("client-cert", settings.client_cert),
        system_file=next(iter(drop("SSL_CERT_FILE", [settings.system_file])), None),
        system_directory=next(iter(drop("SSL_CERT_DIR", [settings.system_directory])), None),
    )


def _select_default_sources(settings: TrustSettings, ignored: list[Ignored]) -> list[Source]:
    selected, origin = settings.default_sources.value, settings.default_sources.origin
    sources: list[Source] = []
    if selected is DefaultSources.BUNDLED:
        _ignore_system_variables(settings, f"{origin} excludes the system store", ignored)
    else:
        sources.append(SystemStore(origin, settings.system_file, settings.system_directory))
    if selected is not DefaultSources.SYSTEM:
        sources.append(BundledStore(origin))
    return sources


def _ignore_system_variables(settings: TrustSettings, reason: str, ignored: list[Ignored]) -> None:
    _ignore("SSL_CERT_FILE", [settings.system_file], reason, ignored)
    _ignore("SSL_CERT_DIR", [settings.system_directory], reason, ignored)


def _ignore_all_but_first(
    setting: str, values: Sequence[Sourced[str]], ignored: list[Ignored]
) -> None:
    if values:
        _ignore(setting, values[1:], f"{values[0].origin} has a higher priority", ignored)


def _ignore(
    setting: str, values: Sequence[Sourced[str] | None], reason: str, ignored: list[Ignored]
) -> None:
    ignored += [Ignored(setting, given.value, given.origin, reason) for given in values if given]
