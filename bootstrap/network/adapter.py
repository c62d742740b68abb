"""requests and urllib3 with one TLS context and connections made in bounded time."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
from contextlib import suppress
from typing import Any
from weakref import WeakSet

from bootstrap._vendor.requests import PreparedRequest
from bootstrap._vendor.requests.adapters import HTTPAdapter
from bootstrap._vendor.urllib3 import PoolManager, ProxyManager
from bootstrap._vendor.urllib3.connection import HTTPConnection, HTTPSConnection
from bootstrap._vendor.urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from bootstrap._vendor.urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
)
from bootstrap.network.connect import Connector
from bootstrap.network.insecure_hosts import InsecureHosts
from bootstrap.network.pacing import PacedResponse
from bootstrap.network.urls import url_origin

CONNECTIONS_PER_HOST = 16


class OneContextAdapter(HTTPAdapter):
    """An adapter whose connections, to servers and to proxies, all use one TLS context.

    With a client certificate there is a second one that presents it, to named hosts. requests and
    urllib3 would open CA files of their own for each connection; here they never get a path. An
    insecure host (`--trusted-host`) gets the unverified context.
    """

    def __init__(
        self,
        context: ssl.SSLContext,
        insecure_hosts: InsecureHosts,
        connector: Connector,
        named_hosts: frozenset[str] = frozenset(),
        client_context: ssl.SSLContext | None = None,
        *,
        opens_spare: bool = False,
    ) -> None:
        """`opens_spare`: open one more connection to each server than the first request needs."""
        self._context = context
        self._named_hosts = named_hosts
        self._client_context = client_context
        self._insecure_hosts = insecure_hosts
        self._lock = threading.Lock()
        self._connections: WeakSet[HTTPConnection] = WeakSet()
        self._classes = _create_pool_classes(connector, self._connections, opens_spare=opens_spare)
        super().__init__(pool_connections=32, pool_maxsize=CONNECTIONS_PER_HOST)

    def init_poolmanager(self, connections: int, maxsize: int, *_: Any, **_options: Any) -> None:
        """Create the pools for direct connections; a thread waits if all of a host's are in use."""
        self._pool_options: dict[str, Any] = {
            "num_pools": connections,
            "maxsize": maxsize,
            "block": True,
        }
        self.poolmanager = PoolManager(**self._pool_options, ssl_context=self._context)
        self.poolmanager.pool_classes_by_scheme = self._classes

    def proxy_manager_for(self, proxy: str, **_options: Any) -> ProxyManager:
        """Return the pools for one proxy: TLS to it and through it uses the one context."""
        with self._lock:
            if proxy not in self.proxy_manager:
                unverified, verified = self._contexts_for(proxy)
                manager = ProxyManager(
                    proxy,
                    **self._pool_options,
                    proxy_headers=self.proxy_headers(proxy),
                    ssl_context=self._context,
                    proxy_ssl_context=unverified or verified,
                    proxy_assert_hostname=False if unverified else None,
                )
                manager.pool_classes_by_scheme = self._classes
                self.proxy_manager[proxy] = manager
            cached: ProxyManager = self.proxy_manager[proxy]
            return cached

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the key of a request's pool: scheme, host, port and TLS context."""
        del verify, cert  # the trust policy decides, once per run
        host = url_origin(str(request.url))._asdict()
        unverified, verified = self._contexts_for(str(request.url))
        if unverified is None:
            return host, {"ssl_context": verified}
        checks = {"cert_reqs": "CERT_NONE", "assert_hostname": False}
        return host, {"ssl_context": unverified, **checks}

    def _contexts_for(self, url: str) -> tuple[ssl.SSLContext | None, ssl.SSLContext]:
        """Return the unverified context of an insecure host, and the one that verifies."""
        is_named = url_origin(url).host in self._named_hosts
        verified = self._client_context if is_named else None
        return self._insecure_hosts.context_for(url, is_named=is_named), verified or self._context

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Do nothing: the base class would look for a CA file and give its path to urllib3."""

    def shut_down_connections(self) -> None:
        """Shut down every connection in use, so that no thread waits for a server."""
        for connection in list(self._connections):
            sock = connection.sock
            with suppress(OSError, TypeError):  # it may be closed already
                # TLS within TLS is not a socket but has one. And not SSLSocket's own shutdown,
                # which ends TLS: a thread that still reads would get the encrypted bytes.
                socket.socket.shutdown(getattr(sock, "socket", sock), socket.SHUT_RDWR)


def _create_pool_classes(
    connector: Connector, connections: WeakSet[HTTPConnection], *, opens_spare: bool
) -> dict[str, type[HTTPConnectionPool]]:
    """Return urllib3's pool classes by scheme; their connections are made by the connector."""

    class PlainConnection(HTTPConnection):
        response_class = PacedResponse

        def _new_conn(self) -> socket.socket:
            connections.add(self)
            return _connect(self, connector)

    class TlsConnection(HTTPSConnection):
        response_class = PacedResponse

        def _new_conn(self) -> socket.socket:
            connections.add(self)
            return _connect(self, connector)

        @property
        def is_connected(self) -> bool:
            """Whether it can be used: also where only session tickets wait to be read (TLS 1.3)."""
            return super().is_connected or has_only_tickets(self.sock)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = PlainConnection

    class TlsPool(_TlsPool):
        ConnectionCls = TlsConnection
        needs_spare = opens_spare

    return {"http": PlainPool, "https": TlsPool}


class _TlsPool(HTTPSConnectionPool):
    needs_spare = False

    def _validate_conn(self, conn: Any) -> None:
        # As in the base class, without its warning: `InsecureHosts` has warned already.
        if conn.is_closed:
            conn.connect()

    def _new_conn(self) -> Any:
        if self.needs_spare and self.proxy is None:
            self.needs_spare = False
            threading.Thread(target=self._open_spare, daemon=True).start()
        return super()._new_conn()

    def _open_spare(self) -> None:
        """Open a connection while the first request is on its way.

        It takes two round trips (TCP, TLS 1.3). Then METADATA and the wheel can be asked for at
        once, where one server has all.
        """
        with suppress(HTTPError, OSError):  # who needs the connection will see the error
            connection = self._get_conn()
            try:
                connection.connect()
            finally:
                self._put_conn(connection)


def has_only_tickets(sock: object) -> bool:
    """Tell whether a connection's server has neither sent data nor ended the connection."""
    if not isinstance(sock, ssl.SSLSocket):
        return False
    timeout = sock.gettimeout()
    try:
        sock.settimeout(0)
        sock.recv(1)  # data that nobody asked for, or the end
    except ssl.SSLWantReadError:
        return True
    except OSError:
        return False
    finally:
        sock.settimeout(timeout)
    return False


def _connect(connection: HTTPConnection, connector: Connector) -> socket.socket:
    """Do what `HTTPConnection._new_conn` does, in bounded time for all addresses together."""
    try:
        sock = connector.connect(connection.host, connection.port, connection.socket_options or ())
    except socket.gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, str(error)) from error
    except OSError as error:
        raise NewConnectionError(connection, str(error)) from error
    sys.audit("http.client.connect", connection, connection.host, connection.port)
    return sock
