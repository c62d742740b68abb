"""Recognise products that intercept TLS connections by the names in their certificates.

A name proves nothing, because anybody can write it. It only helps the user to know whom to ask.
"""

from __future__ import annotations

from collections.abc import Iterable

from bootstrap.dataclasses import dataclass
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
    # with the texts that an issuer's name contains, in lower case
    (Product("Zscaler", _NETWORK), ("zscaler",)),
    (Product("Netskope", _NETWORK), ("netskope", "goskope")),
    (Product("Palo Alto Networks", _NETWORK), ("palo alto", "globalprotect")),
    (Product("Fortinet FortiGate", _NETWORK), ("fortinet", "fortigate")),
    (Product("Symantec (Blue Coat) ProxySG", _NETWORK), ("blue coat", "bluecoat", "proxysg")),
    (Product("Skyhigh (McAfee) Web Gateway", _NETWORK), ("mcafee web gateway", "skyhigh")),
    (Product("Cisco Umbrella", _NETWORK), ("cisco umbrella", "opendns")),
    (Product("Cisco Secure Web Appliance", _NETWORK), ("cisco secure web",)),
    (Product("Cloudflare Gateway", _NETWORK), ("cloudflare for teams", "gateway ca - cloudflare")),
    (Product("Forcepoint", _NETWORK), ("forcepoint", "websense")),
    (Product("Check Point", _NETWORK), ("check point", "checkpoint")),
    (Product("Sophos", _NETWORK), ("sophos",)),
    (Product("SonicWall", _NETWORK), ("sonicwall",)),
    (Product("WatchGuard", _NETWORK), ("watchguard",)),
    (Product("Barracuda", _NETWORK), ("barracuda",)),
    (Product("Untangle", _NETWORK), ("untangle",)),
    (Product("iboss", _NETWORK), ("iboss",)),
    (Product("Menlo Security", _NETWORK), ("menlo security",)),
    (Product("Cato Networks", _NETWORK), ("cato networks",)),
    (Product("Squid", _NETWORK), ("squid",)),
    (Product("Kaspersky", _OWN_MACHINE), ("kaspersky",)),
    (Product("ESET", _OWN_MACHINE), ("eset ssl",)),
    (Product("Bitdefender", _OWN_MACHINE), ("bitdefender",)),
    (Product("Avast", _OWN_MACHINE), ("avast",)),
    (Product("AVG", _OWN_MACHINE), ("avg web",)),
    (Product("Dr.Web", _OWN_MACHINE), ("dr.web",)),
    (Product("AdGuard", _OWN_MACHINE), ("adguard",)),
    (Product("Norton", _OWN_MACHINE), ("norton web",)),
    (Product("mitmproxy", f"{_DEBUGGER}; see ~/.mitmproxy/mitmproxy-ca-cert.pem"), ("mitmproxy",)),
    (Product("Charles", f"{_DEBUGGER}; Help > SSL Proxying exports it"), ("charles proxy",)),
    (
        Product("Fiddler", f"{_DEBUGGER}; Options > HTTPS exports it"),
        ("do_not_trust_fiddler", "fiddler"),
    ),
    (
        Product("Burp Suite", f"{_DEBUGGER}; Proxy settings export it"),
        ("portswigger", "burp suite"),
    ),
    (Product("ZAP", f"{_DEBUGGER}; Options > Server Certificates exports it"), ("owasp",)),
)


def find_product(chain: Iterable[Certificate]) -> Product | None:
    """Return the product that an issuer in the chain names, or None."""
    names = " ".join(str(certificate.issuer) for certificate in chain).lower()
    return next((product for product, texts in _PRODUCTS if any(t in names for t in texts)), None)
