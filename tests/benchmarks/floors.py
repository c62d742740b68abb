"""What the least work of some jobs takes in Python: `python -m tests.benchmarks.floors`.

Each experiment does one part of a job and nothing else, in a process of its own, and prints the
seconds of processor time (user and system, median of several processes) of the whole process. The
index is that which `python -m tests.benchmarks` has recorded.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
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
        for what, command in _experiments(given.python, given.zipapp.resolve(), Path(directory)):
            seconds = [_measure(command) for _ in range(given.runs)]
            print(f"{statistics.median(seconds):.3f} s  {what}", flush=True)


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
    names = _imported(python, nothing)
    yield (
        f"importing the {len(names)} modules of Python for that",
        (*(python, "-c", f"import {', '.join(names)}"),),
    )
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


def _wheels(paths: Sequence[str]) -> list[Path]:
    files = (_INDEX / "files" / Path(path).name.removesuffix(".metadata") for path in paths)
    return [file for file in files if file.is_file()]


def _imported(python: str, arguments: Sequence[str | Path]) -> list[str]:
    """Return the modules of Python that a run imports."""
    command = [python, "-X", "importtime", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    names = {line.rpartition("|")[2].strip() for line in lines[1:]}
    tops = {name.partition(".")[0] for name in names} & sys.stdlib_module_names
    found = {top for top in tops if find_spec(top)}  # Windows' are looked for everywhere
    return sorted(name for name in names if name.partition(".")[0] in found)


def _measure(command: Sequence[str | Path]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    main()
