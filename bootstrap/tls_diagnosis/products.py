"""Recognise products that intercept TLS connections by the names in their certificates.

A name proves nothing, because anybody can write it. It only helps the user to know whom to ask.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bootstrap.tls_diagnosis.certificate import Certificate


@dataclass(frozen=True)
class Product:
    """A product that intercepts TLS connections."""

    name: str
    where: str
    """Where to get its root certificate."""


_NETWORK = "your network's administrators have its root certificate"
_OWN_MACHINE = "it runs on this machine, and its settings let you export its root certificate"
_DEBUGGER = "it is a debugging proxy, which you have probably started yourself"

_PRODUCTS = (
    # The text that an issuer's name contains, in lower case.
    ("zscaler", Product("Zscaler", _NETWORK)),
    ("netskope", Product("Netskope", _NETWORK)),
    ("goskope", Product("Netskope", _NETWORK)),
    ("palo alto", Product("Palo Alto Networks", _NETWORK)),
    ("globalprotect", Product("Palo Alto Networks", _NETWORK)),
    ("fortinet", Product("Fortinet FortiGate", _NETWORK)),
    ("fortigate", Product("Fortinet FortiGate", _NETWORK)),
    ("blue coat", Product("Symantec (Blue Coat) ProxySG", _NETWORK)),
    ("bluecoat", Product("Symantec (Blue Coat) ProxySG", _NETWORK)),
    ("proxysg", Product("Symantec (Blue Coat) ProxySG", _NETWORK)),
    ("mcafee web gateway", Product("Skyhigh (McAfee) Web Gateway", _NETWORK)),
    ("skyhigh", Product("Skyhigh (McAfee) Web Gateway", _NETWORK)),
    ("cisco umbrella", Product("Cisco Umbrella", _NETWORK)),
    ("opendns", Product("Cisco Umbrella", _NETWORK)),
    ("cisco secure web", Product("Cisco Secure Web Appliance", _NETWORK)),
    ("cloudflare for teams", Product("Cloudflare Gateway", _NETWORK)),
    ("gateway ca - cloudflare", Product("Cloudflare Gateway", _NETWORK)),
    ("forcepoint", Product("Forcepoint", _NETWORK)),
    ("websense", Product("Forcepoint", _NETWORK)),
    ("check point", Product("Check Point", _NETWORK)),
    ("checkpoint", Product("Check Point", _NETWORK)),
    ("sophos", Product("Sophos", _NETWORK)),
    ("sonicwall", Product("SonicWall", _NETWORK)),
    ("watchguard", Product("WatchGuard", _NETWORK)),
    ("barracuda", Product("Barracuda", _NETWORK)),
    ("untangle", Product("Untangle", _NETWORK)),
    ("iboss", Product("iboss", _NETWORK)),
    ("menlo security", Product("Menlo Security", _NETWORK)),
    ("cato networks", Product("Cato Networks", _NETWORK)),
    ("squid", Product("Squid", _NETWORK)),
    ("kaspersky", Product("Kaspersky", _OWN_MACHINE)),
    ("eset ssl", Product("ESET", _OWN_MACHINE)),
    ("bitdefender", Product("Bitdefender", _OWN_MACHINE)),
    ("avast", Product("Avast", _OWN_MACHINE)),
    ("avg web", Product("AVG", _OWN_MACHINE)),
    ("dr.web", Product("Dr.Web", _OWN_MACHINE)),
    ("adguard", Product("AdGuard", _OWN_MACHINE)),
    ("norton web", Product("Norton", _OWN_MACHINE)),
    ("mitmproxy", Product("mitmproxy", f"{_DEBUGGER}; see ~/.mitmproxy/mitmproxy-ca-cert.pem")),
    ("charles proxy", Product("Charles", f"{_DEBUGGER}; Help > SSL Proxying exports it")),
    ("do_not_trust_fiddler", Product("Fiddler", f"{_DEBUGGER}; Options > HTTPS exports it")),
    ("fiddler", Product("Fiddler", f"{_DEBUGGER}; Options > HTTPS exports it")),
    ("portswigger", Product("Burp Suite", f"{_DEBUGGER}; Proxy settings export it")),
    ("burp suite", Product("Burp Suite", f"{_DEBUGGER}; Proxy settings export it")),
    ("owasp", Product("ZAP", f"{_DEBUGGER}; Options > Server Certificates exports it")),
)


def find_product(chain: Iterable[Certificate]) -> Product | None:
    """Return the product that an issuer in the chain names, or None."""
    names = " ".join(str(certificate.issuer) for certificate in chain).lower()
    return next((product for text, product in _PRODUCTS if text in names), None)
