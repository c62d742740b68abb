"""Valid documents with random changes: each parser accepts them or raises its own error.

`FUZZ_EXAMPLES` sets how many changed documents each parser gets (200 without it). Anything else
than a `BootstrapError`, or the error that a parser documents, would reach the user as an internal
error.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bootstrap._vendor.packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    NormalizedName,
)
from bootstrap.config.load import load
from bootstrap.environment.build_details import read_build_details
from bootstrap.errors import BootstrapError
from bootstrap.formats import filenames, specifiers
from bootstrap.index.simple import parse_page
from bootstrap.install.model import WheelToInstall
from bootstrap.install.wheel.entry_points import parse_entry_points
from bootstrap.install.wheel.record import parse_record, parse_record_paths
from bootstrap.install.wheel.wheel import open_wheel
from bootstrap.install.wheel_rules import WheelValidationError
from bootstrap.metadata.core import parse_metadata
from bootstrap.metadata.direct_url import read_reference
from bootstrap.network.response import Response
from bootstrap.pep517.pyproject import parse_build_system, read_pyproject
from bootstrap.pep517.unpack import unpack_sdist
from bootstrap.trust.digests import InvalidDigestError
from bootstrap.trust.hashes import Hashes, verify_wheel_bytes
from tests.servers import make_wheel

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "200"))
INDEX = "https://index.example/simple/"
SHA256 = "ab" * 32
TOKENS = [
    *(b"\0", b"\x1b[31m", b"\x85", b"\xff", b"\r", b"\n", b" ", b"\t", b"\\", b"/", b"../", b"-"),
    *(
        b"[" * 500,
        b"{" * 500,
        b"(" * 500,
        b"[[",
        b"a-" * 300,
        b"9" * 700,
        b" " * 2000,
        b"\xe2\x80\xa8",
    ),
    *(b"null", b"true", b"-1", b"1e999", b"NaN", b'""', b"''", b"{}", b"[]", b"[[]]", b"file:///x"),
    *(
        b"http://evil:81\\[idx.corp]:443/",
        b"@",
        b"#",
        b"sha256=",
        b"${HOME}",
        b"; ",
        b" and ",
        b"===",
    ),
    *("\N{SUPERSCRIPT TWO}".encode(), "\N{ARABIC-INDIC DIGIT ONE}".encode(), b"\xed\xa0\x80"),
]


@dataclass(frozen=True)
class Change:
    """One change of a document: a part of it is replaced, repeated or removed."""

    place: float
    length: int
    token: bytes
    times: int

    def apply(self, document: bytes) -> bytes:
        """Return the changed document."""
        start = int(self.place * len(document))
        cut = document[start : start + self.length]
        return document[:start] + (self.token or cut) * self.times + document[start + len(cut) :]


CHANGES = st.lists(
    st.builds(
        Change,
        st.floats(0, 1, exclude_max=True),
        st.integers(0, 40),
        st.sampled_from([b"", *TOKENS]) | st.binary(max_size=8),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=4,
)

FILE = {
    "filename": "demo-1.0-py3-none-any.whl",
    "url": "../../files/demo-1.0-py3-none-any.whl",
    "hashes": {"sha256": SHA256},
    "requires-python": ">=3.8",
    "core-metadata": {"sha256": SHA256},
    "yanked": "broken",
    "size": 1234,
    "upload-time": "2024-05-01T12:34:56.789Z",
    "provenance": "../../provenance/1",
}
JSON_PAGE = {
    "meta": {"api-version": "1.4", "tracks": [INDEX]},
    "name": "demo",
    "versions": ["1.0"],
    "project-status": {"status": "archived", "reason": "old"},
    "files": [FILE, {**FILE, "filename": "demo-1.0.tar.gz"}],
}
HTML_PAGE = f"""<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.0">
<base href="/files/"></head><body><a href="demo-1.0-py3-none-any.whl#sha256={SHA256}"
 data-requires-python="&gt;=3.8" data-yanked="broken" data-core-metadata="sha256={SHA256}">demo</a>
</body></html>"""
METADATA = b"""Metadata-Version: 2.4
Name: demo
Version: 1.0
Requires-Python: >=3.8
Provides-Extra: fast
Requires-Dist: other (>=1,<2) ; python_version < "3.9" and extra == "fast"
Requires-Dist: third @ https://host.example/third-1.0-py3-none-any.whl#sha256=00
License: one
        two

