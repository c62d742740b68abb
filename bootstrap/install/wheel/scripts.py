"""Scripts: launchers of entry points, and scripts brought along, for the target's interpreter."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bootstrap.environment.model import TargetEnvironment
from bootstrap.install.model import PipScripts
from bootstrap.install.wheel.entry_points import EntryPoint

_LONGEST_INTERPRETER_LINE = 127
"""Linux before 5.1 cuts a longer `#!` line off; macOS and others allow about 512 bytes."""
_VERSIONED_PIP = re.compile(r"pip\d*(\.\d+)?")
_VERSIONED_EASY_INSTALL = re.compile(r"easy_install(-\d+\.\d+)?")
_PYTHON_LINE = re.compile(rb"#!python(?P<gui>w?)[^\s]*[ \t]*(?P<options>[^\r\n]*)(\r?\n|$)")

# The same text as pip's and the installer library's, so that other tools recognise it.
_BODY = """\
# -*- coding: utf-8 -*-
import re
import sys
from {module} import {name}
if __name__ == "__main__":
    sys.argv[0] = re.sub(r"(-script\\.pyw|\\.exe)?$", "", sys.argv[0])
    sys.exit({attribute}())
"""


@dataclass(frozen=True)
class Interpreter:
    """What scripts start with."""

    executable: str
    version: tuple[int, int]
    launcher: str = "posix"
    """The installer library's word for the kind of launcher: `posix`, `win-amd64`, ..."""

    def line(self, options: str = "", *, gui: bool = False) -> bytes:
        """Return the script's first line or lines; `options` go to the interpreter.

        A path that is too long or holds spaces needs a shell to start it: the lines are a comment
        to the shell and a string to Python.
        """
        executable = self.executable
        if gui and self.launcher != "posix":
            executable = re.sub(r"python(?=[^\\/]*$)", "pythonw", executable)
        simple = f"#!{executable}{options and f' {options}'}\n".encode()
        if self.launcher != "posix":
            return simple
        if " " not in executable and len(simple) <= _LONGEST_INTERPRETER_LINE:
            return simple
        command = f"{shlex.quote(executable)}{options and f' {options}'}"
        return f"#!/bin/sh\n'''exec' {command} \"$0\" \"$@\"\n' '''\n".encode()


_LAUNCHERS = {
    "win32": "win-ia32",
    "win_amd64": "win-amd64",
    "win_arm32": "win-arm",
    "win_arm64": "win-arm64",
}


def interpreter_of(target: TargetEnvironment) -> Interpreter:
    """Return what the target's scripts start with: decided by its own platform, not by ours."""
    platforms = (tag.platform for tag in target.tags)
    launcher = next((_LAUNCHERS[each] for each in platforms if each in _LAUNCHERS), "posix")
    major, minor, _ = target.version_info
    return Interpreter(target.script_executable, (major, minor), launcher)


@dataclass(frozen=True)
class Script:
    """A file for the scripts directory; always executable."""

    name: str
    content: bytes


def make_launcher(entry_point: EntryPoint, interpreter: Interpreter) -> Script:
    """Return the script that calls an entry point."""
    if interpreter.launcher != "posix":
        return _windows_launcher(entry_point, interpreter)
    name = entry_point.attribute.split(".", maxsplit=1)[0]
    body = _BODY.format(module=entry_point.module, name=name, attribute=entry_point.attribute)
    return Script(entry_point.name, interpreter.line() + body.encode())


def _windows_launcher(entry_point: EntryPoint, interpreter: Interpreter) -> Script:
    # Imported here only: it brings the email package along, which costs more than all of this.
    from bootstrap._vendor.installer.scripts import Script as Launcher

    launcher = Launcher(
        entry_point.name,
        entry_point.module,
        entry_point.attribute,
        "gui" if entry_point.gui else "console",
    )
    kind: str = interpreter.launcher
    return Script(*launcher.generate(interpreter.executable, kind))  # type: ignore[arg-type]  # a Literal


def with_interpreter(content: bytes, interpreter: Interpreter) -> bytes:
    """Return a script whose `#!python` or `#!pythonw` names the target's interpreter (PEP 427)."""
    match = _PYTHON_LINE.match(content)
    if match is None:
        return content
    options = match["options"].decode("utf-8", "surrogateescape").strip()
    return interpreter.line(options, gui=bool(match["gui"])) + content[match.end() :]


def scripts_to_make(
    name: str, entry_points: tuple[EntryPoint, ...], version: tuple[int, int], pip: PipScripts
) -> Iterator[EntryPoint]:
    """Yield the entry points to make scripts for, pip's own named after the target's version.

    pip's wheel may declare `pip3.11` though it gets installed for 3.13; pip itself, ensurepip and
    virtualenv all make `pip`, `pip3` and `pip3.13` of its `pip`, and so does this.
    """
    special = _SPECIAL.get(name)
    for entry_point in entry_points:
        if special is None or not special.fullmatch(entry_point.name):
            yield entry_point
        elif entry_point.name == "pip":
            yield from (replace(entry_point, name=each) for each in _pip_names(version, pip))
        elif entry_point.name == "easy_install":
            yield entry_point


_SPECIAL = {"pip": _VERSIONED_PIP, "setuptools": _VERSIONED_EASY_INSTALL}


def _pip_names(version: tuple[int, int], pip: PipScripts) -> tuple[str, ...]:
    major, minor = version
    names = (f"pip{major}.{minor}", f"pip{major}", "pip")
    return names[: {PipScripts.FULL_VERSION: 1, PipScripts.VERSIONED: 2, PipScripts.ALL: 3}[pip]]
