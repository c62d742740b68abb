"""`._pth` files, like that of Windows' embeddable Python: they determine `sys.path`.

With such a file beside it or its library, an interpreter is isolated, ignores PYTHONPATH, and runs
`site` only if the file contains `import site` (CPython's Modules/getpath.py, since 3.6 on Windows
and since 3.11 everywhere). Without that line, nothing that is installed can be imported.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bootstrap.environment.interpreter import Interpreter, Scheme
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.settings import Messages
from bootstrap.errors import BootstrapError
from bootstrap.file_changes import can_create_in, replace

_SITE = b"import site"
_BACKUP_SUFFIX = ".before-fix-pth"


class HiddenSiteError(BootstrapError):
    """What is installed could not be imported because of a `._pth` file.

    Causes: Python for Windows in its embeddable form does not look into site-packages.

    Next: let the ._pth file be changed:
        python3 get-installer.pyz --python DIR --fix-pth
    """

    def __init__(self, executable: Path, pth_file: Path, site: Path) -> None:
        super().__init__(
            f"{executable} imports only from the directories in {pth_file}, and {site} is not one "
            "of them: nothing that is installed there could be imported.",
            hint=f"Use --fix-pth: it adds `import site` to {pth_file.name}, and keeps the original "
            f"as {pth_file.name}{_BACKUP_SUFFIX}.",
        )
        self.pth_file = pth_file


class PthFileError(BootstrapError):
    """A `._pth` file cannot be read or changed.

    Causes: it is read-only, or has an unknown encoding.

    Next: add the line `import site` to it by hand.
    """

    def __init__(self, pth_file: Path, action: str, error: OSError) -> None:
        super().__init__(
            f"{pth_file} cannot be {action}: {error.strerror or error}",
            hint="Check its permissions, or run as another user.",
        )
        self.pth_file = pth_file


def find_hiding_pth_file(interpreter: Interpreter, scheme: Scheme) -> Path | None:
    """Return the `._pth` file because of which a scheme's modules are not found, if there is one.

    :raises PthFileError: it cannot be read
    """
    path = interpreter.pth_file
    if path is None or scheme.purelib in interpreter.path or imports_site(_read(path)):
        return None
    return path


def require_site_visible(target: TargetEnvironment, *, fix: bool) -> None:
    """Refuse to install where nothing could be imported from, unless that will be fixed.

    :raises HiddenSiteError: the `._pth` file prevents it
    """
    if target.hidden_by is not None and not fix:
        raise HiddenSiteError(target.executable, target.hidden_by, target.scheme.purelib)


def require_changeable(target: TargetEnvironment) -> None:
    """Refuse a `._pth` file that `patch_pth` could not change; nothing that is created stays.

    :raises PthFileError: the permission to write is missing
    """
    path = target.hidden_by
    if path is not None and not can_create_in(path.parent):
        error = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        raise PthFileError(path, "changed", error)


def announce_patch(target: TargetEnvironment, messages: Messages) -> None:
    """Report on a dry run that the `._pth` file would be changed."""
    if target.hidden_by is not None:
        messages.info(f"Would add `import site` to {target.hidden_by}.")


@contextmanager
def patch_pth(target: TargetEnvironment, messages: Messages) -> Iterator[None]:
    """Add `import site` to the target's `._pth` file while the body runs, for good if it succeeds.

    A backup stays beside the file; if the body fails, it is restored.

    :raises PthFileError: it cannot be changed
    """
    path = target.hidden_by
    if path is None:
        yield
        return
    before = _read(path)
    backup = _rewrite(path, before)
    try:
        yield
    except BaseException:
        with suppress(OSError):
            replace(backup, path)
        raise
    messages.info(f"Added `import site` to {path}; to undo that, replace it by {backup.name}.")


# --- Its content ---------------------------------------------------------------------------------


def imports_site(content: bytes) -> bool:
    """Return whether a `._pth` file has the line `import site`."""
    return any(line.partition(b"#")[0].strip() == _SITE for line in content.splitlines())


def add_import_site(content: bytes) -> bytes:
    """Return the content with `import site`: uncommented where it is a comment, else appended.

    Nothing else changes, nor the line endings.
    """
    lines = content.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if line.strip().startswith(b"#") and line.strip(b"# \t\r\n") == _SITE:
            lines[number] = line[line.index(_SITE) :]
            return b"".join(lines)
    end = b"\r\n" if b"\r\n" in content else b"\n"
    gap = end if content and not content.endswith((b"\n", b"\r")) else b""
    return content + gap + _SITE + end


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise PthFileError(path, "read", exc) from exc


def _rewrite(path: Path, before: bytes) -> Path:
    """Replace the file atomically, and return the path of its backup."""
    numbers = range(10_000)  # older backups are kept
    names = (path.with_name(f"{path.name}{_BACKUP_SUFFIX}{number or ''}") for number in numbers)
    backup = next(name for name in names if not os.path.lexists(name))
    new = path.with_name(f"{path.name}.new")
    import shutil

    try:
        new.unlink(missing_ok=True)  # from a run that was killed
        new.write_bytes(add_import_site(before))
        shutil.copymode(path, new)
        shutil.copy2(path, backup)
        replace(new, path)
    except OSError as exc:
        for file in (new, backup):
            with suppress(OSError):
                file.unlink()
        raise PthFileError(path, "changed", exc) from exc
    return backup