A description.
"""
LOCK = f"""lock-version = "1.0"
requires-python = ">=3.8"
environments = ["sys_platform == 'linux'"]
created-by = "test"
[[packages]]
name = "demo"
version = "1.0"
marker = "python_version > '3'"
index = "{INDEX}"
[[packages.wheels]]
name = "demo-1.0-py3-none-any.whl"
url = "https://host.example/demo-1.0-py3-none-any.whl"
size = 12
hashes = {{ sha256 = "{SHA256}" }}
[[packages]]
name = "other"
vcs = {{ type = "git", url = "https://host.example/other", commit-id = "{"1" * 40}" }}
"""
REQUIREMENTS = f"""# a comment
--index-url https://host.example/simple
demo[fast]==1.0 ; python_version > "3" --hash=sha256:{SHA256} \\
    --hash=sha256:{SHA256}
other @ https://host.example/other-1.0-py3-none-any.whl#sha256={SHA256}
git+https://host.example/third.git@main#egg=third
--only-binary :all:
--trusted-host host.example:8080
-e ./here
"""
PYPROJECT = b"""[build-system]
requires = ["setuptools>=40", "wheel ; python_version < '3.9'"]
build-backend = "backend:api.object"
backend-path = ["."]
[project]
name = "demo"
version = "1.0"
dependencies = ["other>=1"]
"""
DIRECT_URL = {
    "url": "https://user@host.example/demo-1.0.tar.gz",
    "archive_info": {"hash": f"sha256={SHA256}", "hashes": {"sha256": SHA256}},
    "subdirectory": "sub",
}
BUILD_DETAILS = {
    "schema_version": "1.0",
    "base_prefix": "/usr",
    "base_interpreter": "/usr/bin/python3",
    "platform": "linux-x86_64",
    "language": {"version": "3.14", "version_info": {"major": 3, "minor": 14, "micro": 0}},
    "implementation": {
        "name": "cpython",
        "cache_tag": "cpython-314",
        "version": {"major": 3, "minor": 14, "micro": 0, "releaselevel": "final", "serial": 0},
    },
    "abi": {"flags": [], "extension_suffix": ".cpython-314-x86_64-linux-gnu.so"},
}


def parse_index_page(content_type: str) -> Callable[[bytes, Path], object]:
    def parse(content: bytes, _: Path) -> object:
        response = Response(f"{INDEX}demo/", content_type, content)
        page = parse_page(NormalizedName("demo"), response, INDEX)
        return [entry.parse() for entry in page.entries]

    return parse


def load_file(name: str) -> Callable[[bytes, Path], object]:
    def parse(content: bytes, directory: Path) -> object:
        (directory / name).write_bytes(content)
        (directory / "here").mkdir()
        (directory / "here" / "pyproject.toml").touch()
        return load(["-r", name], {"HOME": "/nonexistent"}, cwd=directory)

    return parse


def parse_project(content: bytes, directory: Path) -> object:
    (directory / "pyproject.toml").write_bytes(content)
    return parse_build_system(read_pyproject(directory, "demo"), "demo")


def parse_build_details(content: bytes, directory: Path) -> object:
    path = directory / "build-details.json"
    path.write_bytes(content)
    return read_build_details(path)


def parse_wheel(content: bytes, _: Path) -> object:
    wheel = verify_wheel_bytes(content, "demo-1.0-py3-none-any.whl", Hashes())
    with open_wheel(WheelToInstall(wheel)) as opened:
        return opened


def parse_sdist(content: bytes, directory: Path) -> object:
    path = directory / "demo-1.0.tar.gz"
    path.write_bytes(content)
    return unpack_sdist(path, path.name, directory / "into")


def as_text(parse: Callable[[str], object]) -> Callable[[bytes, Path], object]:
    return lambda content, _: parse(content.decode("utf-8", "surrogateescape"))


def make_sdist() -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
        for name in ("demo-1.0/PKG-INFO", "demo-1.0/pyproject.toml", f"demo-1.0/{'long' * 60}.py"):
            info = tarfile.TarInfo(name)
            info.size = len(METADATA)
            tar.addfile(info, io.BytesIO(METADATA))
    return raw.getvalue()


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the valid documents, by the name of the parser."""
    wheel = make_wheel(tmp_path_factory.mktemp("wheels"), "demo", "1.0")
    return {
        "JSON page": json.dumps(JSON_PAGE).encode(),
        "HTML page": HTML_PAGE.encode(),
        "core metadata": METADATA,
        "lock": LOCK.encode(),
        "requirements file": REQUIREMENTS.encode(),
        "pyproject.toml": PYPROJECT,
        "direct_url.json": json.dumps(DIRECT_URL).encode(),
        "build-details.json": json.dumps(BUILD_DETAILS).encode(),
        "RECORD": f"demo.py,sha256={'a' * 43},12\ndemo-1.0.dist-info/RECORD,,\n".encode(),
        "RECORD of others": b'demo.py,,\n"a, b.py",md5=x,\n',
        "entry points": b"[console_scripts]\ndemo = demo.cli:main [fast]\n",
        "wheel": wheel.read_bytes(),
        "sdist": make_sdist(),
        "wheel file name": b"demo-1.0-1-cp39.cp310-abi3-manylinux2014_x86_64.any.whl",
        "sdist file name": b"demo-1.0.post1.tar.gz",
        "tags": b"cp39.cp310-abi3.none-manylinux2014_x86_64.any",
        "version": b"1!1.0a1.post2.dev3+local.4",
        "specifiers": b">=1.0,!=1.1.*,~=2.0,===3",
        "marker": b"python_version > '3' and (extra == 'x' or os_name in 'posix')",
        "requirement": b"demo[a,b]>=1.0 ; python_version > '3'",
    }


