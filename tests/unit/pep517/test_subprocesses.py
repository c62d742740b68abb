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
    lines: list[str] = []
    outcome = ProcessGroup().run(
        [sys.executable, "-u", "-c", textwrap.dedent(script)],
        cwd=tmp_path,
        environ={},
        on_line=lines.append,
        timeout=timeout,
    )
    return outcome, lines


def test_both_streams_are_passed_on_in_order(tmp_path: Path) -> None:
    outcome, lines = run(
        "import sys; print('a'); print('b', file=sys.stderr); print('c')", tmp_path
    )
    assert lines == ["a", "b", "c"]
    assert outcome == Outcome(0, ("a", "b", "c"))


def test_output_is_passed_on_while_the_child_runs(tmp_path: Path) -> None:
    signal_file = tmp_path / "signal"
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
        on_line=lambda _: signal_file.touch(),
        timeout=60,
    )
    assert outcome == Outcome(0, ("first",))


def test_only_the_last_lines_of_output_are_kept(tmp_path: Path) -> None:
    tracemalloc.start()
    outcome = ProcessGroup().run(
        [sys.executable, "-c", "for n in range(50): print(str(n % 10) * 400_000)\nprint('end')"],
        cwd=tmp_path,
        environ={},
        on_line=lambda _: None,
    )
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(outcome.tail) == TAIL
    assert outcome.tail[-1] == "end"
    assert peak < 2_000_000, "twenty megabytes went by"


@pytest.mark.parametrize("before", [*range(4060, 4100, 3), 8180])
def test_a_long_line_is_divided_between_words(before: int, tmp_path: Path) -> None:
    url = "https://me:s3cret@index.test/"
    script = f"print('a ' * {before // 2} + 'b' * {before % 2}, {url!r}, 'c ' * 5000, end='')"
    outcome, lines = run(script, tmp_path)
    assert any(url in line for line in lines)
    assert " ".join(" ".join(lines).split()).count("a") == before // 2
    assert lines == list(outcome.tail)
    assert len(lines) > 1


def test_a_word_of_any_length_is_passed_on(tmp_path: Path) -> None:
    _, lines = run("print('x' * 100_000)", tmp_path)
    assert "".join(lines) == "x" * 100_000


def test_bytes_that_are_not_utf_8_are_escaped(tmp_path: Path) -> None:
    outcome, _ = run("import os; os.write(1, b'\\xff\\n')", tmp_path)
    assert outcome.tail == ("\\xff",)


def test_the_outcome_has_status_and_signal(tmp_path: Path) -> None:
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


def test_a_timeout_kills_the_child_and_all_it_started(tmp_path: Path) -> None:
    outcome, lines = run(SLEEPING_FAMILY.format(then="time.sleep(600)"), tmp_path, timeout=1)
    assert outcome.timed_out
    assert_gone(int(lines[0]))


def test_what_a_child_leaves_running_is_killed(tmp_path: Path) -> None:
    outcome, lines = run(SLEEPING_FAMILY.format(then=""), tmp_path)
    assert outcome.status == 0
    assert_gone(int(lines[0]))


def test_stop_kills_children_of_other_threads_and_starts_no_more(tmp_path: Path) -> None:
    processes = ProcessGroup()
    started = threading.Event()
    outcomes: list[Outcome] = []

    def work() -> None:
        outcomes.append(
            processes.run(
                [sys.executable, "-u", "-c", "print(1)\nimport time; time.sleep(600)"],
                cwd=tmp_path,
                environ={},
                on_line=lambda _: started.set(),
            )
        )

    thread = threading.Thread(target=work)
    thread.start()
    assert started.wait(60)
    processes.stop()
    thread.join(60)
    assert [each.status for each in outcomes] == [-signal.SIGKILL]
    with pytest.raises(StoppedError):
        processes.run([sys.executable, "-c", ""], cwd=tmp_path, environ={}, on_line=print)


def test_an_interrupt_kills_the_child_and_is_raised(tmp_path: Path) -> None:
    pids: list[int] = []

    def interrupt(line: str) -> None:
        pids.append(int(line))
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    script = textwrap.dedent(SLEEPING_FAMILY.format(then="time.sleep(600)"))
    with pytest.raises(KeyboardInterrupt):
        ProcessGroup().run(
            [sys.executable, "-u", "-c", script], cwd=tmp_path, environ={}, on_line=interrupt
        )
    assert_gone(pids[0])


def test_a_child_has_the_given_variables_only(tmp_path: Path) -> None:
    outcome = ProcessGroup().run(
        ["/usr/bin/env"], cwd=tmp_path, environ={"ONE": "1"}, on_line=lambda _: None
    )
    assert outcome.tail == ("ONE=1",)
