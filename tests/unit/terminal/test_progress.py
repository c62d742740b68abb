"""Who sees progress; lines of threads never run together."""

from __future__ import annotations

import io
import threading
import time

import pytest

from bootstrap.terminal.display import Display, open_display
from bootstrap.terminal.progress import LiveProgress, PlainProgress, Progress, RawProgress
from bootstrap.terminal.style import paint, wrap
from bootstrap.ui import NO_ACTIVITY, TerminalSettings, Ui, needs_display
from tests.functional.terminal.pty_session import render


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_messages_of_threads_and_progress_never_share_a_line() -> None:
    stream = _Terminal()
    progress = LiveProgress(stream)
    progress.interval = 0.001
    ui = Ui(stream, stream, display=Display({"NO_COLOR": "1"}, progress=progress))

    def work(number: int) -> None:
        with ui.activity(f"working {number}") as activity:
            activity.started -= 1  # type: ignore[attr-defined]  # as if it had lasted
            for step in range(50):
                ui.info(f"message {number} {step}")
                time.sleep(0.001)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    progress.close()
    assert "working" in stream.getvalue()
    shown = render(stream.getvalue().replace("\n", "\r\n"))  # as a terminal does
    assert sorted(shown) == sorted(
        f"message {number} {step}" for number in range(4) for step in range(50)
    )


def test_more_tasks_than_lines_are_counted() -> None:
    stream = _Terminal()
    progress = LiveProgress(stream)
    progress.show([progress.begin(f"task {number}", of_bytes=False) for number in range(10)])
    progress.erase()
    progress.close()
    assert "and 3 more" in stream.getvalue()
    assert render(stream.getvalue()) == []


def test_a_log_gets_a_line_of_each_task_now_and_then() -> None:
    clock = iter(range(100, 200))
    progress = PlainProgress(stream := io.StringIO(), clock=lambda: float(next(clock)))
    task = progress.begin("Building demo", of_bytes=False)
    for _ in range(10):
        progress.show([task])
    progress.close()
    lines = stream.getvalue().splitlines()
    assert 2 <= len(lines) <= 4
    assert all(line.startswith("Building demo  0:") for line in lines)


@pytest.mark.parametrize(
    ("progress", "verbosity", "environ", "kind"),
    [
        ("auto", 0, {}, LiveProgress),
        ("auto", -1, {}, None),
        ("off", 0, {}, None),
        ("auto", 0, {"NO_COLOR": "1"}, None),
        ("on", 0, {"NO_COLOR": "1"}, LiveProgress),
        ("auto", 0, {"TERM": "dumb"}, None),
        ("on", 0, {"TERM": "dumb"}, PlainProgress),
        ("raw", 0, {}, RawProgress),
    ],
)
def test_progress_is_shown_to_those_who_want_it(
    progress: str, verbosity: int, environ: dict[str, str], kind: type[Progress] | None
) -> None:
    settings = TerminalSettings(progress=progress)
    with open_display(settings, _Terminal(), {"TERM": "xterm", **environ}, verbosity) as display:
        task = display.begin("x", of_bytes=False)
        shown = display._progress  # there is no other way to see its kind
        assert (task is NO_ACTIVITY) is (kind is None)
        assert type(shown) is (kind or type(None))


def test_nothing_is_imported_for_plain_lines() -> None:
    streams = (io.StringIO(), io.StringIO())
    plain = TerminalSettings()
    assert not needs_display(plain, streams, {})
    assert needs_display(plain, (io.StringIO(), _Terminal()), {})
    assert needs_display(plain, streams, {"FORCE_COLOR": "1"})
    assert needs_display(TerminalSettings(color="always"), streams, {})
    assert needs_display(TerminalSettings(progress="raw"), streams, {})


def test_only_the_beginning_of_a_message_is_coloured() -> None:
    assert paint("error: no error: here") == "\x1b[1;31merror:\x1b[0m no error: here"
    assert paint("no error: here") == "no error: here"


def test_lines_are_wrapped_between_words_and_keep_their_indent() -> None:
    text = f"error: {'word ' * 30}\n  - {'item ' * 30}{'x' * 90}"
    lines = wrap(text, 60).splitlines()
    assert all(len(line) < 60 for line in lines[:-1])
    assert lines[-1].strip() == "x" * 90
    assert [line for line in lines if line.startswith("    item")]
    assert wrap("short", 60) == "short"
