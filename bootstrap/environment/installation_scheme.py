"""Which place of an environment is installed to: pip's options, as pip understands them."""

from __future__ import annotations

import os
from pathlib import Path

from bootstrap.environment.interpreter import Interpreter, Scheme, flat_scheme
from bootstrap.environment.managed import management_message
from bootstrap.environment.messages import Messages
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.platforms import supported_tags
from bootstrap.environment.pth_file import hiding_file
from bootstrap.environment.settings import TargetSettings
from bootstrap.errors import BootstrapError, UsageError


class UserSiteDisabledError(BootstrapError):
    """`--user` where the interpreter would not find what is installed there."""

    def __init__(self, interpreter: Interpreter) -> None:
        why = (
            "they are not visible in this virtual environment"
            if interpreter.is_virtual
            else "they are disabled for this Python (ENABLE_USER_SITE)"
        )
        super().__init__(
            f"--user installs into the user's site-packages, but {why}: {interpreter.executable}",
            hint="Leave --user out, or name another Python with --python.",
        )
        self.executable = interpreter.executable


def describe(
    interpreter: Interpreter,
    settings: TargetSettings,
    messages: Messages | None = None,
    to_make: Path | None = None,
) -> TargetEnvironment:
    """Return the target: an interpreter's environment and the place in it the settings choose.

    :raises UsageError: the settings contradict one another.
    :raises UserSiteDisabledError: `--user`, where that cannot be found again.
    """
    refuse_contradictions(settings)
    scheme = _scheme(interpreter, settings, messages)
    return TargetEnvironment(
        executable=interpreter.executable,
        script_executable=_as_seen_inside(settings.root, interpreter.executable),
        version_info=interpreter.version_info,
        implementation=interpreter.implementation,
        markers=interpreter.markers,
        tags=supported_tags(interpreter),
        scheme=scheme,
        prefix=interpreter.prefix,
        base_prefix=interpreter.base_prefix,
        search_path=_search_path(interpreter, scheme, settings),
        externally_managed=_externally_managed(interpreter, settings, messages),
        hidden_by=_hidden_by(interpreter, scheme, settings),
        running=interpreter.running,
        runnable=interpreter.runnable,
        interpreter=interpreter,
        to_make=to_make,
    )


def refuse_contradictions(settings: TargetSettings) -> None:
    """Refuse options that name two places at once.

    :raises UsageError: which two.
    """
    said = {
        "--user": bool(settings.user),
        "--prefix": settings.prefix is not None,
        "--target": settings.directory is not None,
        "--root": settings.root is not None,
    }
    pairs = ("--user --prefix", "--user --target", "--prefix --target", "--root --target")
    for one, other in map(str.split, pairs):
        if said[one] and said[other]:
            raise UsageError(f"{one} and {other} cannot be combined: each names a place of its own")


# --- Where files go ------------------------------------------------------------------------------


def _scheme(
    interpreter: Interpreter, settings: TargetSettings, messages: Messages | None
) -> Scheme:
    chosen = interpreter.schemes["default"]
    if settings.directory is not None:
        return flat_scheme(settings.directory.absolute(), _flat_headers(interpreter))
    if settings.prefix is not None:
        layout = interpreter.schemes["venv"].below(settings.prefix.absolute())
        chosen = interpreter.schemes.get("prefix", layout)
    elif settings.user or _must_be_user(interpreter, settings, messages):
        chosen = _user_scheme(interpreter)
    return chosen.rooted(settings.root.absolute()) if settings.root is not None else chosen


def _flat_headers(interpreter: Interpreter) -> Path:
    if interpreter.is_virtual:
        return interpreter.schemes["venv"].headers
    return Path("include", "python")


def _user_scheme(interpreter: Interpreter) -> Scheme:
    if interpreter.user_site is None or "user" not in interpreter.schemes:
        raise UserSiteDisabledError(interpreter)
    return interpreter.schemes["user"]


def _must_be_user(
    interpreter: Interpreter, settings: TargetSettings, messages: Messages | None
) -> bool:
    """Decide for `--user` as pip does, where nobody may write into the environment itself."""
    default = interpreter.schemes["default"]
    if settings.user is not None or settings.root is not None or interpreter.user_site is None:
        return False
    if can_write(default.purelib) and can_write(default.platlib):
        return False
    if messages is not None:
        messages.tell(
            "Defaulting to user installation because normal site-packages is not writeable: "
            f"{default.purelib}"
        )
    return True


def can_write(directory: Path) -> bool:
    """Say whether files could be made in a directory, which need not exist yet."""
    existing = next(path for path in (directory, *directory.parents) if path.exists())
    return os.access(existing, os.W_OK)


def _as_seen_inside(root: Path | None, executable: Path) -> str:
    root = root.absolute() if root is not None else None
    if root is None or not executable.is_relative_to(root):
        return str(executable)
    return str(Path(executable.anchor, executable.relative_to(root)))


# --- What counts as installed there --------------------------------------------------------------


def _search_path(
    interpreter: Interpreter, scheme: Scheme, settings: TargetSettings
) -> tuple[Path, ...]:
    own = tuple(dict.fromkeys((scheme.purelib, scheme.platlib)))
    if settings.directory is not None:
        return own
    elsewhere = settings.prefix is not None or settings.root is not None
    if elsewhere and scheme.purelib not in interpreter.path:
        return own
    # A directory that does not exist yet is not on sys.path, but will be.
    missing = tuple(path for path in own if path not in interpreter.path)
    return (*missing, *interpreter.path)


def _hidden_by(interpreter: Interpreter, scheme: Scheme, settings: TargetSettings) -> Path | None:
    # Elsewhere nobody expects the interpreter to look by itself.
    elsewhere = (settings.root, settings.prefix, settings.directory)
    return None if any(elsewhere) else hiding_file(interpreter, scheme)


def _externally_managed(
    interpreter: Interpreter, settings: TargetSettings, messages: Messages | None
) -> str | None:
    elsewhere = (settings.root, settings.prefix, settings.directory)
    if interpreter.is_virtual or settings.break_system_packages or any(elsewhere):
        return None
    return management_message(interpreter, settings.language, messages)
