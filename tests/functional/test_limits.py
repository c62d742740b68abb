"""What exceeds a limit gets a message of its own, within 5 seconds of CPU time and 200 MB."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import os
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine
from tests.functional.measured import measure
from tests.servers import make_wheel

JSON = "application/vnd.pypi.simple.v1+json"
NESTED = "(" * 5_000 + "os_name == 'a'" + ")" * 5_000
DIGITS = "1" * 5_000
Arguments = Sequence[str | Path]


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def page(content: str | bytes, kind: str = JSON) -> Callable[[LocalIndex], Arguments]:
    """Ask for a project whose page has this content."""

    def offer(index: LocalIndex) -> Arguments:
        index.server.add_page("demo", content, kind)
        return [*index.options, "demo"]

    return offer


def listing(filename: str) -> str:
    files = [{"filename": filename, "url": "https://files.test/x", "hashes": {}}]
    return json.dumps({"meta": {"api-version": "1.0"}, "name": "demo", "files": files})


def wheel(**details: object) -> Callable[[LocalIndex], Arguments]:
    """Ask for a wheel that is made like this."""

    def offer(index: LocalIndex) -> Arguments:
        index.add("demo", "1.0", **details)
        return [*index.options, "demo[e0]"]

    return offer


def metadata(text: str) -> Callable[[LocalIndex], Arguments]:
    return wheel(metadata=f"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n{text}\n\n")


def file(name: str, content: str | bytes, *arguments: str) -> Callable[[LocalIndex], Arguments]:
    """Write a file, and name it."""

    def write(index: LocalIndex) -> Arguments:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
        return [*index.options, *arguments]

    return write


def requirements(text: str) -> Callable[[LocalIndex], Arguments]:
    return file("requirements.txt", text, "-r", "requirements.txt")


def nested_files(count: int, *, times: int = 1) -> Callable[[LocalIndex], Arguments]:
    """Name a requirements file that includes another, and so on."""

    def write(index: LocalIndex) -> Arguments:
        for number in range(count):
            Path(f"r{number}.txt").write_text(f"-r r{number + 1}.txt\n" * times, "utf-8")
        Path(f"r{count}.txt").write_text("demo\n", "utf-8")
        return [*index.options, "-r", "r0.txt"]

    return write


def groups(count: int, *, times: int = 1) -> str:
    """Return a pyproject.toml with groups that include each other."""
    lines = []
    for number in range(count):
        include = f'{{include-group = "g{number + 1}"}}'
        lines.append(f"g{number} = [{', '.join([include] * times)}]")
    return "\n".join(["[dependency-groups]", *lines, f'g{count} = ["demo"]'])


def chained_names(index: LocalIndex) -> Arguments:
    """Ask for a source distribution whose member has thousands of names."""
    name = tarfile.TarInfo("././@LongLink")
    name.size, name.type = 5, tarfile.GNUTYPE_LONGNAME
    header = name.tobuf(tarfile.GNU_FORMAT) + b"demo\0".ljust(512, b"\0")
    archive = Path("demo-1.0.tar.gz")
    archive.write_bytes(gzip.compress(header * 5_000 + tarfile.TarInfo("demo").tobuf(), 1))
    return [*index.options, archive]


def many_members(index: LocalIndex) -> Arguments:
    """Ask for a source distribution with very many files."""
    stream = io.BytesIO()
    with gzip.open(stream, "wb", 1) as packed:
        packed.write(tarfile.TarInfo("demo-1.0/file").tobuf() * 100_001)
    Path("demo-1.0.tar.gz").write_bytes(stream.getvalue())
    return [*index.options, Path("demo-1.0.tar.gz")]


def lzma_memory(index: LocalIndex) -> Arguments:
    """Ask for a source distribution that keeps 256 MiB in memory to be decompressed."""
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 28, "mf": lzma.MF_HC3}]
    with lzma.open("demo-1.0.tar.xz", "wb", filters=filters) as packed:
        packed.write(tarfile.TarInfo("demo-1.0/file").tobuf())
    return [*index.options, Path("demo-1.0.tar.xz")]


LOCK = 'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "demo"\nversion = "1.0"\n'
MANY_TAGS = "-".join([".".join(["a"] * 170)] * 3)
CHAIN = [f'demo[e{number + 1}] ; extra == "e{number}"' for number in range(3_000)]
TREE = ("./tree/", "--no-build-isolation")

EXCEEDING: dict[str, tuple[Callable[[LocalIndex], Arguments], str]] = {
    "nested JSON": (page("[" * 1_000_000), "more than 64 levels of nesting"),
    "a number in JSON": (page(f'{{"a": {DIGITS}}}'), "more than 500 digits in a row"),
    "many values": (page("[" + "1," * 2_000_001 + "1]"), "more than 2,000,000 values"),
    "many files": (
        page(f'{{"meta": {{"api-version": "1.0"}}, "files": [{"1," * 150_001}1]}}'),
        "more than 150,000 files",
    ),
    "a long tag": (page("<a " * 1_000_000, "text/html"), "more than 262,144 characters"),
    "many elements": (page("<p>" * 1_000_000, "text/html"), "more than 700,000 elements"),
    "many links": (page("<a href=x>" * 200_000, "text/html"), "more than 150,000 links"),
    "a long file name": (page(listing("demo-" * 60_000 + ".tar.gz")), "at most 255 characters"),
    "many tags": (page(listing(f"demo-1.0-{MANY_TAGS}.whl")), "at most 255 characters"),
    "many requirements": (metadata("Requires-Dist: a\n" * 100_000), "more than 10,000 fields"),
    "a long header": (metadata("X: " + "x" * (9 << 20)), "more than 8,388,608 characters"),
    "a nested marker": (metadata(f"Requires-Dist: a; {NESTED}"), "more than 32 levels"),
    "a version in metadata": (metadata(f"Requires-Dist: a=={DIGITS}"), "more than 256 digits"),
    "a chain of extras": (wheel(requires=CHAIN), "more than 200 extras require each other"),
    "a long line": (requirements("demo " + "x" * (1 << 20)), "more than 262,144 characters"),
    "many lines": (requirements("demo\n" * 50_001), "more than 50,000 lines"),
    "a large file": (requirements("#" * (17 << 20)), "more than 16,777,216 bytes"),
    "a typed marker": (requirements(f"demo; {NESTED}"), "more than 32 levels of brackets"),
    "a typed version": (requirements(f"demo=={DIGITS}"), "more than 256 digits in a row"),
    "a long path": (requirements(f"./{'x' * 5_000}"), "more than 4,096 characters"),
    "files that include each other": (nested_files(3_000), "more than 32 files include each"),
    "a file included twice each time": (nested_files(20, times=2), "more than 1,000 files"),
    "nested TOML": (
        file("pylock.toml", f"a = {'[' * 3_000}", "-r", "pylock.toml"),
        "more than 64 levels of nesting",
    ),
    "a number in a lock": (
        file("pylock.toml", f"a = {DIGITS}", "-r", "pylock.toml"),
        "more than 500 digits in a row",
    ),
    "tags in a lock": (
        file(
            "pylock.toml",
            f'{LOCK}wheels = [{{url = "https://h/demo-1.0-{MANY_TAGS}.whl", hashes = {{}}}}]',
            "-r",
            "pylock.toml",
        ),
        "more than 1,000 tags",
    ),
    "a marker in a lock": (
        file("pylock.toml", f'{LOCK}marker = "{NESTED}"', "-r", "pylock.toml"),
        "more than 32 levels of brackets",
    ),
    "a nested pyproject.toml": (
        file("tree/pyproject.toml", f"a = {'[' * 3_000}", *TREE),
        "more than 64 levels of nesting",
    ),
    "groups that include each other": (
        file("pyproject.toml", groups(3_000), "--group", "g0"),
        "more than 32 groups that include each other",
    ),
    "a group included twice each time": (
        file("pyproject.toml", groups(30, times=2), "--group", "g0"),
        "more than 20,000 requirements",
    ),
    "chained names": (chained_names, "nested too deeply"),
    "many members": (many_members, "more than 100,000 members"),
    "much memory for LZMA": (lzma_memory, "more than 100,663,296 bytes of memory"),
}


@pytest.mark.skipif(os.name == "nt", reason="measures as POSIX does")
@pytest.mark.parametrize("name", EXCEEDING)
def test_what_exceeds_a_limit_is_refused_in_time_and_memory(
    name: str, engine: Engine, index: LocalIndex, tmp_path: Path
) -> None:
    make, expected = EXCEEDING[name]
    command = [*engine.command, "--installer=none", f"--target={tmp_path / 'target'}", "--dry-run"]
    command += ["--no-cache-dir", *map(str, make(index))]
    used = measure(command, {**os.environ, **engine.environ})
    message = used.message
    assert used.status in {1, 2}, message
    assert expected in message
    assert "internal error" not in message
    assert "hint: " in message
    assert len(message) < 20_000
    assert used.memory < 200 << 20
    assert used.seconds < 5


HONEST: dict[str, Callable[[LocalIndex], Arguments]] = {
    "a hundred extras": wheel(requires=CHAIN[:100]),
    "many requirements of extras": wheel(
        requires=[f'other{n} ; extra == "x{n}"' for n in range(3_000)]
    ),
    "blanks": requirements("demo" + " " * 100_000 + "# comment\n" + "#" + "x" * 100_000),
    "long comments and many lines": requirements("# comment\n" * 150_000 + "demo\n"),
    "nested files": nested_files(30),
    "nested groups": file("pyproject.toml", groups(30), "--group", "g0"),
}


@pytest.mark.parametrize("name", HONEST)
def test_what_is_large_but_below_the_limits_is_installed(
    name: str, engine: Engine, index: LocalIndex, tmp_path: Path
) -> None:
    arguments = HONEST[name](index)
    if not list(index.wheels.iterdir()):
        index.server.add(make_wheel(index.wheels, "demo", "1.0"))
    engine.succeeds("--installer=none", "--target", tmp_path / "target", *arguments)
    assert (tmp_path / "target" / "demo.py").exists()


def test_a_project_with_thousands_of_files_is_installed(
    engine: Engine, index: LocalIndex, tmp_path: Path
) -> None:
    newest = index.add("demo", "9.0")
    links = [f'<a href="/demo-0.{n}.tar.gz">demo-0.{n}.tar.gz</a><br>' for n in range(20_000)]
    url = index.server.file_url(newest.name)
    links.append(f'<a href="{url}">{newest.name}</a>')
    index.server.add_page("demo", "\n".join(links))
    engine.succeeds("--installer=none", "--target", tmp_path / "target", *index.options, "demo")
    assert (tmp_path / "target" / "demo.py").exists()
