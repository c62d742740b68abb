"""Inline metadata of scripts (PEP 723): what `--requirements-from-script FILE` names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from bootstrap._vendor.packaging.requirements import InvalidRequirement
from bootstrap._vendor.packaging.specifiers import InvalidSpecifier, SpecifierSet
from bootstrap.config.options.process import ProcessContext
from bootstrap.config.requirements.parse import parse_requirement
from bootstrap.dataclasses import dataclass
from bootstrap.environment.model import TargetEnvironment
from bootstrap.errors import BootstrapError, UsageError
from bootstrap.formats import specifiers
from bootstrap.formats.documents import parse_toml, read_file
from bootstrap.limits import PYPROJECT_SIZE, LimitError, shorten
from bootstrap.provenance import Origin, Sourced
from bootstrap.resolve.requirement import InputRequirement

_START, _END = "# /// script", "# ///"


class ScriptError(UsageError):
    """A script has no inline metadata, or invalid one.

    Causes: there is no `# /// script` block, or its TOML is invalid.

    Next: write a block as PEP 723 describes it, and a # before each of its lines.
    """

    def __init__(self, path: Path, why: str, hint: str | None = None) -> None:
        self.path, self.why = path, why
        super().__init__(f"The requirements of {path} cannot be read: {why}.", hint=hint)


class ScriptPythonError(BootstrapError):
    """A script needs another Python than the target has.

    Causes: requires-python in the script excludes the target's Python.

    Next: choose another Python:
        python3 get-installer.pyz --python 3.12 --requirements-from-script script.py
    """

    def __init__(self, required: Sourced[SpecifierSet], found: str) -> None:
        self.required, self.found = required, found
        super().__init__(
            f"{required.origin} requires Python {required.value}; the target has Python {found}.",
            hint="Use another Python: choose it with --python.",
        )


@dataclass(frozen=True)
class ScriptMetadata:
    """What a script needs."""

    requirements: tuple[InputRequirement, ...] = ()
    requires_python: Sourced[SpecifierSet] | None = None


def read_script(given: Sourced[str], process: ProcessContext) -> ScriptMetadata:
    """Return what the metadata in a script's comments names. Raises `ScriptError`."""
    path = process.absolute(given.value)
    try:
        text = read_file(path, PYPROJECT_SIZE).decode("utf-8-sig")
    except OSError as error:
        why = f"the file cannot be read ({error.strerror}; from {given.origin})"
        raise ScriptError(path, why) from error
    except UnicodeDecodeError as error:
        raise ScriptError(path, "the file is not UTF-8 text") from error
    except LimitError as error:
        raise ScriptError(path, f"the file has {error}") from error
    blocks = list(_find_blocks(text.splitlines()))
    if not blocks:
        hint = f"Its metadata begins with the line `{_START}` and ends with `{_END}` (PEP 723)."
        raise ScriptError(path, "it has no metadata of a script", hint)
    if len(blocks) > 1:
        raise ScriptError(path, "it has several blocks of metadata", "Join them into one.")
    table = _parse(path, blocks[0])
    origin = Origin.file(path)
    return ScriptMetadata(
        tuple(_requirements(path, table, origin, process)), _requires_python(path, table, origin)
    )


def require_python(required: Sourced[SpecifierSet], target: TargetEnvironment) -> None:
    """Refuse a target whose Python the script excludes. Raises `ScriptPythonError`."""
    if not required.value.contains(target.python_version, prereleases=True):
        raise ScriptPythonError(required, target.markers["python_full_version"])


def _find_blocks(lines: Sequence[str]) -> Iterator[str]:
    """Yield the content of each block; it ends at the last possible line of its comment."""
    position = 0
    while position < len(lines):
        position += 1
        if lines[position - 1] != _START:
            continue
        comment = list(
            takewhile(lambda line: line == "#" or line.startswith("# "), lines[position:])
        )
        if _END in comment:
            end = len(comment) - 1 - comment[::-1].index(_END)
            yield "".join(f"{line[2:]}\n" for line in comment[:end])
            position += end + 1


def _parse(path: Path, content: str) -> dict[str, Any]:
    try:
        return parse_toml(content.encode(), PYPROJECT_SIZE)
    except ValueError as error:
        raise ScriptError(path, f"its metadata is not valid TOML ({error})") from error


def _requirements(
    path: Path, table: dict[str, Any], origin: Origin, process: ProcessContext
) -> Iterator[InputRequirement]:
    listed = table.get("dependencies", [])
    if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
        raise ScriptError(path, "its `dependencies` are not a list of requirements")
    for text in listed:
        try:
            named = specifiers.parse_requirement(text)
        except InvalidRequirement as error:
            why = f"{shorten(text)!r} is not a requirement ({shorten(str(error))})"
            raise ScriptError(path, why) from error
        yield parse_requirement(str(named), origin, process)


def _requires_python(
    path: Path, table: dict[str, Any], origin: Origin
) -> Sourced[SpecifierSet] | None:
    text = table.get("requires-python")
    if text is None:
        return None
    try:
        if isinstance(text, str):
            return Sourced(specifiers.parse_specifiers(text), origin)
    except InvalidSpecifier:
        pass
    raise ScriptError(path, f"its `requires-python` is not a version specifier: {text!r}")
