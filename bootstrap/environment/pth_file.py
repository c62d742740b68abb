"""`._pth` files, of which Windows' embeddable Python has one: they alone say what is imported from.

Where such a file lies beside an interpreter or its library, the interpreter is isolated, hears no
PYTHONPATH, and runs `site` only if the file says `import site` (CPython's Modules/getpath.py, since
3.6 on Windows and since 3.11 everywhere). Until then, nothing that is installed can be imported.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bootstrap.environment.interpreter import Interpreter, Scheme
from bootstrap.environment.messages import Messages
from bootstrap.errors import BootstrapError

if TYPE_CHECKING:
    from bootstrap.environment.model import TargetEnvironment

_SITE = b"import site"
_KEPT = ".before-fix-pth"


class HiddenSiteError(BootstrapError):
    """What is installed could not be imported: a `._pth` file does not let it be found."""

    def __init__(self, executable: Path, path_file: Path, site: Path) -> None:
        super().__init__(
            f"{executable} imports only from where {path_file} says, and that is not {site}: "
            "nothing that is installed there could be imported.",
            hint=f"Say --fix-pth: it writes `import site` into {path_file.name}, and keeps the "
            f"file as it is beside it, as {path_file.name}{_KEPT}.",
        )
        self.path_file = path_file


class PathFileError(BootstrapError):
    """A `._pth` file that cannot be read or changed."""

    def __init__(self, path_file: Path, wanted: str, error: OSError) -> None:
        super().__init__(
            f"{path_file} cannot be {wanted}: {error.strerror or error}",
            hint=f"Run as somebody by whom it can be {wanted}.",
        )
        self.path_file = path_file


def hiding_file(interpreter: Interpreter, scheme: Scheme) -> Path | None:
    """Return the `._pth` file because of which a scheme's modules are not found, if one is.

    :raises PathFileError: it cannot be read.
    """
    path = interpreter.path_file
    if path is None or scheme.purelib in interpreter.path or imports_site(_read(path)):
        return None
    return path


def require_visible(target: TargetEnvironment, *, fix: bool) -> None:
    """Refuse to install where nothing could be imported from, unless that is to be mended.

    :raises HiddenSiteError: which file is in the way.
    """
    if target.hidden_by is not None and not fix:
        raise HiddenSiteError(target.executable, target.hidden_by, target.scheme.purelib)


def announce(target: TargetEnvironment, messages: Messages) -> None:
    """Say what would be mended, where nothing is done."""
    if target.hidden_by is not None:
        messages.tell(f"Would let {target.hidden_by} say `import site`.")


@contextmanager
def mended(target: TargetEnvironment, messages: Messages) -> Iterator[None]:
    """Let a target that hides what is installed run `site`, for good once what follows succeeded.

    The file as it was stays beside it; where what follows fails, it is put back.

    :raises PathFileError: it cannot be changed.
    """
    path = target.hidden_by
    if path is None:
        yield
        return
    before = _read(path)
    kept = _change(path, before)
    try:
        yield
    except BaseException:
        with suppress(OSError):
            kept.replace(path)
        raise
    messages.tell(f"{path} now says `import site`; to undo that, put {kept.name} in its place.")


# --- What it says --------------------------------------------------------------------------------


def imports_site(content: bytes) -> bool:
    """Say whether a `._pth` file lets `site` run."""
    return any(line.partition(b"#")[0].strip() == _SITE for line in content.splitlines())


def with_site(content: bytes) -> bytes:
    """Return a `._pth` file that lets `site` run: the line is there already, as a comment, or new.

    All else, line ends included, stays as it is.
    """
    lines = content.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if line.strip().startswith(b"#") and line.strip(b"# \t\r\n") == _SITE:
            lines[number] = line[line.index(_SITE) :]
            return b"".join(lines)
    end = b"\r\n" if b"\r\n" in content else b"\n"
    gap = end if content and not content.endswith((b"\n", b"\r")) else b""
    return content + gap + _SITE + end


# --- How it is changed ---------------------------------------------------------------------------


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise PathFileError(path, "read", exc) from exc


def _change(path: Path, before: bytes) -> Path:
    """Write the file anew, all at once, and return where it is kept as it was."""
    new, kept = path.with_name(f"{path.name}.new"), _free_name(path)
    try:
        new.unlink(missing_ok=True)  # of a run that was killed
        new.write_bytes(with_site(before))
        shutil.copymode(path, new)
        shutil.copy2(path, kept)
        new.replace(path)
    except OSError as exc:
        for each in (new, kept):
            with suppress(OSError):
                each.unlink()
        raise PathFileError(path, "changed", exc) from exc
    return kept


def _free_name(path: Path) -> Path:
    """Return a name that nothing has: what an earlier mending kept stays, too."""
    names = (path.with_name(f"{path.name}{_KEPT}{number or ''}") for number in range(10_000))
    return next(name for name in names if not os.path.lexists(name))
