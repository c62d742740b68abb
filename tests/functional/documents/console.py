"""A page as a session of a shell: its commands, its files, and what it says is printed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE_NAME = re.compile(r"[Ss]ave this as `([^`]+)`(?:.|\n(?!\n))*:\n\n\Z")
"""What stands before a block that is a file."""
_FLEXIBLE = re.compile(r"…|\d+(?:[.,]\d+)*")
_MARK = "\x1e"


@dataclass(frozen=True)
class Step:
    """A command of a page, and the lines that it prints."""

    command: str
    expected: str

    @property
    def fails(self) -> bool:
        """Whether the page shows an error."""
        return bool(re.search(r"^(?:\w*[Ee]rror|ls): ", self.expected, re.MULTILINE))

    def prints(self, output: str) -> bool:
        """Compare: `…` stands for anything, and a number for any number."""
        return bool(re.fullmatch(_pattern(self.expected), _stripped(output)))


@dataclass(frozen=True)
class File:
    """A file that the reader writes."""

    name: str
    content: str


def parse(page: str) -> Iterator[Step | File]:
    """Return what a reader of the page does, in its order."""
    for block in _BLOCK.finditer(page):
        if block["language"] == "console":
            yield from _steps(block["text"])
        elif name := _FILE_NAME.search(page, 0, block.start()):
            yield File(name[1], block["text"])


def _steps(text: str) -> Iterator[Step]:
    """Return the commands of a block; `> ` continues one, as a shell shows it."""
    first, *others = re.split(r"^\$ ", text, flags=re.MULTILINE)
    assert not first, f"a block begins with what is no command: {first}"
    for each in others:
        command, _, printed = each.partition("\n")
        while printed.startswith("> "):
            line, _, printed = printed[2:].partition("\n")
            command += f"\n{line}"
        yield Step(command, _stripped(printed))


def run_page(
    page: str,
    directory: Path,
    environ: Mapping[str, str],
    names: Mapping[str, str],
    shell: Sequence[str] = ("bash", "-s"),
) -> None:
    """Do what a page says, in one shell, and compare what is printed.

    :param names: for each name of a server or directory on the page the real one
    """
    done = [*parse(page)]
    script = "".join(_lines(each) for each in done)
    for shown, real in names.items():
        script = script.replace(shown, real)
    process = subprocess.run(
        shell,
        input=f"exec 2>&1\n{script}",
        cwd=directory,
        env=dict(environ),
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )
    text = process.stdout
    for shown, real in names.items():
        text = text.replace(real, shown)
    steps = [each for each in done if isinstance(each, Step)]
    results = re.findall(rf"(.*?){_MARK}(\d+){_MARK}", text, re.DOTALL)
    for step, (output, status) in zip(steps, results, strict=True):
        transcript = f"$ {step.command}\n{output}(status {status}); the page has:\n{step.expected}"
        assert (status != "0") == step.fails, transcript
        assert step.prints(output), transcript


def _lines(each: Step | File) -> str:
    if isinstance(each, File):
        parents = f"mkdir -p \"$(dirname '{each.name}')\""
        return f"{parents}\ncat >'{each.name}' <<'END OF FILE'\n{each.content}END OF FILE\n"
    return f"{{ {each.command}\n}} </dev/null\nprintf '{_MARK}%d{_MARK}' $?\n"


def _pattern(expected: str) -> str:
    """Return a regular expression; a line that is only `…` stands for any lines, also for none."""
    lines = []
    for line in expected.splitlines(keepends=True):
        if line.strip() == "…":
            lines.append(r"(?:.*\n)*")
            continue
        end = 0
        for flexible in _FLEXIBLE.finditer(line):
            lines.append(re.escape(line[end : flexible.start()]))
            lines.append(".*" if flexible[0] == "…" else r"\d+(?:[.,]\d+)*")
            end = flexible.end()
        lines.append(re.escape(line[end:]))
    return "".join(lines)


def _stripped(text: str) -> str:
    """Return the lines without spaces at their ends, and without empty lines around them."""
    lines = "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")
    return f"{lines}\n" if lines else ""
