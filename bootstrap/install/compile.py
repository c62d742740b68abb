"""Compile staged modules (`--compile`) with the target's interpreter, on all cores."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from bootstrap.environment.python_process import DROP_CURRENT_DIRECTORY, isolated_environment
from bootstrap.install.errors import InstallError
from bootstrap.install.staged_wheel import Module, StagedWheel
from bootstrap.install.wheel.record import row_for
from bootstrap.limits import MODULE_SIZE

_MIN_MODULES = 25
"""Modules that are worth another process."""
_PROGRAM = f"""{DROP_CURRENT_DIRECTORY}
import os, py_compile, sys
try:
    from importlib.util import cache_from_source
except ImportError:
    cache_from_source = lambda path: path + "c"
stdin, stdout = (getattr(stream, "buffer", stream) for stream in (sys.stdin, sys.stdout))
decode = getattr(os, "fsdecode", lambda path: path)
encode = getattr(os, "fsencode", lambda path: path)
for line in stdin.read().split(b"\\0"):
    staged, final = (decode(part) for part in line.split(b"\\1"))
    compiled = cache_from_source(staged)
    try:
        py_compile.compile(staged, compiled, final, True)
    except Exception:
        compiled = ""
    stdout.write(encode(compiled) + b"\\0")
"""
"""Runs on every Python from 2.7. A module that does not compile is not an error: wheels have code
for other versions, and templates named `.py`."""


def python_command(executable: str, version_info: tuple[int, ...]) -> tuple[str, ...]:
    """Return the command that starts a Python in which nothing changes what gets compiled."""
    if version_info >= (3, 4):
        return (executable, "-I", "-S")
    # In a virtual environment of Python 2.7 it is `site` that finds the library.
    return (executable, "-E", "-s", *(("-S",) if version_info >= (3,) else ()))


def compile_modules(wheels: Iterable[StagedWheel], python: Sequence[str]) -> None:
    """Compile all modules of staged wheels and add the bytecode files to their RECORDs.

    Raises `InstallError` where the interpreter fails.
    """
    work = [
        (wheel, module)
        for wheel in wheels
        for module in wheel.modules
        if os.path.getsize(module.staged) <= MODULE_SIZE
    ]
    work.sort(key=lambda item: os.path.getsize(item[1].staged))
    processes = max(1, min(os.cpu_count() or 1, len(work) // _MIN_MODULES))
    shares = [share for share in (work[first::processes] for first in range(processes)) if share]
    with ThreadPoolExecutor(processes) as pool:
        results = pool.map(lambda share: _compile([module for _, module in share], python), shares)
        for share, compiled in zip(shares, results, strict=True):
            for (wheel, module), path in zip(share, compiled, strict=True):
                if path:
                    directory = os.path.dirname(module.staged)
                    relative = os.path.relpath(path, directory).replace(os.sep, "/")
                    recorded = f"{module.recorded.rpartition('/')[0]}/{relative}".lstrip("/")
                    installed = f"{os.path.dirname(module.path)}/{relative}"
                    with open(path, "rb") as stream:
                        wheel.rows[installed] = row_for(recorded, stream.read())


def _compile(modules: Sequence[Module], python: Sequence[str]) -> list[str]:
    lines = (os.fsencode(m.staged) + b"\1" + os.fsencode(m.path) for m in modules)
    command = [*python, "-c", _PROGRAM]
    try:
        done = subprocess.run(
            command,
            input=b"\0".join(lines),
            capture_output=True,
            check=True,
            env=isolated_environment(os.environ),
        )
    except (OSError, subprocess.CalledProcessError) as exc:
        output = getattr(exc, "stderr", b"") or str(exc).encode()
        message = f"{python[0]} cannot compile modules: {output.decode(errors='replace').strip()}"
        raise InstallError(message, hint="Install without --compile.") from exc
    return [os.fsdecode(path) for path in done.stdout.split(b"\0")[:-1]]
