"""Hosts for which the user switched verification off."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from bootstrap.errors import UsageError
from bootstrap.provenance import Given


class TrustedHostError(UsageError):
    """What was said is not `HOST` or `HOST:PORT`."""

    def __init__(self, given: Given[str]) -> None:
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
    def parse(cls, given: Given[str]) -> TrustedHost:
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
