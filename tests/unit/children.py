"""Runs code in a forked child, for tests in which a signal ends it."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable


def run_in_child(action: Callable[[], object], *handled: signal.Signals) -> int:
    """Run an action in a child with default signal handlers; return how the child ended."""
    child = os.fork()
    if child == 0:
        status = 1
        for number in handled:
            is_interrupt = number == signal.SIGINT
            signal.signal(number, signal.default_int_handler if is_interrupt else signal.SIG_DFL)
        try:
            action()
            status = 0
        except KeyboardInterrupt:
            status = 2
        except BaseException:  # noqa: BLE001  # whatever it is, the child ends here
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
