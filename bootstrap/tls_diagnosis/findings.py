"""The facts an explanation is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from bootstrap.tls_diagnosis.certificate import Certificate
from bootstrap.tls_diagnosis.classify import Failure
from bootstrap.tls_diagnosis.connect import Server


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


# FOLDED from bootstrap/trust/inspection/clock.py
_OLDEST_USE = timedelta(days=365 * 15)
"""Nobody runs a program so long after it was made: the clock is in the future."""


def made_on() -> datetime | None:
    """Return a date before which this program cannot run: certifi's version is one."""
    from bootstrap._vendor import certifi

    try:
        year, month, day = map(int, certifi.__version__.split(".")[:3])
        return datetime(year, month, day, tzinfo=timezone.utc)
    except ValueError:
        return None


def doubt(now: datetime, made: datetime | None) -> str | None:
    """Return why the clock must be wrong, or None where it may be right."""
    if made is None:
        return None
    if now < made - timedelta(days=1):
        return (
            f"this machine's clock says {day(now)}, which is before this program was made "
            f"({day(made)})"
        )
    if now > made + _OLDEST_USE:
        return f"this machine's clock says {day(now)}, long after this program was made"
    return None


def day(moment: datetime) -> str:
    """Return a date as everybody reads it."""
    return moment.strftime("%Y-%m-%d")
