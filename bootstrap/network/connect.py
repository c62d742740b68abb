"""Making a TCP connection within a bounded time, whatever the network does with our packets."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Sequence
from typing import Any

CONNECT_BUDGET = 4.0
"""Seconds for finding a name, trying all of its addresses and shaking hands, together."""

_Address = tuple[Any, ...]
_SocketOption = tuple[int, int, int | bytes]


class Connector:
    """Connects to hosts, remembering which address answered; safe to use from several threads."""

    def __init__(self, budget: float = CONNECT_BUDGET) -> None:
        self.budget = budget
        self._answered: dict[tuple[str, int], _Address] = {}

    def connect(self, host: str, port: int, options: Sequence[_SocketOption] = ()) -> socket.socket:
        """Return a connected socket whose timeout is what remains of the budget.

        Raises OSError: socket.gaierror for a name that is not found, TimeoutError for silence.
        """
        deadline = time.monotonic() + self.budget
        known = self._answered.get((host, port))
        addresses = [known] if known else look_up(host, port, self.budget)
        try:
            connection, address = _first_to_answer(addresses, deadline, options)
        except OSError:
            self._answered.pop((host, port), None)
            raise
        self._answered[host, port] = address
        connection.settimeout(max(0.5, deadline - time.monotonic()))
        return connection


def _first_to_answer(
    addresses: Sequence[_Address], deadline: float, options: Sequence[_SocketOption]
) -> tuple[socket.socket, _Address]:
    """Try one address after the other, each with its fair share of the time that is left."""
    failure: OSError = socket.gaierror(socket.EAI_NONAME, "no address")
    for number, address in enumerate(addresses):
        share = max(0.1, deadline - time.monotonic()) / (len(addresses) - number)
        try:
            return _connected(address, share, options), address
        except OSError as error:
            failure = error
    raise failure


def _connected(
    address: _Address, seconds: float, options: Sequence[_SocketOption]
) -> socket.socket:
    family, kind, protocol, _, place = address
    connection = socket.socket(family, kind, protocol)
    try:
        for option in options:
            connection.setsockopt(*option)
        connection.settimeout(seconds)
        connection.connect(place)
    except BaseException:
        connection.close()
        raise
    return connection


def look_up(host: str, port: int, seconds: float) -> list[_Address]:
    """Return getaddrinfo's answer, or raise TimeoutError where it does not come in time.

    getaddrinfo knows no timeout: a resolver whose packets vanish holds it up for half a minute. It
    is left behind in a daemon thread, which cannot hold the process up.
    """
    answers: queue.SimpleQueue[list[_Address] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except OSError as error:
            answers.put(error)
        except UnicodeError as error:  # a label that is empty or too long
            answers.put(socket.gaierror(socket.EAI_NONAME, str(error)))

    threading.Thread(target=ask, daemon=True, name=f"look up {host}").start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f"no answer from name resolution in {seconds:.0f} s") from None
    if isinstance(answer, OSError):
        raise answer
    return answer
