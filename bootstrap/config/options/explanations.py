"""What an error means, why it comes about most often, and what to do: from its class's docstring.

The first paragraph is what it means, `Causes:` and `Next:` begin two others. Indented lines below
`Next:` are whole commands. It is read from the sources, so that no run carries it.
"""

from __future__ import annotations

import ast
from importlib.util import find_spec
from typing import Protocol, cast

from bootstrap.dataclasses import dataclass

_CAUSES, _NEXT = "Causes: ", "Next: "


@dataclass(frozen=True)
class Explanation:
    """What users are told about a class of errors."""

    meaning: str = ""
    causes: str = ""
    next_step: str = ""
    commands: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return the causes and the next step as lines; commands are indented."""
        lines = ["", f"Usual causes: {self.causes}"] if self.causes else []
        if self.next_step:
            lines += ["", f"What to do: {self.next_step}"]
        return [*lines, *(f"  {command}" for command in self.commands)]


class _Loader(Protocol):
    def get_source(self, fullname: str) -> str | None: ...


def read_explanations(module: str) -> dict[str, Explanation]:
    """Return what the docstrings of a module's classes say; nothing where there is no source."""
    spec = find_spec(module)
    loader = cast("_Loader | None", spec and spec.loader)
    source = loader.get_source(module) if loader is not None else None
    return {
        node.name: parse_docstring(ast.get_docstring(node) or "")
        for node in ast.walk(ast.parse(source or ""))
        if isinstance(node, ast.ClassDef)
    }


def parse_docstring(text: str) -> Explanation:
    """Return what a docstring says to users; other paragraphs are for developers."""
    meaning, *others = text.split("\n\n")
    causes = next((_join(each) for each in others if each.startswith(_CAUSES)), "")
    following = next((each for each in others if each.startswith(_NEXT)), "").splitlines()
    commands = tuple(line.strip() for line in following if line.startswith(" "))
    prose = _join("\n".join(line for line in following if not line.startswith(" ")))
    return Explanation(
        _join(meaning), causes.removeprefix(_CAUSES), prose.removeprefix(_NEXT), commands
    )


def _join(paragraph: str) -> str:
    return " ".join(paragraph.split())
