"""What the least work of some jobs takes in Python: `python -m tests.benchmarks.floors`.

Each experiment does one part of a job and nothing else, in a process of its own, and prints the
seconds of processor time (user and system) of the whole process, the least of several. The index is
that which `python -m tests.benchmarks` has recorded. At the end it prints what whole runs spend
their time on, by `shares.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from tests.benchmarks.indexes import RECORDED
from tests.benchmarks.serving import serving

_CHECKOUT = Path(__file__).parents[2]
_INDEX = _CHECKOUT / "build" / "benchmarks" / "indexes" / RECORDED
_SHARES = Path(__file__).with_name("shares.py")
_NEW = "NEW"
"""In a command, the name of a directory that is not there, another for each run."""
_LOAD = """
import json, sys
for path in sys.argv[1:]:
    json.loads(open(path, "rb").read())
"""
_CREATE = """
import os, sys, zipfile
target = sys.argv[1]
for number, path in enumerate(sys.argv[2:]):
    with zipfile.ZipFile(path) as wheel:
        for item in filter(lambda each: not each.is_dir(), wheel.infolist()):
            place = os.path.join(target, str(number), item.filename)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "wb", buffering=0) as file:
                file.write({content})
"""
_IMPORT = """
import os, runpy
if {zipapp!r}:
    runpy.run_path({zipapp!r}, run_name="floor")
import {names}
os._exit(0)
"""
"""The .pyz runs its `main` only as `__main__`; so, it only sets its importer up."""
_REQUEST = """
import http.client, ssl, sys
host, ca, *paths = sys.argv[1:]
connection = http.client.HTTPSConnection(host, context=ssl.create_default_context(cafile=ca))
for path in paths:
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    connection.getresponse().read()
"""


def main() -> None:
    """Print the seconds of all experiments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--zipapp", type=Path, default=_CHECKOUT / "dist" / "get-installer.pyz")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    os.environ.update(PIP_CONFIG_FILE=os.devnull)
    with tempfile.TemporaryDirectory() as directory:
        root, zipapp = Path(directory), given.zipapp.resolve()
        for what, command in _experiments(given.python, zipapp, root):
            seconds = [_measure(command, root / f"new-{n}") for n in range(given.runs)]
            print(f"{min(seconds):.3f} s  {what}", flush=True)
        with serving(_INDEX, root) as served:
            options = ("--index-url", served.simple_url, "--cert", str(served.ca))
            there = ("--python", str(root / "there" / "bin" / "python"))
            for what, home, arguments in (
                ("jupyterlab, resolving only", "a", ("--dry-run", *there, "jupyterlab")),
                ("poetry's tree, cold", "b", ("--venv", str(root / "cold"), "poetry")),
                ("poetry's tree, warm", "b", ("--venv", str(root / "warm"), "poetry")),
            ):
                command = [given.python, _SHARES, zipapp, "--installer", "none", *options]
                found = _shares([*command, *arguments], root / f"home-{home}")
                print(f"what {what}, takes:")
                for part, share in found.items():
                    print(f"  {share:.3f} s  {part}")


def _experiments(
    python: str, zipapp: Path, directory: Path
) -> Iterator[tuple[str, Sequence[str | Path]]]:
    yield "python -c pass", (python, "-c", "pass")
    yield "--version", (python, zipapp, "--version")
    subprocess.run([python, "-m", "venv", "--without-pip", directory / "there"], check=True)
    there = directory / "there" / "bin" / "python"
    subprocess.run([python, zipapp, "--offline", "--python", there], check=True)
    nothing: tuple[str | Path, ...] = (zipapp, "--python", there, "--installer", "none", "pip")
    yield "nothing to do", (python, *nothing)
    yield from _imports(python, zipapp, nothing)
    offline = (zipapp, "--offline", "--venv")
    yield "the bundled pip into a new environment", (python, *offline, _NEW)
    yield from _imports(python, zipapp, (*offline, directory / "offline"))
    with serving(_INDEX, directory) as served:
        for tree in ("poetry", "jupyterlab"):
            options = ("--index-url", served.simple_url, "--cert", served.ca)
            done = subprocess.run(
                [
                    python,
                    zipapp,
                    "-vvv",
                    "--no-cache-dir",
                    "--dry-run",
                    "--python",
                    there,
                    *options,
                    tree,
                ],
                capture_output=True,
                text=True,
                check=True,
            )
            lines = (line.strip() for line in (done.stdout + done.stderr).splitlines())
            paths = [line.partition(served.url)[2] for line in lines if line.startswith("GET ")]
            host = served.url.removeprefix("https://")
            asking: list[str | Path] = [python, "-c", _REQUEST, host, served.ca, *paths]
            yield f"{tree}: the {len(paths)} requests of resolving, over one connection", asking
            pages = [_INDEX / f"{path.rstrip('/')[1:]}.json" for path in paths]
            pages = [page for page in pages if page.is_file()]
            yield f"{tree}: json.loads of its {len(pages)} pages", (python, "-c", _LOAD, *pages)
            wheels = _wheels(paths)
            for content, how in (("b''", "creating"), ("wheel.read(item)", "inflating, writing")):
                yield (
                    f"{tree}: {how} the files of its {len(wheels)} wheels",
                    (
                        *(python, "-c", _CREATE.format(content=content)),
                        *(directory / f"{tree}-{how[0]}", *wheels),
                    ),
                )


def _imports(
    python: str, zipapp: Path, arguments: Sequence[str | Path]
) -> Iterator[tuple[str, Sequence[str | Path]]]:
    """Yield the imports of a run: those of Python's modules, and those of ours as well."""
    standard, own = _imported(python, arguments)
    what = f"importing the {len(standard)} modules of Python for that"
    yield what, (python, "-c", _IMPORT.format(zipapp="", names=", ".join(standard)))
    names = ", ".join([*standard, *own])
    command = (python, "-c", _IMPORT.format(zipapp=str(zipapp), names=names))
    yield f"importing those, and the {len(own)} modules of ours", command


def _wheels(paths: Sequence[str]) -> list[Path]:
    files = (_INDEX / "files" / Path(path).name.removesuffix(".metadata") for path in paths)
    return [file for file in files if file.is_file()]


def _imported(python: str, arguments: Sequence[str | Path]) -> tuple[list[str], list[str]]:
    """Return the modules of Python that a run imports, and those of ours."""
    command = [python, "-X", "importtime", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    names = {line.rpartition("|")[2].strip() for line in lines[1:]}
    tops = {name.partition(".")[0] for name in names} & sys.stdlib_module_names
    found = {top for top in tops if find_spec(top)}  # Windows' are looked for everywhere
    standard = sorted(name for name in names if name.partition(".")[0] in found)
    return standard, sorted(name for name in names if name.startswith("bootstrap."))


def _shares(command: Sequence[str | Path], home: Path) -> dict[str, float]:
    """Return the seconds of a run's parts, the longest first; its cache is below a home."""
    home.mkdir(exist_ok=True)
    report = home / "shares.json"
    environment = {**os.environ, "HOME": str(home), "SHARES": str(report)}
    environment.pop("XDG_CACHE_HOME", None)
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    found: dict[str, float] = json.loads(report.read_text("utf-8"))
    whole = found.pop("everything")
    rest = whole - sum(found.values())
    parts = sorted(found.items(), key=lambda pair: -pair[1])
    return {"everything": whole, **dict(parts), "the rest": rest}


def _measure(command: Sequence[str | Path], new: Path) -> float:
    command = [new if word == _NEW else word for word in command]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    main()
