"""Scripts for the target's interpreter: launchers of entry points, and a wheel's own scripts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Literal

from bootstrap.dataclasses import dataclass, replace
from bootstrap.environment.model import TargetEnvironment
from bootstrap.install.errors import InstallError
from bootstrap.install.model import PipScripts
from bootstrap.install.wheel.entry_points import EntryPoint

_MAX_SHEBANG = 127
"""Linux before 5.1 truncates a longer `#!` line; macOS and others allow about 512 bytes."""
_ENV = "/usr/bin/env"
_VERSIONED = {
    "pip": re.compile(r"pip\d*(\.\d+)?"),
    "setuptools": re.compile(r"easy_install(-\d+\.\d+)?"),
}
"""Scripts of a distribution whose names depend on the version of Python."""
_PIP_SCRIPTS = {PipScripts.FULL_VERSION: 1, PipScripts.VERSIONED: 2, PipScripts.ALL: 3}
"""How many scripts pip gets, the most specific name first."""
_PYTHON_SHEBANG = re.compile(rb"#!python(?P<gui>w?)(?P<rest>[^\r\n]*)(\r?\n|\Z)")

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
class ScriptInterpreter:
    """The interpreter that scripts start with."""

    executable: str
    version: tuple[int, int]
    launcher: str = "posix"
    """The kind of launcher, as the installer library names it: `posix`, `win-amd64`, ..."""

    def format_shebang(self, options: str = "", *, gui: bool = False) -> bytes:
        """Return a script's first lines; `options` are passed to the interpreter.

        A path that is too long or contains spaces needs a shell to start it: the lines are a
        command to the shell and a string to Python.
        """
        executable, is_searched = self.executable, is_searched_on_path(self.executable)
        if gui and self.launcher != "posix":
            executable = re.sub(r"python(?=[^\\/]*$)", "pythonw", executable)
        start = f"{_ENV} {executable}" if is_searched else executable
        simple = _encode(f"#!{start}{options and f' {options}'}\n")
        if self.launcher != "posix" or (is_searched and not options):
            return simple
        if not is_searched and " " not in executable and len(simple) <= _MAX_SHEBANG:
            return simple
        command = f"{shlex.quote(executable)}{options and f' {options}'}"
        return _encode(f"#!/bin/sh\n'''exec' {command} \"$0\" \"$@\"\n' '''\n")


def is_searched_on_path(executable: str) -> bool:
    """Whether an interpreter is only named: that of a target that is not here."""
    return not re.search(r"[\\/]", executable)


def _encode(text: str) -> bytes:
    """Return bytes; those of a path or of options that are not UTF-8 are as they were."""
    return text.encode("utf-8", "surrogateescape")


_NO_LAUNCHER = "win-arm"
_LAUNCHERS = {
    "win32": "win-ia32",
    "win_amd64": "win-amd64",
    "win_arm32": _NO_LAUNCHER,
    "win_arm64": "win-arm64",
}


def script_interpreter(target: TargetEnvironment) -> ScriptInterpreter:
    """Return the interpreter of the target's scripts, for the target's platform, not for ours."""
    platforms = (tag.platform for tag in target.tags)
    launcher = next((_LAUNCHERS[name] for name in platforms if name in _LAUNCHERS), "posix")
    major, minor, _ = target.version_info
    return ScriptInterpreter(target.script_executable, (major, minor), launcher)


@dataclass(frozen=True)
class Script:
    """A file for the scripts directory; always executable."""

    name: str
    content: bytes


def make_launcher(entry_point: EntryPoint, interpreter: ScriptInterpreter) -> Script:
    """Return the script that calls an entry point.

    Raises `InstallError` for Windows on 32-bit ARM, for which there is no launcher, as in pip.
    """
    if interpreter.launcher == "posix":
        name = entry_point.attribute.split(".", maxsplit=1)[0]
        body = _BODY.format(module=entry_point.module, name=name, attribute=entry_point.attribute)
        return Script(entry_point.name, interpreter.format_shebang() + body.encode())
    if interpreter.launcher == _NO_LAUNCHER:
        raise InstallError(
            f"The script {entry_point.name} cannot be made: there is no launcher for Windows on "
            "32-bit ARM (win_arm32). The environment was not changed.",
            hint="Name another platform with --platform.",
        )
    # Imported here only: it imports the email package, which costs more than all of this.
    from bootstrap._vendor.installer.scripts import Script as Launcher

    section: Literal["gui", "console"] = "gui" if entry_point.gui else "console"
    launcher = Launcher(entry_point.name, entry_point.module, entry_point.attribute, section)
    kind: str = interpreter.launcher
    executable = interpreter.executable
    if is_searched_on_path(executable):
        executable = f"{_ENV} {executable}"  # which these launchers understand
    return Script(*launcher.generate(executable, kind))  # type: ignore[arg-type]  # a Literal


def replace_shebang(content: bytes, interpreter: ScriptInterpreter) -> bytes:
    """Return a script with the target's interpreter in place of `#!python[w]` (PEP 427)."""
    match = _PYTHON_SHEBANG.match(content)
    if match is None:
        return content
    # After the rest of the interpreter's name.
    options = re.sub(rb"^\S*", b"", match["rest"]).decode("utf-8", "surrogateescape").strip()
    return interpreter.format_shebang(options, gui=bool(match["gui"])) + content[match.end() :]


def select_entry_points(
    name: str, entry_points: tuple[EntryPoint, ...], version: tuple[int, int], pip: PipScripts
) -> Iterator[EntryPoint]:
    """Yield the entry points to make scripts for, pip's own named after the target's version.

    pip's wheel may declare `pip3.11` although it gets installed for 3.13. pip itself, ensurepip and
    virtualenv all make `pip`, `pip3` and `pip3.13` from its `pip`, and so do we.
    """
    major, minor = version
    pip_names = (f"pip{major}.{minor}", f"pip{major}", "pip")[: _PIP_SCRIPTS[pip]]
    versioned = _VERSIONED.get(name)
    for entry_point in entry_points:
        if versioned is None or not versioned.fullmatch(entry_point.name):
            yield entry_point
        elif entry_point.name == "pip":
            yield from (replace(entry_point, name=pip_name) for pip_name in pip_names)
        elif entry_point.name == "easy_install":
            yield entry_point
