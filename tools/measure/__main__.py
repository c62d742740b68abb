"""Prints the counts as a table: of this checkout, or of another commit (`--at COMMIT`)."""

from __future__ import annotations

import argparse
import io
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.measure import counts, imports

CHECKOUT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Count, and print Markdown."""
    parser = argparse.ArgumentParser(prog="nox -s measure --", description=__doc__)
    parser.add_argument("--at", metavar="COMMIT", help="measure this commit [default: the files]")
    commit = parser.parse_args().at
    with TemporaryDirectory() as temporary, _tree(commit, Path(temporary, "tree")) as tree:
        modules = counts.read_modules(tree)
        imported = _imported(tree, Path(temporary))
    _print_table({**_counted(modules), **imported})
    classes = counts.repeated_classes(modules).items()
    _print_list("Class names defined more than once", [_line(*each) for each in classes])
    _print_list("Decisions of remoteness", counts.remoteness_decisions(modules))
    _print_list("Questions about a text", counts.remoteness_questions(modules))
    _print_list("Parsers of core metadata", counts.metadata_parsers(modules))


def _counted(modules: list[counts.Module]) -> dict[str, str]:
    lengths = counts.function_lengths(modules)
    with_code = sum(not module.is_only_docstring for module in modules)
    return {
        "modules with code": f"{with_code:,}",
        "all files, with package docstrings": f"{len(modules):,}",
        "lines": f"{counts.line_count(modules):,}",
        "function length: median, 90th percentile, longest": (
            f"{lengths.median:g}, {lengths.p90}, {lengths.longest}"
        ),
        "private functions called once": str(counts.private_called_once(modules)),
        "class names defined more than once": f"{len(counts.repeated_classes(modules))}",
        "places where remoteness is decided": f"{len(counts.remoteness_decisions(modules))}",
        "places where it is asked about a text": f"{len(counts.remoteness_questions(modules))}",
        "places where core metadata is parsed": f"{len(counts.metadata_parsers(modules))}",
    }


def _imported(tree: Path, temporary: Path) -> dict[str, str]:
    archive = imports.build(tree, CHECKOUT / "build", temporary / "dist")
    (wheel,) = (tree / "bootstrap/_bundled").glob("pip-*.whl")
    home = temporary / "home"
    home.mkdir()
    found = imports.count_imports(archive, wheel, home)
    return {f"modules imported by {name}": f"{number}" for name, number in found.items()}


@contextmanager
def _tree(commit: str | None, directory: Path) -> Iterator[Path]:
    """Yield the checkout, or the files of a commit in a directory."""
    if commit is None:
        yield CHECKOUT
        return
    command = ["git", "archive", "--format=tar", commit]
    packed = subprocess.run(command, cwd=CHECKOUT, check=True, stdout=subprocess.PIPE).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(directory)  # noqa: S202  # from our own repository
    yield directory


def _line(name: str, places: list[str]) -> str:
    return f"{name}: {', '.join(places)}"


def _print_table(rows: Mapping[str, str]) -> None:
    width, numbers = max(map(len, rows)), max(map(len, rows.values()))
    print(f"| {'count':{width}} | {'number':{numbers}} |")
    print(f"|{'-' * (width + 2)}|{'-' * (numbers + 1)}:|")
    for name, number in rows.items():
        print(f"| {name:{width}} | {number:>{numbers}} |")


def _print_list(title: str, lines: list[str]) -> None:
    print(f"\n{title}:")
    for line in lines:
        print(f"- {line}")


if __name__ == "__main__":
    main()
