"""One requirement as a user writes it: PEP 508, a URL, a version control URL, or a path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from bootstrap._vendor.packaging.requirements import InvalidRequirement, Requirement
from bootstrap._vendor.packaging.utils import InvalidWheelFilename, parse_wheel_filename
from bootstrap.config.options.process import Surroundings
from bootstrap.errors import UsageError
from bootstrap.network.urls import redact, url_filename
from bootstrap.provenance import Origin
from bootstrap.resolve.requirement import InputRequirement
from bootstrap.trust.hashes import Hashes

_URL = re.compile(r"(https?|ftp|file|(git|hg|svn|bzr)(\+[a-z]+)?):", re.IGNORECASE)
_VERSION_CONTROL = re.compile(r"(git|hg|svn|bzr)(\+[a-z]+)?:", re.IGNORECASE)
_EXTRAS = re.compile(r"(?P<place>.+?)\s*\[(?P<extras>[^\[\]]*)\]")
_EGG = re.compile(r"[#&]egg=([^&]*)")
_ARCHIVE = re.compile(r".+\.(whl|zip|tar|tgz|tbz|txz|tlz|tar\.(gz|bz2|xz|lz|lzma))", re.IGNORECASE)

_WRITTEN = "Write it as NAME, NAME[EXTRA], NAME>=VERSION, NAME @ URL, or a path (PEP 508)."


class InvalidRequirementError(UsageError):
    """A text that should be a requirement is none."""

    def __init__(self, text: str, origin: Origin, why: str, hint: str | None = None) -> None:
        self.text, self.origin, self.why = text, origin, why
        place = f" ({origin})" if origin.kind != "option" else ""
        super().__init__(
            f"{redact(text)!r}{place} is not a requirement: {redact(why)}",
            hint=hint or _WRITTEN,
        )


def read_requirement(
    text: str,
    origin: Origin,
    surroundings: Surroundings,
    *,
    editable: bool = False,
    hashes: Hashes | None = None,
    config_settings: Mapping[str, str | tuple[str, ...]] | None = None,
) -> InputRequirement:
    """Parse one requirement; paths are relative to the working directory, as in pip.

    Raises `InvalidRequirementError`, also for a path where nothing is.
    """
    stripped = text.strip()
    requirement, url, extras = _parts(stripped, origin, surroundings, editable=editable)
    said = hashes or Hashes()
    return InputRequirement(
        text=stripped,
        origin=origin,
        requirement=requirement,
        url=url,
        extras=extras,
        editable=editable,
        hashes=said.intersection(Hashes.in_fragment(url or "")),
        config_settings=config_settings or {},
    )


_Parts = tuple[Requirement | None, "str | None", frozenset[str]]


def _parts(text: str, origin: Origin, surroundings: Surroundings, *, editable: bool) -> _Parts:
    place, marker = _split_marker(text)
    bare, extras = _split_extras(place)
    if _URL.match(place):
        url, of_url = (bare, extras) if editable else (place, "")
        return _direct(text, origin, _absolute_url(url, surroundings), of_url, marker)
    path = _path(bare, surroundings, editable=editable)
    if path is not None:
        _check_path(text, origin, path)
        return _direct(text, origin, path.as_uri(), extras, marker)
    requirement = _named(text, origin)
    if requirement.url is not None and not _URL.match(requirement.url):
        raise InvalidRequirementError(text, origin, "expected a URL behind the @")
    if editable and requirement.url is None:
        raise InvalidRequirementError(text, origin, "expected a project's directory or a VCS URL")
    return requirement, requirement.url, frozenset()


def _split_marker(text: str) -> tuple[str, str]:
    """Split at the semicolon; in a URL it has to be followed by a space, as PEP 508 says."""
    place, _, marker = text.partition("; " if _URL.match(text) else ";")
    return place.strip(), marker.strip()


def _split_extras(place: str) -> tuple[str, str]:
    found = _EXTRAS.fullmatch(place)
    return (found["place"], found["extras"]) if found else (place, "")


def _absolute_url(url: str, surroundings: Surroundings) -> str:
    """Return `git://…` as `git+git://…`, and a relative file: URL as an absolute one."""
    scheme, _, rest = url.partition(":")
    if scheme.lower() == "file" and not rest.startswith("/"):
        return surroundings.absolute(rest).as_uri()
    return f"{scheme}+{url}" if scheme.lower() in {"git", "hg", "svn", "bzr"} else url


def _path(place: str, surroundings: Surroundings, *, editable: bool) -> Path | None:
    """Return the path a text means, or None where it does not look like one."""
    before_url, at, _ = place.partition("@")
    if at and not _looks_like_path(before_url, surroundings):
        return None
    path = surroundings.absolute(place)
    is_path = _looks_like_path(place, surroundings) or (editable and path.is_dir())
    return path if is_path or _ARCHIVE.fullmatch(place) else None


def _looks_like_path(place: str, surroundings: Surroundings) -> bool:
    separators = "/\\" if surroundings.platform == "win32" else "/"
    return place.startswith((".", "~")) or any(each in place for each in separators)


def _check_path(text: str, origin: Origin, path: Path) -> None:
    if path.is_dir():
        if not any((path / name).is_file() for name in ("pyproject.toml", "setup.py")):
            why = f"the directory {path} holds neither a pyproject.toml nor a setup.py"
            raise InvalidRequirementError(text, origin, why)
        return
    if not path.is_file():
        raise InvalidRequirementError(text, origin, f"there is no file {path}")
    if not _ARCHIVE.fullmatch(path.name):
        why = f"{path} is neither a wheel nor a source archive nor a directory"
        raise InvalidRequirementError(text, origin, why, f"To read it as a list: -r {path}")


def _direct(text: str, origin: Origin, url: str, extras: str, marker: str) -> _Parts:
    """Return a direct reference with the name its file name or its `#egg=` tells, if any."""
    name = _wheel_pin(text, origin, url) or _egg(url)
    if name is not None:
        named, own_extras = _split_extras(name)
        pin = re.fullmatch(r"([^=]+)(==.+)?", named)
        project, version = (pin[1], pin[2] or "") if pin else (named, "")
        written = f"{project}[{own_extras or extras}]{version}" + (f" ; {marker}" if marker else "")
        return _named(written, origin), url, frozenset()
    if marker:
        hint = f"Give it its name: NAME @ {redact(url)} ; {marker}"
        raise InvalidRequirementError(text, origin, "a marker needs a named requirement", hint)
    return None, url, frozenset(_named(f"unnamed[{extras}]", origin).extras)


def _wheel_pin(text: str, origin: Origin, url: str) -> str | None:
    filename = url_filename(url)
    if not filename.endswith(".whl") or _VERSION_CONTROL.match(url):
        return None
    try:
        name, version, _, _ = parse_wheel_filename(filename)
    except InvalidWheelFilename as exc:
        raise InvalidRequirementError(text, origin, str(exc)) from exc
    return f"{name}=={version}"


def _egg(url: str) -> str | None:
    found = _EGG.search(url)
    return found[1] if found else None


def _named(text: str, origin: Origin) -> Requirement:
    try:
        return Requirement(text)
    except InvalidRequirement as exc:
        raise InvalidRequirementError(text, origin, str(exc), _hint(text)) from exc


def _hint(text: str) -> str | None:
    if re.fullmatch(r"[\w.\-\[\],]+\s*=\s*[\w.*+!]+", text):
        return f"Did you mean {re.sub(r'=', '==', text, count=1)!r}?"
    return None
