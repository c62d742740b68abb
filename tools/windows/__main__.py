"""Create Windows' Python in a directory; with arguments after it, run that Python with them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tools.debian import ProgramNotFoundError
from tools.windows.interpreter import SYSTEM_LIBRARIES, create_interpreters
from tools.windows.wine import Wine, require_wine

_COMPLETE = "complete"
_INPUTS = (*Path(__file__).parent.glob("*.txt"), *Path(__file__).parent.glob("*.py"))


def main(directory: Path, arguments: list[str]) -> int:
    """Create what is missing in the directory, then run its Python."""
    try:
        require_wine()
    except ProgramNotFoundError as exc:
        print(f"error: {exc}", file=sys.stderr)
        return 1
    wine = Wine(directory / "prefix")
    state = "".join(path.read_text(encoding="utf-8") for path in sorted(_INPUTS))
    marker = directory / _COMPLETE
    if not marker.exists() or marker.read_text(encoding="utf-8") != state:
        directory.mkdir(parents=True, exist_ok=True)
        marker.unlink(missing_ok=True)
        create_interpreters(directory)
        wine.create()
        for name in SYSTEM_LIBRARIES:
            shutil.copy(directory / "full" / name, wine.system_directory)
        shutil.copy(directory / "bcryptprimitives.dll", wine.system_directory)
        marker.write_text(state, encoding="utf-8")
    wine.start()
    try:
        return wine.run(directory / "full/python.exe", *(arguments or ["--version"]))
    finally:
        wine.end()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python -m tools.windows DIRECTORY [ARGUMENTS FOR WINDOWS' PYTHON ...]")
    sys.exit(main(Path(sys.argv[1]).absolute(), sys.argv[2:]))
