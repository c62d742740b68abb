"""The facts an explanation is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bootstrap.trust.inspection.failures import Failure
from bootstrap.trust.inspection.tunnel import Server
from bootstrap.trust.x509.certificate import Certificate


@dataclass(frozen=True)
class Findings:
    """What is known of a failure."""

    failure: Failure
    server: Server
    chain: tuple[Certificate, ...]
    asked: str
    """The sources in force, as a phrase."""
    now: datetime
    clock_doubt: str | None = None
    known_elsewhere: tuple[str, ...] = ()
    """The default stores, not asked, that hold an authority of the issuer's name."""
    exclusive: str | None = None
    """What made the named store the only one."""
    client_certificate: str | None = None

    @property
    def leaf(self) -> Certificate | None:
        """The server's own certificate."""
        return self.chain[0] if self.chain else None

    @property
    def top(self) -> Certificate | None:
        """The last certificate that was presented in line: its issuer is who was looked for."""
        return linked(self.chain)[-1] if self.chain else None


def linked(chain: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
    """Return the server's certificate and each issuer found among what was presented."""
    line = list(chain[:1])
    while line and not line[-1].is_self_issued:
        issuers = (c for c in chain if c not in line and line[-1].may_be_issued_by(c))
        issuer = next(issuers, None)
        if issuer is None:
            break
        line.append(issuer)
    return tuple(line)
