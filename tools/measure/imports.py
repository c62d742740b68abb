"""Which modules of the engine a run imports, counted in the .pyz as users run it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

_IMPORTED = re.compile(r"^import time:.*\| +(bootstrap(?:\.[\w.]+)?)$", re.MULTILINE)


def build(tree: Path, work: Path, output: Path) -> Path:
    """Build the .pyz of a source tree; `work` keeps the tools and downloads of the build."""
    options = ["--work", str(work), "--output", str(output)]
    command = [sys.executable, "build_zipapp.py", *options]
    subprocess.run(command, cwd=tree, check=True, stdout=subprocess.DEVNULL)
    return output / "get-installer.pyz"


def count_imports(archive: Path, wheel: Path, directory: Path) -> Mapping[str, int]:
    """Count the imported modules of three runs, each of which installs into its own environment.

    The online run installs `wheel`, a wheel of pip, from an index on this machine.
    """
    with _index(wheel, directory / "index") as url:
        online = ["--venv", str(directory / "online"), "--index-url", url]
        offline = ["--venv", str(directory / "offline"), "--offline"]
        runs = {"`--version`": ["--version"], "`--offline`": offline, "an online run": online}
        return {name: len(_imports(archive, args, directory)) for name, args in runs.items()}


def imported(importtime: str) -> set[str]:
    """Return our modules, without the vendored ones, in what `python -X importtime` prints."""
    modules = set(_IMPORTED.findall(importtime))
    return {name for name in modules if not f"{name}.".startswith("bootstrap._vendor.")}


def _imports(archive: Path, arguments: list[str], home: Path) -> set[str]:
    """Run the .pyz without the user's settings."""
    environ = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    command = [sys.executable, "-X", "importtime", str(archive), *arguments]
    done = subprocess.run(
        command,
        env=environ | {"HOME": str(home), "USERPROFILE": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if not line.startswith("import time:")]
        sys.exit("\n".join([f"{archive} {' '.join(arguments)} failed:", *errors]))
    return imported(done.stderr)


@contextmanager
def _index(wheel: Path, root: Path) -> Iterator[str]:
    """Serve an index that holds one wheel of pip (PEP 503), and yield its URL."""
    page = root / "simple/pip/index.html"
    page.parent.mkdir(parents=True)
    page.write_text(f'<!DOCTYPE html><a href="{wheel.name}">{wheel.name}</a>', encoding="utf-8")
    page.with_name(wheel.name).write_bytes(wheel.read_bytes())
    handler = partial(_QuietHandler, directory=str(root))
    with _QuietServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/simple/"
        server.shutdown()


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Print nothing: the engine may close a connection before it has read a whole file."""


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Print nothing."""
