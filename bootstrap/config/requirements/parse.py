"""One requirement as a user writes it: PEP 508, a URL, a version control URL, or a path."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from bootstrap._vendor.packaging.requirements import InvalidRequirement, Requirement
from bootstrap._vendor.packaging.utils import InvalidWheelFilename
from bootstrap.config.options.process import ProcessContext
from bootstrap.environment.discovery import InvalidPathError
from bootstrap.errors import UsageError
from bootstrap.formats import specifiers
from bootstrap.formats.filenames import parse_wheel_filename
from bootstrap.limits import shorten
from bootstrap.network.references import absolute_file_url
from bootstrap.network.urls import MalformedUrlError, url_filename, url_origin
from bootstrap.provenance import Origin
from bootstrap.resolve.requirement import InputRequirement
from bootstrap.trust.digests import InvalidDigestError
from bootstrap.trust.hashes import Hashes

_URL = re.compile(r"(https?|ftp|file|(git|hg|svn|bzr)(\+[a-z]+)?):", re.IGNORECASE)
_VERSION_CONTROL = re.compile(r"(git|hg|svn|bzr)(\+[a-z]+)?:", re.IGNORECASE)
_EGG = re.compile(r"[#&]egg=([^&]*)")
_ARCHIVE = re.compile(r".+\.(whl|zip|tar|tgz|tbz|txz|tlz|tar\.(gz|bz2|xz|lz|lzma))", re.IGNORECASE)

_FORMS = "Write it as NAME, NAME[EXTRA], NAME>=VERSION, NAME @ URL, or a path (PEP 508)."


class InvalidRequirementError(UsageError):
    """A text is not a valid requirement.

    Causes: a space or quotation marks are missing, or the shell took > for a redirection.

    Next: put the requirement into quotation marks:
        python3 get-installer.pyz --venv demo 'idna>=3.10,<4'
    """

    def __init__(self, text: str, origin: Origin, why: str, hint: str | None = None) -> None:
        self.text, self.origin, self.why = text, origin, why
        where = f" ({origin})" if origin.kind != "option" else ""
        super().__init__(
            f"{shorten(text)!r}{where} is not a requirement: {shorten(why)}", hint=hint or _FORMS
        )


def parse_requirement(
    text: str,
    origin: Origin,
    process: ProcessContext,
    *,
    editable: bool = False,
    hashes: Hashes | None = None,
    config_settings: Mapping[str, str | tuple[str, ...]] | None = None,
) -> InputRequirement:
    """Parse one requirement; paths are relative to the working directory, as in pip.

    Raises `InvalidRequirementError`, also for a path that does not exist.
    """
    stripped = text.strip()
    requirement, url, extras = _split(stripped, origin, process, editable=editable)
    try:
        in_url = Hashes.in_fragment(url or "")
    except InvalidDigestError as error:
        raise InvalidRequirementError(text, origin, str(error), error.hint) from error
    return InputRequirement(
        text=stripped,
        origin=origin,
        requirement=requirement,
        url=url,
        extras=extras,
        editable=editable,
        hashes=(hashes or Hashes()).intersection(in_url),
        config_settings=config_settings or {},
    )


_Parts = tuple[Requirement | None, "str | None", frozenset[str]]
"""The requirement (None if it has no name yet), its URL, and the extras if it has no name."""


def _split(text: str, origin: Origin, process: ProcessContext, *, editable: bool) -> _Parts:
    # The semicolon before a marker needs a space in front of it in a URL (PEP 508).
    reference, _, marker = text.partition("; " if _URL.match(text) else ";")
    reference, marker = reference.strip(), marker.strip()
    bare, extras = _split_extras(reference)
    if _URL.match(reference):
        url, url_extras = (bare, extras) if editable else (reference, "")
        absolute = _absolute_url(text, origin, url, process)
        return _direct_reference(text, origin, absolute, url_extras, marker)
    path = _existing_path(text, bare, origin, process, editable=editable)
    if path is not None:
        return _direct_reference(text, origin, path.as_uri(), extras, marker)
    requirement = _parse_pep508(text, origin)
    if requirement.url is not None and not _URL.match(requirement.url):
        raise InvalidRequirementError(text, origin, "expected a URL after the @")
    if requirement.url is not None:
        requirement.url = _absolute_url(text, origin, requirement.url, process)
        _check_url(text, origin, requirement.url)
    if editable and requirement.url is None:
        raise InvalidRequirementError(text, origin, "expected a project's directory or a VCS URL")
    return requirement, requirement.url, frozenset()


def _check_url(text: str, origin: Origin, url: str) -> None:
    try:
        url_origin(url)
    except MalformedUrlError as error:
        raise InvalidRequirementError(text, origin, str(error), error.hint) from error


def _split_extras(text: str) -> tuple[str, str]:
    before, bracket, extras = text.removesuffix("]").rpartition("[")
    if not (text.endswith("]") and before and bracket) or "]" in extras:
        return text, ""
    return before.rstrip(), extras


def _absolute_url(text: str, origin: Origin, url: str, process: ProcessContext) -> str:
    """Return `git://…` as `git+git://…`, and a relative file: URL as an absolute one."""
    scheme = url.partition(":")[0].lower()
    if scheme in {"git", "hg", "svn", "bzr"}:
        return f"{scheme}+{url}"
    try:
        return absolute_file_url(url, process.absolute)
    except MalformedUrlError as error:
        raise InvalidRequirementError(text, origin, str(error), error.hint) from error


def _existing_path(
    text: str, bare: str, origin: Origin, process: ProcessContext, *, editable: bool
) -> Path | None:
    """Return the path that a requirement is, which must exist; None where it is not one."""
    try:
        path = _find_path(bare, process, editable=editable)
        if path is not None:
            _check_path(text, origin, path)
    except InvalidPathError as error:
        raise InvalidRequirementError(text, origin, f"its path has {error.reason}") from error
    except OSError as error:  # for example a directory that we may not enter
        reason = f"{shorten(bare)} cannot be read: {error.strerror}"
        raise InvalidRequirementError(text, origin, reason) from error
    return path


def _find_path(text: str, process: ProcessContext, *, editable: bool) -> Path | None:
    """Return the path that a text means, or None where it does not look like one."""
    before_url, at, _ = text.partition("@")
    if at and not _looks_like_path(before_url, process):
        return None
    is_path = _looks_like_path(text, process) or _ARCHIVE.fullmatch(text) is not None
    if not is_path and not editable:
        return None
    # As pip does, without `..` by the text, whatever links lead to.
    path = Path(os.path.normpath(process.absolute(text)))
    return path if is_path or path.is_dir() else None


def _looks_like_path(text: str, process: ProcessContext) -> bool:
    separators = "/\\" if process.platform == "win32" else "/"
    return text.startswith((".", "~")) or any(separator in text for separator in separators)


def _check_path(text: str, origin: Origin, path: Path) -> None:
    if path.is_dir():
        if not any((path / name).is_file() for name in ("pyproject.toml", "setup.py")):
            why = f"the directory {path} has neither a pyproject.toml nor a setup.py"
            raise InvalidRequirementError(text, origin, why)
        return
    if not path.is_file():
        raise InvalidRequirementError(text, origin, f"file not found: {path}")
    if not _ARCHIVE.fullmatch(path.name):
        why = f"{path} is neither a wheel nor a source archive nor a directory"
        raise InvalidRequirementError(text, origin, why, f"To use a requirements file: -r {path}")


def _direct_reference(text: str, origin: Origin, url: str, extras: str, marker: str) -> _Parts:
    """Return a direct reference, with the name from its wheel's file name or its `#egg=`."""
    _check_url(text, origin, url)
    egg = _EGG.search(url)
    name = _wheel_pin(text, origin, url) or (egg and egg[1])
    if name is not None:
        bare, own_extras = _split_extras(name)
        pin = re.fullmatch(r"([^=]+)(==.+)?", bare)
        project, version = (pin[1], pin[2] or "") if pin else (bare, "")
        written = f"{project}[{own_extras or extras}]{version}" + (f" ; {marker}" if marker else "")
        return _parse_pep508(written, origin), url, frozenset()
    if marker:
        hint = f"Add its name: NAME @ {url} ; {marker}"
        raise InvalidRequirementError(text, origin, "a marker needs a named requirement", hint)
    return None, url, frozenset(_parse_pep508(f"unnamed[{extras}]", origin).extras)


def _wheel_pin(text: str, origin: Origin, url: str) -> str | None:
    filename = url_filename(url)
    if not filename.endswith(".whl") or _VERSION_CONTROL.match(url):
        return None
    try:
        name, version, _, _ = parse_wheel_filename(filename)
    except InvalidWheelFilename as exc:
        raise InvalidRequirementError(text, origin, str(exc)) from exc
    return f"{name}=={version}"


def _parse_pep508(text: str, origin: Origin) -> Requirement:
    try:
        return specifiers.parse_requirement(text)
    except InvalidRequirement as exc:
        hint = None
        if re.fullmatch(r"[\w.\-\[\],]+\s*=\s*[\w.*+!]+", text):
            hint = f"Did you mean {text.replace('=', '==', 1)!r}?"
        raise InvalidRequirementError(text, origin, str(exc), hint) from exc
