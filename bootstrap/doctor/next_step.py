"""What to do next, as whole commands where there are any."""

from __future__ import annotations

from urllib.parse import urlsplit

from bootstrap.doctor.resigned import resigned_steps
from bootstrap.errors import BootstrapError
from bootstrap.network.urls import is_remote
from bootstrap.tls_diagnosis.connect import TunnelRefusedError
from bootstrap.tls_diagnosis.explain import CertificateError
from bootstrap.tls_diagnosis.server_report import ServerReport

_COMMAND = "python3 get-installer.pyz doctor"


def next_step(failure: BootstrapError | None) -> str | None:
    """Return what to do: the full hint would end with the command that the user has just run."""
    if failure is None:
        return None
    return failure.advice if isinstance(failure, CertificateError) else failure.hint


def server_step(report: ServerReport) -> str | None:
    """Return what to do about a server that a run cannot use."""
    failure = report.failure
    if failure is None:
        return None
    if steps := resigned_steps(report):
        return "\n".join(steps)
    if isinstance(failure, CertificateError | TunnelRefusedError) or report.chain:
        return next_step(failure)
    if report.server.proxy:
        check = "Check the address of the proxy, and whether it runs. To try without it:"
        return f'{check}\n  {_COMMAND} --proxy ""'
    check = "Check the URL and the network. Where a proxy leads out of the network, name it:"
    return f"{check}\n  {_COMMAND} --proxy http://PROXY:PORT"


def index_step(url: str) -> str:
    """Return what to do about an index that lacks what each index has."""
    parts = urlsplit(url)
    if not is_remote(url) or parts.path.rstrip("/").endswith("/simple"):
        return "Check the URL, or name another project if this index has others only."
    better = parts._replace(path="/simple/").geturl()
    return f"Check the URL, which ends in /simple/ most often:\n  {_COMMAND} --index-url {better}"
