"""The client certificate goes to the servers that the user named, once they are believed."""

from __future__ import annotations

import io
import socket
import ssl
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from bootstrap.network.session import Session
from bootstrap.network.settings import NetworkSettings
from bootstrap.provenance import Origin, Sourced
from bootstrap.tls_diagnosis.explain import CertificateError
from bootstrap.trust.anchors import load_anchors
from bootstrap.trust.context import make_client_context, make_context
from bootstrap.trust.policy import decide
from bootstrap.trust.settings import TrustSettings
from bootstrap.ui import Ui
from tests.unit.trust.private_ca import CertificateSpec, PrivateCa
from tests.unit.trust.tls_servers import RawServer

OPTION = Origin.option("--client-cert")
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class AskingServer(RawServer):
    """A TLS server that asks for a client certificate, and records who presented which."""

    def __init__(self, ca: PrivateCa, client_ca: PrivateCa, directory: Path) -> None:
        super().__init__(self._answer)
        self.presented: list[bytes | None] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # TLS 1.2: the handshake ends only after the client's certificate.
        self._context.maximum_version = ssl.TLSVersion.TLSv1_2
        pem = ca.issue().write(directory / "server.pem")
        self._context.load_cert_chain(pem)
        self._context.verify_mode = ssl.CERT_OPTIONAL
        self._context.load_verify_locations(cadata=client_ca.root.der)

    @property
    def url(self) -> str:
        """An URL of it."""
        return f"https://localhost:{self.port}/x"

    def _answer(self, connection: socket.socket) -> None:
        with self._context.wrap_socket(connection, server_side=True) as tls:
            self.presented.append(tls.getpeercert(binary_form=True))
            if tls.recv(1 << 16):
                tls.sendall(_ANSWER)


@pytest.fixture
def client_ca() -> PrivateCa:
    return PrivateCa("clients")


@pytest.fixture
def believed(client_ca: PrivateCa, tmp_path: Path) -> Iterator[tuple[AskingServer, Path]]:
    """A server, and the file of the authority that issued its certificate."""
    ca = PrivateCa("servers")
    (tmp_path / "ca.pem").write_bytes(ca.root.pem)
    with AskingServer(ca, client_ca, tmp_path) as server:
        assert isinstance(server, AskingServer)
        yield server, tmp_path / "ca.pem"


MakeSession = Callable[..., Session]


@pytest.fixture
def open_session(client_ca: PrivateCa, tmp_path: Path) -> Iterator[MakeSession]:
    """Open sessions with a client certificate."""
    own = client_ca.issue(CertificateSpec((), common_name="me")).write(tmp_path / "me.pem")
    sessions = []

    def make(ca: Path, *named: str, insecure: tuple[str, ...] = ()) -> Session:
        policy = decide(
            TrustSettings(
                cert=(Sourced(str(ca), OPTION),),
                client_cert=(Sourced(str(own), OPTION),),
                trusted_hosts=tuple(Sourced(host, OPTION) for host in insecure),
            )
        )
        anchors = load_anchors(policy)
        sessions.append(
            Session(
                NetworkSettings(timeout=5.0, retries=0, named_urls=named),
                partial(make_context, policy, anchors),
                policy,
                Ui(io.StringIO(), io.StringIO()),
                partial(make_client_context, policy, anchors),
            )
        )
        return sessions[-1]

    yield make
    for session in sessions:
        session.close()


def test_a_server_that_the_user_named_gets_it(
    open_session: MakeSession, believed: tuple[AskingServer, Path]
) -> None:
    server, ca = believed
    open_session(ca, f"https://localhost:{server.port + 1}/simple/").get(server.url)
    assert [bool(each) for each in server.presented] == [True]


def test_another_server_does_not_get_it(
    open_session: MakeSession, believed: tuple[AskingServer, Path]
) -> None:
    server, ca = believed
    open_session(ca, "https://index.example/simple/").get(server.url)
    assert server.presented == [None]


@pytest.mark.parametrize("named", ["localhost", "index.example"])
def test_a_server_whose_verification_is_off_gets_it_only_if_it_is_named(
    open_session: MakeSession, believed: tuple[AskingServer, Path], tmp_path: Path, named: str
) -> None:
    server, _ = believed
    other = tmp_path / "other.pem"
    other.write_bytes(PrivateCa("others").root.pem)
    open_session(other, f"https://{named}/", insecure=("localhost",)).get(server.url)
    assert [bool(each) for each in server.presented] == [named == "localhost"]


def test_a_server_that_is_not_believed_never_gets_it_not_even_to_explain_why(
    open_session: MakeSession, believed: tuple[AskingServer, Path], tmp_path: Path
) -> None:
    server, _ = believed
    other = tmp_path / "other.pem"
    other.write_bytes(PrivateCa("others").root.pem)
    with pytest.raises(CertificateError) as caught:
        open_session(other, server.url).get(server.url)
    assert caught.value.chain  # the diagnosis has greeted it again
    assert not any(server.presented)
