#!/usr/bin/env python3
"""`docker build -t NAME .` and `docker run --rm NAME`, in a directory in place of a container.

It does what the Dockerfile of a page says, as far as that can be done without a container: /srv
is a directory below the images', a bind mount is the file itself, and apt-get is not run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

IMAGES = Path(os.environ["IMAGES"])


def instructions() -> Iterator[tuple[str, str]]:
    """Return the instructions of the Dockerfile here."""
    text = re.sub(r"\\\n\s*", " ", Path("Dockerfile").read_text("utf-8"))
    for line in text.splitlines():
        name, _, rest = line.strip().partition(" ")
        if name and not name.startswith("#"):
            yield name, rest


def build(image: Path) -> None:
    """Run the instructions; of apt-get, say that it is not run."""
    root, environ, command = image / "root", {}, []
    for name, text in instructions():
        print(f"{name} {text}", flush=True)
        if name == "RUN" and not text.startswith("apt-get "):
            subprocess.run(["bash", "-ec", _here(text, root)], check=True, cwd=root)
        elif name == "COPY":
            *sources, target = text.split()
            (root / target.lstrip("/")).mkdir(parents=True, exist_ok=True)
            for source in sources:
                shutil.copy(source, root / target.lstrip("/"))
        elif name == "ENV":
            variable, _, value = text.partition("=")
            environ[variable] = value.replace("/srv", f"{root}/srv")
        elif name == "CMD":
            command = json.loads(text)
    (image / "config.json").write_text(json.dumps({"env": environ, "command": command}))


def _here(command: str, root: Path) -> str:
    """Return the command with the paths of this machine."""
    without_mounts = re.sub(r"--mount=\S+ ", "", command)
    for source, target in re.findall(r"--mount=type=bind,source=(\S+),target=(\S+) ", command):
        without_mounts = without_mounts.replace(target, f"'{Path(source).absolute()}'")
    return re.sub(r"(?<=[ =])/srv\b", f"{root}/srv", without_mounts)


def run(image: Path) -> int:
    """Run the image's command."""
    config = json.loads((image / "config.json").read_text())
    exports = "".join(f"export {name}={value}\n" for name, value in config["env"].items())
    script = f'{exports}exec "$@"'
    return subprocess.call(["bash", "-c", script, "bash", *config["command"]])


def main(command: str, option: str, *arguments: str) -> int:
    """Run one of the two commands."""
    name = arguments[0] if command == "build" else arguments[-1]
    image = IMAGES / name
    if command == "build":
        assert option == "-t"
        (image / "root").mkdir(parents=True)
        build(image)
        return 0
    assert (command, option) == ("run", "--rm")
    return run(image)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
