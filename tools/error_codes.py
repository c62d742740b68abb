"""The codes of errors: `python -m tools.error_codes` writes bootstrap/codes.py, docs/errors.md.

A class keeps its code for ever; a new one gets the next number of its area, and the number of one
that was removed is not used again. What an error means is the first paragraph of its docstring;
its usual causes, and what to do, are the paragraphs `Causes:` and `Next:`, which `explain` reads.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bootstrap.codes import CODES, RETIRED
from bootstrap.config.options.explanations import Explanation, parse_docstring
from bootstrap.config.options.topics import AREAS

ROOT = Path(__file__).parents[1]
MODULE = ROOT / "bootstrap" / "codes.py"
DOCUMENT = ROOT / "docs" / "errors.md"
_BASE = "BootstrapError"
_AREAS = {
    "cli": "CONFIG",
    "config": "CONFIG",
    "doctor": "CONFIG",
    "location": "CONFIG",
    "trust": "TRUST",
    "tls_diagnosis": "TRUST",
    "network": "NETWORK",
    "index": "INDEX",
    "resolve": "RESOLVE",
    "metadata": "RESOLVE",
    "lock": "LOCK",
    "pep517": "BUILD",
    "preparer": "BUILD",
    "install": "INSTALL",
    "environment": "TARGET",
    "handoff": "HANDOFF",
    "kit": "KIT",
    "report": "REPORT",
}
"""The area of each package; of all others, RUN."""
Entry = tuple[str, str]
"""The code and the module of a class."""
_HEADER = '''\
"""The code of each error: written by `python -m tools.error_codes`."""

from __future__ import annotations

'''

_BEGINNING = """\
# Errors

Each error has a code, which stays the same when its message changes. `explain CODE` says the same as this page, without a network.
This page is written by `python -m tools.error_codes` from the classes in `bootstrap/`.

The exit status is 2 for what is wrong on the command line, in a variable or in a file of settings or requirements, else 1. A run that a
signal ended ends by that signal. After a hand-off, the exit status is that of the installer.
"""


@dataclass(frozen=True)
class ErrorClass:
    """A class of errors, as its source describes it."""

    name: str
    module: str
    area: str
    explanation: Explanation
    exit_status: int


def error_classes(package: Path = ROOT / "bootstrap") -> dict[str, ErrorClass]:
    """Return the classes that users can meet, by name, from the source."""
    found: dict[str, tuple[ast.ClassDef, tuple[str, ...]]] = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        if parts[0] == "_vendor":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, (node, parts))
    classes = {}
    for name, (node, parts) in sorted(found.items()):
        if _BASE in _ancestors(name, found):
            module = ".".join((package.name, *parts)).removesuffix(".__init__")
            explanation = parse_docstring(ast.get_docstring(node) or "")
            status = next(_statuses(name, found), 1)
            area = _AREAS.get(parts[0], "RUN")
            classes[name] = ErrorClass(name, module, area, explanation, status)
    return classes


def _ancestors(
    name: str, found: Mapping[str, tuple[ast.ClassDef, tuple[str, ...]]]
) -> Iterator[str]:
    yield name
    for base in found[name][0].bases if name in found else ():
        yield from _ancestors(ast.unparse(base), found)


def _statuses(
    name: str, found: Mapping[str, tuple[ast.ClassDef, tuple[str, ...]]]
) -> Iterator[int]:
    for ancestor in _ancestors(name, found):
        for node in found[ancestor][0].body if ancestor in found else ():
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "exit_status":
                yield ast.literal_eval(node.value)


def assign(
    classes: Mapping[str, ErrorClass], codes: Mapping[str, Entry], retired: set[str]
) -> dict[str, Entry]:
    """Return the code and the module of each class, new classes with new codes."""
    last: defaultdict[str, int] = defaultdict(int)
    for code in [*(entry[0] for entry in codes.values()), *retired]:
        area, number = code.split("-")[1:]
        last[area] = max(last[area], int(number))
    assigned = {}
    for name, found in classes.items():
        if name in codes:
            code = codes[name][0]
        else:
            last[found.area] += 1
            code = f"GI-{found.area}-{last[found.area]:03}"
        assigned[name] = (code, found.module)
    return dict(sorted(assigned.items(), key=lambda item: item[1]))


def module(codes: Mapping[str, Entry]) -> str:
    """Return the source of `bootstrap/codes.py`, not formatted."""
    gone = {entry[0] for name, entry in CODES.items() if name not in codes}
    rows = "".join(f"    {name!r}: {entry!r},\n" for name, entry in codes.items())
    retired = ", ".join(map(repr, sorted({*RETIRED, *gone})))
    return (
        f"{_HEADER}CODES: dict[str, tuple[str, str]] = {{\n{rows}}}\n"
        '"""The code and the module of each class of errors; its docstring says what it means."""\n\n'
        f"RETIRED: tuple[str, ...] = ({retired}{',' if retired else ''})\n"
        '"""Codes of classes that are gone; they are not used again."""\n'
    )


def document(classes: Mapping[str, ErrorClass], codes: Mapping[str, Entry]) -> str:
    """Return docs/errors.md."""
    lines = _BEGINNING.splitlines()
    for name_of_area, area in AREAS.items():
        page = area.page.removeprefix("docs/")
        lines += ["", f"## {name_of_area}", "", f"{area.common} More: [{page}]({page})."]
        for name, (code, _) in codes.items():
            if code.split("-")[1] == name_of_area:
                lines += ["", f"### {code}", "", *_section(classes[name])]
    return "\n".join([*lines, ""])


def _section(found: ErrorClass) -> Iterator[str]:
    """Yield the lines about one error."""
    explanation = found.explanation
    yield f"{explanation.meaning} Exit status {found.exit_status}."
    if explanation.causes:
        yield from ("", f"**Usual causes:** {explanation.causes}")
    yield from ("", f"**What to do:** {explanation.next_step}")
    if explanation.commands:
        yield from ("", *(f"    {command}" for command in explanation.commands))


def main() -> None:
    """Write both files."""
    classes = error_classes()
    codes = assign(classes, CODES, set(RETIRED))
    MODULE.write_text(module(codes), "utf-8")
    ruff = (sys.executable, "-m", "ruff")
    subprocess.run([*ruff, "check", "--fix", "--quiet", MODULE], check=False)
    subprocess.run([*ruff, "format", "--quiet", MODULE], check=True)
    DOCUMENT.write_text(document(classes, codes), "utf-8")


if __name__ == "__main__":
    main()
