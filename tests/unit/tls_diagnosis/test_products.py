from __future__ import annotations

import pytest

from bootstrap.tls_diagnosis.certificate import parse
from bootstrap.tls_diagnosis.products import find_product
from tests.unit.trust.private_ca import PrivateCa


@pytest.mark.parametrize(
    ("issuer", "product"),
    [
        ("ca.tenant.goskope.com", "Netskope"),
        ("FortiGate CA", "Fortinet FortiGate"),
        ("Cisco Umbrella Root CA", "Cisco Umbrella"),
        ("Kaspersky Anti-Virus Personal Root Certificate", "Kaspersky"),
        ("mitmproxy", "mitmproxy"),
        ("DO_NOT_TRUST_FiddlerRoot", "Fiddler"),
        ("PortSwigger CA", "Burp Suite"),
        ("Charles Proxy CA (1 Jan 2026, host)", "Charles"),
        ("Let's Encrypt", None),
    ],
)
def test_products_are_recognised_by_their_issuers_names(issuer: str, product: str | None) -> None:
    chain = [parse(PrivateCa(issuer).issue().der)]
    found = find_product(chain)
    assert (found.name if found else None) == product
