"""The directories a wheel's parts go to, and how pip's options move them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Scheme:
    """The directories a wheel's parts go to, in sysconfig's words."""

    purelib: Path
    platlib: Path
    scripts: Path
    data: Path
    headers: Path
    """The parent directory; a distribution's own headers go to `headers / name`."""

    def below(self, directory: Path) -> Scheme:
        """Return this relative scheme as it lies in a directory."""
        return self._moved(lambda path: directory / path)

    def rooted(self, root: Path) -> Scheme:
        """Return this absolute scheme as it lies below another root (`--root`, DESTDIR)."""
        return self._moved(lambda path: change_root(root, path))

    def _moved(self, move: Callable[[Path], Path]) -> Scheme:
        return Scheme(
            purelib=move(self.purelib),
            platlib=move(self.platlib),
            scripts=move(self.scripts),
            data=move(self.data),
            headers=move(self.headers),
        )


def flat_scheme(directory: Path, headers: Path) -> Scheme:
    """Return the scheme of `--target`: all in one directory, as pip leaves it there."""
    return Scheme(
        purelib=directory,
        platlib=directory,
        scripts=directory / "bin",
        data=directory,
        headers=directory / headers,
    )


def change_root(root: Path, path: Path) -> Path:
    """Return an absolute path as it lies below another root; one that does already is kept."""
    if path.is_relative_to(root):
        return path
    return root / path.relative_to(path.anchor)
