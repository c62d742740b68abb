"""TCP connections within a bounded time, whatever happens to our packets."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Sequence
from typing import Any

CONNECT_BUDGET = 4.0
"""Seconds for name resolution and connecting, for all addresses together."""

_Address = tuple[Any, ...]
_SocketOption = tuple[int, int, int | bytes]


class Connector:
    """Connects to hosts and remembers working addresses; safe to use from several threads."""

    def __init__(self, budget: float = CONNECT_BUDGET) -> None:
        self.budget = budget
        self._working: dict[tuple[str, int], _Address] = {}

    def connect(self, host: str, port: int, options: Sequence[_SocketOption] = ()) -> socket.socket:
        """Return a connected socket whose timeout is what remains of the budget.

        Raises OSError: socket.gaierror if the name is not found, TimeoutError if nothing answers.
        """
        deadline = time.monotonic() + self.budget
        working = self._working.get((host, port))
        addresses = [working] if working else resolve_host(host, port, self.budget)
        failure: OSError = socket.gaierror(socket.EAI_NONAME, "no address")
        for number, address in enumerate(addresses):
            # Each address gets an equal share of the time that is left.
            share = max(0.1, deadline - time.monotonic()) / (len(addresses) - number)
            try:
                connection = _connect(address, share, options)
            except OSError as error:
                failure = error
            else:
                self._working[host, port] = address
                connection.settimeout(max(0.5, deadline - time.monotonic()))
                return connection
        self._working.pop((host, port), None)
        raise failure


def _connect(address: _Address, timeout: float, options: Sequence[_SocketOption]) -> socket.socket:
    family, kind, protocol, _, socket_address = address
    connection = socket.socket(family, kind, protocol)
    try:
        for option in options:
            connection.setsockopt(*option)
        connection.settimeout(timeout)
        connection.connect(socket_address)
    except BaseException:
        connection.close()
        raise
    return connection


def resolve_host(host: str, port: int, timeout: float) -> list[_Address]:
    """Return the result of getaddrinfo, or raise TimeoutError after `timeout` seconds.

    getaddrinfo has no timeout: a resolver that does not answer blocks it for half a minute. Then
    it is left behind in a daemon thread, which does not keep the process alive.
    """
    results: queue.SimpleQueue[list[_Address] | OSError] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            results.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except OSError as error:
            results.put(error)
        except UnicodeError as error:  # a label that is empty or too long
            results.put(socket.gaierror(socket.EAI_NONAME, str(error)))

    threading.Thread(target=resolve, daemon=True, name=f"resolve {host}").start()
    try:
        result = results.get(timeout=timeout)
    except queue.Empty:
        raise TimeoutError(f"name resolution did not answer within {timeout:.0f} s") from None
    if isinstance(result, OSError):
        raise result
    return result