PARSERS: dict[str, tuple[Callable[[bytes, Path], object], tuple[type[Exception], ...]]] = {
    "JSON page": (
        parse_index_page("application/vnd.pypi.simple.v1+json"),
        (BootstrapError, InvalidDigestError),
    ),
    "HTML page": (parse_index_page("text/html"), (BootstrapError, InvalidDigestError)),
    "core metadata": (lambda content, _: parse_metadata(content, "demo"), (BootstrapError,)),
    "lock": (load_file("pylock.toml"), (BootstrapError,)),
    "requirements file": (load_file("requirements.txt"), (BootstrapError,)),
    "pyproject.toml": (parse_project, (BootstrapError,)),
    "direct_url.json": (as_text(read_reference), ()),
    "build-details.json": (parse_build_details, (BootstrapError,)),
    "RECORD": (lambda content, _: parse_record(content), (WheelValidationError,)),
    "RECORD of others": (lambda content, _: parse_record_paths(content), (WheelValidationError,)),
    "entry points": (lambda content, _: parse_entry_points(content), (WheelValidationError,)),
    "wheel": (parse_wheel, (BootstrapError,)),
    "sdist": (parse_sdist, (BootstrapError,)),
    "wheel file name": (as_text(filenames.parse_wheel_filename), (InvalidWheelFilename,)),
    "sdist file name": (as_text(filenames.parse_sdist_filename), (InvalidSdistFilename,)),
    "tags": (as_text(filenames.parse_tags), (ValueError,)),
    "version": (as_text(specifiers.parse_version), (ValueError,)),
    "specifiers": (as_text(specifiers.parse_specifiers), (ValueError,)),
    "marker": (as_text(specifiers.parse_marker), (ValueError,)),
    "requirement": (as_text(specifiers.parse_requirement), (ValueError,)),
}


@pytest.mark.timeout(max(300, EXAMPLES))
@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_accepts_its_valid_document(
    name: str, documents: dict[str, bytes], tmp_path: Path
) -> None:
    parse, _ = PARSERS[name]
    parse(documents[name], tmp_path)


@pytest.mark.timeout(max(300, EXAMPLES))
@pytest.mark.parametrize("name", PARSERS)
def test_a_changed_document_is_accepted_or_refused_in_order(
    name: str, documents: dict[str, bytes]
) -> None:
    parse, refusals = PARSERS[name]

    @settings(
        max_examples=EXAMPLES,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(CHANGES)
    def check(changes: list[Change]) -> None:
        document = documents[name]
        for change in changes:
            document = change.apply(document)
        with TemporaryDirectory() as directory, suppress(*refusals):
            parse(document, Path(directory))

    check()
