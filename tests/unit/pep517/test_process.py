from __future__ import annotations

import signal
import sys
import textwrap
import threading
import time
import tracemalloc
from pathlib import Path

import pytest

from bootstrap.pep517.subprocesses import TAIL, Outcome, ProcessGroup
from bootstrap.signals import StoppedError


def run(script: str, tmp_path: Path, timeout: float | None = None) -> tuple[Outcome, list[str]]:
    heard: list[str] = []
    outcome = ProcessGroup().run(
        [sys.executable, "-u", "-c", textwrap.dedent(script)],
        cwd=tmp_path,
        environ={},
        heard=heard.append,
        timeout=timeout,
    )
    return outcome, heard


def test_both_streams_are_heard_in_their_order(tmp_path: Path) -> None:
    outcome, heard = run(
        "import sys; print('a'); print('b', file=sys.stderr); print('c')", tmp_path
    )
    assert heard == ["a", "b", "c"]
    assert outcome == Outcome(0, ("a", "b", "c"))


def test_output_is_heard_while_the_child_still_runs(tmp_path: Path) -> None:
    signal_file = tmp_path / "heard"
    script = f"""
        import os, time
        print("first")
        while not os.path.exists({str(signal_file)!r}):
            time.sleep(0.01)
    """
    outcome = ProcessGroup().run(
        [sys.executable, "-u", "-c", textwrap.dedent(script)],
        cwd=tmp_path,
        environ={},
        heard=lambda _: signal_file.touch(),
        timeout=60,
    )
    assert outcome == Outcome(0, ("first",))


def test_the_end_of_much_output_is_kept_and_no_more(tmp_path: Path) -> None:
    tracemalloc.start()
    outcome = ProcessGroup().run(
        [sys.executable, "-c", "for n in range(50): print(str(n % 10) * 400_000)\nprint('end')"],
        cwd=tmp_path,
        environ={},
        heard=lambda _: None,
    )
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(outcome.tail) == TAIL
    assert outcome.tail[-1] == "end"
    assert peak < 2_000_000, "twenty megabytes went by"


def test_bytes_that_are_no_text_are_heard_all_the_same(tmp_path: Path) -> None:
    outcome, _ = run("import os; os.write(1, b'\\xff\\n')", tmp_path)
    assert outcome.tail == ("\\xff",)


def test_a_failure_s_status_and_signal_are_told(tmp_path: Path) -> None:
    assert run("raise SystemExit(3)", tmp_path)[0].status == 3
    killed, _ = run("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", tmp_path)
    assert killed.status == -signal.SIGSEGV


SLEEPING_FAMILY = """
    import subprocess, sys, time
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print(child.pid)
    {then}
"""


def assert_gone(pid: int) -> None:
    """Wait until a grandchild is dead: gone, or a zombie that nobody reaps in a container."""
    deadline = time.monotonic() + 60
    while _is_alive(pid):
        assert time.monotonic() < deadline, f"{pid} still runs"
        time.sleep(0.005)


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}


def test_what_hangs_is_stopped_in_time_with_all_it_started(tmp_path: Path) -> None:
    outcome, heard = run(SLEEPING_FAMILY.format(then="time.sleep(600)"), tmp_path, timeout=1)
    assert outcome.timed_out
    assert_gone(int(heard[0]))


def test_what_a_child_leaves_running_is_ended_with_it(tmp_path: Path) -> None:
    outcome, heard = run(SLEEPING_FAMILY.format(then=""), tmp_path)
    assert outcome.status == 0
    assert_gone(int(heard[0]))


def test_stop_ends_children_of_other_threads_and_starts_no_more(tmp_path: Path) -> None:
    children = ProcessGroup()
    started = threading.Event()
    outcomes: list[Outcome] = []

    def work() -> None:
        outcomes.append(
            children.run(
                [sys.executable, "-u", "-c", "print(1)\nimport time; time.sleep(600)"],
                cwd=tmp_path,
                environ={},
                heard=lambda _: started.set(),
            )
        )

    thread = threading.Thread(target=work)
    thread.start()
    assert started.wait(60)
    children.stop()
    thread.join(60)
    assert [each.status for each in outcomes] == [-signal.SIGKILL]
    with pytest.raises(StoppedError):
        children.run([sys.executable, "-c", ""], cwd=tmp_path, environ={}, heard=print)


def test_an_interrupt_ends_the_child_and_goes_on_its_way(tmp_path: Path) -> None:
    pids: list[int] = []

    def interrupt(line: str) -> None:
        pids.append(int(line))
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    script = textwrap.dedent(SLEEPING_FAMILY.format(then="time.sleep(600)"))
    with pytest.raises(KeyboardInterrupt):
        ProcessGroup().run(
            [sys.executable, "-u", "-c", script], cwd=tmp_path, environ={}, heard=interrupt
        )
    assert_gone(pids[0])


def test_a_child_sees_the_given_variables_only(tmp_path: Path) -> None:
    outcome = ProcessGroup().run(
        ["/usr/bin/env"], cwd=tmp_path, environ={"ONE": "1"}, heard=lambda _: None
    )
    assert outcome.tail == ("ONE=1",)
