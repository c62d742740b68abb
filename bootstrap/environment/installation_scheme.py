"""Which scheme of an environment is installed to: pip's options, with pip's meanings."""

from __future__ import annotations

import os
from pathlib import Path

from bootstrap.environment.interpreter import Interpreter, Scheme, flat_scheme
from bootstrap.environment.managed import management_message
from bootstrap.environment.model import TargetEnvironment
from bootstrap.environment.platforms import supported_tags
from bootstrap.environment.pth_file import find_hiding_pth_file
from bootstrap.environment.settings import Messages, TargetSettings
from bootstrap.errors import BootstrapError
from bootstrap.file_changes import can_create_in


class UserSiteDisabledError(BootstrapError):
    """`--user`, but the interpreter does not import from the user's site-packages.

    Causes: the target is a virtual environment, or PYTHONNOUSERSITE or -s is set.

    Next: leave out --user, or unset the variable.
    """

    def __init__(self, interpreter: Interpreter) -> None:
        reason = (
            "they are not visible in this virtual environment"
            if interpreter.is_virtual
            else "they are disabled for this Python (ENABLE_USER_SITE)"
        )
        super().__init__(
            "--user installs into the user's site-packages, but "
            f"{reason}: {interpreter.executable}",
            hint="Leave out --user, or name another Python with --python.",
        )
        self.executable = interpreter.executable


class LinkLeadsOutError(BootstrapError):
    """A directory of the scheme is, by a link, outside the directory that an option names.

    Causes: a symbolic link inside --target, --prefix or --root leads elsewhere, where files would
    be overwritten.

    Next: name the real directory, or remove the link.
    """

    def __init__(self, option: str, path: Path, real: str) -> None:
        self.option, self.path, self.real = option, path, real
        super().__init__(
            f"{path} leads out of the directory that {option} names, to {real}: a symbolic link in "
            "it does. Nothing is installed outside that directory.",
            hint=f"Replace the link with a directory, or name another directory with {option}.",
        )


def describe_target(
    interpreter: Interpreter,
    settings: TargetSettings,
    messages: Messages | None = None,
    venv_to_create: Path | None = None,
) -> TargetEnvironment:
    """Return the target: an interpreter's environment, with the scheme that the settings choose.

    :raises UserSiteDisabledError: `--user`, but the interpreter would not find what is installed
    :raises LinkLeadsOutError: a link leads out of the directory of `--target` and the like
    """
    scheme = _choose_scheme(interpreter, settings, messages)
    _check_links(scheme, settings)
    is_elsewhere = any((settings.root, settings.prefix, settings.directory, settings.foreign))
    hidden_by = externally_managed = None
    if not is_elsewhere:  # nobody expects the interpreter to import from elsewhere by itself
        hidden_by = find_hiding_pth_file(interpreter, scheme)
        if not interpreter.is_virtual and not settings.break_system_packages:
            externally_managed = management_message(interpreter, settings.language, messages)
    script_executable = interpreter.executable
    if settings.root is not None and script_executable.is_relative_to(settings.root.absolute()):
        inside = script_executable.relative_to(settings.root.absolute())
        script_executable = Path(script_executable.anchor, inside)
    return TargetEnvironment(
        executable=interpreter.executable,
        script_executable=str(script_executable),
        version_info=interpreter.version_info,
        implementation=interpreter.implementation,
        markers=interpreter.markers,
        tags=supported_tags(interpreter),
        scheme=scheme,
        prefix=interpreter.prefix,
        base_prefix=interpreter.base_prefix,
        search_path=_search_path(interpreter, scheme, settings),
        src=settings.src or _default_src(interpreter, settings),
        externally_managed=externally_managed,
        hidden_by=hidden_by,
        running=interpreter.running,
        runnable=interpreter.runnable,
        interpreter=interpreter,
        venv_to_create=venv_to_create,
    )


def _default_src(interpreter: Interpreter, settings: TargetSettings) -> Path | None:
    """Return where editable repositories go if not into the environment, as in pip."""
    if interpreter.is_virtual or settings.working_directory is None:
        return None
    return settings.working_directory / "src"


def _check_links(scheme: Scheme, settings: TargetSettings) -> None:
    """Refuse a directory that an option names, if links in it lead out of it.

    It may have come with such links, as a cloned repository or an archive. That it is a link itself
    is all right. Raises `LinkLeadsOutError`.
    """
    options = {"--root": settings.root, "--prefix": settings.prefix, "--target": settings.directory}
    for option, directory in options.items():
        if directory is None:
            continue
        real_directory = os.path.realpath(directory)
        for path in dict.fromkeys((scheme.purelib, scheme.platlib, scheme.scripts, scheme.headers)):
            real = os.path.realpath(path)
            if not Path(real).is_relative_to(real_directory):
                raise LinkLeadsOutError(option, path, real)
        return  # a prefix may be in a root


def _choose_scheme(
    interpreter: Interpreter, settings: TargetSettings, messages: Messages | None
) -> Scheme:
    scheme = interpreter.schemes["default"]
    if settings.directory is not None:
        headers = Path("include", "python")
        if interpreter.is_virtual:
            headers = interpreter.schemes["venv"].headers
        return flat_scheme(settings.directory.absolute(), headers)
    if settings.prefix is not None:
        layout = interpreter.schemes["venv"].in_directory(settings.prefix.absolute())
        scheme = interpreter.schemes.get("prefix", layout)
    elif settings.user or _defaults_to_user(interpreter, settings, messages):
        if interpreter.user_site is None or "user" not in interpreter.schemes:
            raise UserSiteDisabledError(interpreter)
        scheme = interpreter.schemes["user"]
    return scheme.under_root(settings.root.absolute()) if settings.root is not None else scheme


def _defaults_to_user(
    interpreter: Interpreter, settings: TargetSettings, messages: Messages | None
) -> bool:
    """Return whether to install as with `--user`: as in pip, the environment is not writable."""
    default = interpreter.schemes["default"]
    if settings.user is not None or settings.root is not None or interpreter.user_site is None:
        return False
    if is_writable(default.purelib) and is_writable(default.platlib):
        return False
    if messages is not None:
        messages.info(
            "Defaulting to user installation because normal site-packages is not writeable: "
            f"{default.purelib}"
        )
    return True


def is_writable(directory: Path) -> bool:
    """Return whether files can be created in a directory, which need not exist yet."""
    paths = (directory, *directory.parents)
    existing = next((path for path in paths if path.exists()), None)  # a drive may be missing
    return existing is not None and can_create_in(existing)


def _search_path(
    interpreter: Interpreter, scheme: Scheme, settings: TargetSettings
) -> tuple[Path, ...]:
    """Return the directories in which distributions count as installed."""
    own = tuple(dict.fromkeys((scheme.purelib, scheme.platlib)))
    if settings.is_nowhere:
        return ()
    if settings.directory is not None:
        return own
    is_elsewhere = settings.prefix is not None or settings.root is not None
    if is_elsewhere and scheme.purelib not in interpreter.path:
        return own
    # A directory that does not exist yet is not on sys.path, but will be.
    missing = tuple(path for path in own if path not in interpreter.path)
    return (*missing, *interpreter.path)
