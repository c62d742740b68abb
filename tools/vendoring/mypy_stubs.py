"""A mypy plugin: a checkout without generated libraries uses the types of the installed ones.

For each module of an installed library it writes ``from library.module import *`` as the stub of
``bootstrap._vendor.library.module`` into a directory on mypy's path that git ignores. A generated
library beside ``bootstrap/_vendor/__init__.py`` is a real package, which mypy prefers to these.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from mypy.plugin import Plugin

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHECKOUT = Path(__file__).parents[2]
_STUBS = _CHECKOUT / "build/stubs/bootstrap/_vendor"
_PINS = _CHECKOUT / "bootstrap/_vendor/vendor.txt"
_HEAD = "# mypy: ignore-errors\n"


def plugin(_version: str) -> type[Plugin]:
    """Write the stubs and return a plugin that does nothing (mypy's entry point)."""
    for name in _libraries():
        _write_stubs(name)
    return Plugin


def _libraries() -> Iterator[str]:
    for line in _PINS.read_text(encoding="utf-8").splitlines():
        name, pinned, _ = line.partition("==")
        if pinned:
            yield name.replace("-", "_")


def _write_stubs(library: str) -> None:
    spec = find_spec(library)
    if spec is None or spec.origin is None:
        return
    package = Path(spec.origin).parent
    for source in package.rglob("*.py"):
        stub = _STUBS / library / source.relative_to(package).with_suffix(".pyi")
        parts = stub.relative_to(_STUBS).with_suffix("").parts
        module = ".".join(parts).removesuffix(".__init__")
        _write_if_new(stub, f"{_HEAD}from {module} import *\n" + "".join(_submodules(source)))


def _submodules(source: Path) -> Iterator[str]:
    """Yield imports of the modules of a package, so that ``package.module`` is known."""
    if source.name == "__init__.py":
        for sibling in sorted(source.parent.glob("[!_]*.py")):
            yield f"from . import {sibling.stem} as {sibling.stem}\n"


def _write_if_new(path: Path, text: str) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
