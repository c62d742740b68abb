"""Documents of others, valid and mutated, never cause an internal error, nor take long.

In CI each reader gets about two seconds. `FUZZ_SECONDS=600 pytest tests/fuzz` divides that many
seconds between them, with other documents each time.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from bootstrap._vendor import tomli_w
from bootstrap.environment._probe_script import describe
from bootstrap.errors import BootstrapError
from bootstrap.kit.manifest import Manifest, PackedTarget
from bootstrap.kit.writer import KitWriter
from bootstrap.ui import printable
from tests.fuzz import targets
from tests.fuzz.mutations import gzipped, mutated, tarred, values, zipped
from tests.servers.wheels import core_metadata, record_of
from tests.unit.kit.kits import an_engine

SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
EXAMPLES = 40
"""Of each reader, where the time is not given."""
MOST_CPU_SECONDS = 5.0
"""What one document may take."""

DIGEST = "a" * 64
PAGE: Mapping[str, Any] = {
    "meta": {"api-version": "1.4", "tracks": ["https://other.test/demo/"]},
    "name": "demo",
    "alternate-locations": ["https://other.test/demo/"],
    "project-status": {"status": "archived", "reason": "done"},
    "files": [
        {
            "filename": name,
            "url": f"../../files/{name}#sha256={DIGEST}",
            "hashes": {"sha256": DIGEST},
            "requires-python": ">=3.8,!=3.9.*",
            "core-metadata": {"sha256": DIGEST},
            "size": 1234,
            "upload-time": "2026-01-02T03:04:05.678901Z",
            "yanked": "broken",
            "provenance": "https://files.test/provenance",
        }
        for name in (
            "demo-1.0-py3-none-any.whl",
            "demo-2!1.0rc1.tar.gz",
            "demo-1.0-1x-cp311.py3-none-any.whl",
        )
    ],
}
LINKS = "\n".join(
    f'<a href="{file["url"]}" data-requires-python="&gt;=3.8" data-yanked="" '
    f'data-core-metadata="sha256={DIGEST}">{file["filename"]}</a><br/>'
    for file in PAGE["files"]
)
HTML = f"""<!DOCTYPE html>
<html><head><title>Links</title><base href="https://index.test/simple/demo/">
<meta name="pypi:repository-version" content="1.1">
<meta name="pypi:alternate-locations" content="https://other.test/demo/">
</head><body><h1>Links</h1><!-- all -->{LINKS}</body></html>""".encode()
REQUIRES = (
    'other>=1,<3; python_version >= "3.8"',
    'third[a,b]==3.*; extra == "x" and (os_name == "posix" or sys_platform != "win32")',
    "demo[y]; extra == 'x'",
    "demo[x]; extra == 'y'",
    "other @ https://h.test/other-2.0-py3-none-any.whl ; extra == 'z'",
)
METADATA = core_metadata("demo", "1.0", REQUIRES, ">=3.8", ("x", "y", "z")).encode()
LOCK: Mapping[str, Any] = {
    "lock-version": "1.0",
    "created-by": "test",
    "environments": ["python_version >= '3.8'"],
    "requires-python": ">=3.8",
    "extras": ["x"],
    "dependency-groups": ["dev"],
    "default-groups": ["dev"],
    "packages": [
        {
            "name": "demo",
            "version": "1.0",
            "marker": "os_name == 'posix' and 'x' in extras",
            "requires-python": ">=3.8",
            "dependencies": [{"name": "other"}],
            "wheels": [
                {
                    "name": "demo-1.0-py3-none-any.whl",
                    "url": "https://h.test/demo-1.0-py3-none-any.whl",
                    "size": 10,
                    "hashes": {"sha256": DIGEST},
                }
            ],
            "sdist": {"path": "demo-1.0.tar.gz", "hashes": {"sha256": DIGEST}},
        },
        {
            "name": "other",
            "vcs": {"type": "git", "url": "https://h.test/other.git", "commit-id": "b" * 40},
        },
        {"name": "third", "archive": {"url": "https://h/t.zip", "hashes": {"sha256": DIGEST}}},
        {"name": "fourth", "directory": {"path": "../fourth", "editable": True}},
    ],
}
PYPROJECT: Mapping[str, Any] = {
    "build-system": {
        "requires": ["demo>=1; python_version > '3'"],
        "build-backend": "backend:api",
        "backend-path": ["."],
    },
    "project": {
        "name": "demo",
        "version": "1.0",
        "requires-python": ">=3.8",
        "dependencies": list(REQUIRES[:1]),
        "optional-dependencies": {"x": ["third"]},
    },
    "dependency-groups": {"dev": ["other", {"include-group": "docs"}], "docs": ["third>=1"]},
}
REQUIREMENTS = f"""# -*- coding: utf-8 -*-
-i https://index.test/simple/
--extra-index-url https://${{TOKEN}}@other.test/
demo==1.0 ; python_version >= "3.8" \\
    --hash=sha256:{DIGEST} --hash=sha512:{DIGEST}{DIGEST}
other[a, b] @ https://h.test/other-2.0-py3-none-any.whl#sha256={DIGEST}
git+https://h.test/third.git@main#egg=third&subdirectory=x
-e git+https://h.test/fourth.git#egg=fourth[x]
-r requirements.txt
-c constraints.txt
--pre
fifth>=1 --config-settings a=b  # comment
""".encode()
RECORD = f'demo.py,sha256={DIGEST},12\n"a,b",,\n../x,sha256=,1\n'.encode()
DIRECT_URL = {
    "url": "https://h/demo-1.0.tar.gz",
    "subdirectory": "x",
    "archive_info": {"hash": f"sha256={DIGEST}", "hashes": {"sha256": DIGEST}},
    "vcs_info": {"vcs": "git", "commit_id": "b" * 40},
    "dir_info": {"editable": True},
}
BUILD_DETAILS = {
    "schema_version": "1.0",
    "base_prefix": "../..",
    "base_interpreter": "bin/python3",
    "platform": "linux-x86_64",
    "language": {
        "version": "3.14",
        "version_info": {"major": 3, "minor": 14, "micro": 0, "releaselevel": "final", "serial": 0},
    },
    "implementation": {
        "name": "cpython",
        "cache_tag": "cpython-314",
        "version": {"major": 3, "minor": 14, "micro": 0, "releaselevel": "final", "serial": 0},
        "hexversion": 1,
    },
    "abi": {"flags": ["t"], "extension_suffix": ".cpython-314t-x86_64-linux-gnu.so"},
}
NAMES = (
    b"demo-1.0-py3-none-any.whl",
    b"demo-1.0-1build-cp38.cp39-abi3-manylinux1_x86_64.manylinux2014_x86_64.whl",
    b"2!1.2.3rc4.post5.dev6+local.7",
    b">=1.2,!=1.3.*,~=1.4,===x,<2",
    REQUIRES[1].encode(),
    b"(os_name == 'nt' or 'x' in platform_version) and python_version not in '2.7, 3.8'",
)


def _wheel(metadata: bytes = METADATA, entry_points: bytes = b"", record: bytes = b"") -> bytes:
    content = {
        "demo.py": b"x = 1\n",
        "demo-1.0.data/scripts/run": b"#!python\n",
        "demo-1.0.dist-info/METADATA": metadata,
        "demo-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\n",
        "demo-1.0.dist-info/entry_points.txt": entry_points,
    }
    right = record_of(content, "demo-1.0.dist-info/RECORD").encode()
    return zipped({**content, "demo-1.0.dist-info/RECORD": record or right})


ENTRY_POINTS = b"[console_scripts]\ndemo = demo:main\n[gui_scripts]\nother = a.b:c.d [x]\n"
TREE = {"demo-1.0/PKG-INFO": METADATA, "demo-1.0/pyproject.toml": tomli_w.dumps(PYPROJECT).encode()}
LONG_TREE = {**TREE, f"demo-1.0/{'long/' * 60}file": b"x", f"demo-1.0/{'é' * 60}": b"y"}


def _json(*documents: object, keys: tuple[str, ...] = ()) -> st.SearchStrategy[bytes]:
    """Return JSON: mutated texts, and documents of other values."""
    texts = [json.dumps(each).encode() for each in documents]
    return st.one_of(mutated(*texts), values(*keys).map(lambda value: json.dumps(value).encode()))


def _replaced(document: Any, keys: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Return a document in which one value, at any depth, is another one."""
    paths = list(_paths(document))

    def put(path: tuple[Any, ...], value: Any) -> Any:
        copy = json.loads(json.dumps(document))
        inner = copy
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value
        return copy

    return st.builds(put, st.sampled_from(paths), values(*keys))


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Any:
    children: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict | list):
        children = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in children:
        yield (*path, key)
        yield from _paths(child, (*path, key))


def _keys(document: Any) -> tuple[str, ...]:
    return tuple(
        sorted({step for path in _paths(document) for step in path if isinstance(step, str)})
    )


def _json_of(document: Any) -> st.SearchStrategy[bytes]:
    keys = _keys(document)
    other = _replaced(document, keys).map(lambda value: json.dumps(value).encode())
    return st.one_of(_json(document, keys=keys), other)


def _toml_of(document: Any) -> st.SearchStrategy[bytes]:
    def dump(value: Any) -> bytes:
        try:
            return tomli_w.dumps(value).encode("utf-8", "surrogatepass")
        except (TypeError, ValueError, AttributeError):  # null, or not a table
            return b""

    return st.one_of(mutated(dump(document)), _replaced(document, _keys(document)).map(dump))


def _probe(value: Any) -> bytes:
    return targets.as_probe_output(value)


FACTS = json.loads(json.dumps(describe(), default=str))


def _kit(manifest: bytes) -> bytes:
    """Return a small kit."""
    stream = io.BytesIO()
    writer = KitWriter(stream, Path("kit.pyz"))
    writer.add_bytes("pylock.toml", targets.LOCK_IN_KIT)
    writer.add_bytes("wheels/demo-1.0-py3-none-any.whl", b"wheel")
    writer.seal(manifest, an_engine())
    return stream.getvalue()


def _manifest() -> bytes:
    """Return the manifest of the same."""
    writer = KitWriter(io.BytesIO(), Path("kit.pyz"))
    members = (
        writer.add_bytes("pylock.toml", targets.LOCK_IN_KIT),
        writer.add_bytes("wheels/demo-1.0-py3-none-any.whl", b"wheel"),
    )
    target = PackedTarget("here", "Linux, Python 3.12", "cp312-cp312-any", {"os_name": "posix"})
    manifest = Manifest(members, "x", "demo>=1", ("other[x]",), (target,), ("--cert",))
    return manifest.to_bytes()


MANIFEST = _manifest()
KIT = _kit(MANIFEST)


@dataclass(frozen=True)
class Reader:
    """Something that reads documents, and the documents that it gets."""

    read: Callable[[bytes], None]
    documents: st.SearchStrategy[bytes]


READERS = (
    Reader(targets.read_json_page, _json_of(PAGE)),
    Reader(targets.read_html_page, mutated(HTML)),
    Reader(
        targets.read_charset, mutated(b"text/html; charset=utf-8", HTML, json.dumps(PAGE).encode())
    ),
    Reader(targets.read_core_metadata, mutated(METADATA)),
    Reader(targets.resolve_dependencies, mutated(METADATA)),
    Reader(targets.read_requirements_file, mutated(REQUIREMENTS)),
    Reader(targets.read_remote_requirements_file, mutated(REQUIREMENTS)),
    Reader(targets.read_lock, _toml_of(LOCK)),
    Reader(targets.read_kit, mutated(MANIFEST)),
    Reader(targets.read_kit_file, mutated(KIT)),
    Reader(
        targets.read_wheel,
        st.one_of(
            mutated(_wheel(entry_points=ENTRY_POINTS)),
            mutated(METADATA).map(lambda text: _wheel(metadata=text)),
            mutated(ENTRY_POINTS).map(lambda text: _wheel(entry_points=text)),
            mutated(RECORD).map(lambda text: _wheel(record=text)),
        ),
    ),
    Reader(targets.decode_body, mutated(gzip.compress(HTML), zlib.compress(HTML), HTML)),
    Reader(targets.read_record, mutated(RECORD)),
    Reader(targets.read_script, mutated(b" -u\nimport x\n", b"w3.11 -E -s\r\n")),
    Reader(
        targets.read_sdist,
        st.one_of(
            mutated(tarred(TREE), tarred(LONG_TREE), tarred(LONG_TREE, 1)).map(gzipped),
            mutated(gzipped(tarred(TREE)), zipped(TREE)),
        ),
    ),
    Reader(targets.read_source_tree, _toml_of(PYPROJECT)),
    Reader(targets.read_pkg_info, mutated(METADATA.replace(b"2.1", b"2.4"))),
    Reader(
        targets.read_environment,
        st.one_of(
            mutated(METADATA, ENTRY_POINTS, b"a\n[x:os_name=='nt']\nb\n"), _json_of(DIRECT_URL)
        ),
    ),
    Reader(targets.compare_direct_url, _json_of(DIRECT_URL)),
    Reader(targets.read_build_details_file, _json_of(BUILD_DETAILS)),
    Reader(targets.read_names, mutated(*NAMES)),
    Reader(
        targets.read_probe_output,
        st.one_of(_replaced(FACTS, _keys(FACTS)).map(_probe), mutated(_probe(FACTS))),
    ),
)


ACCEPTED: Mapping[Callable[[bytes], None], bytes] = {
    targets.read_json_page: json.dumps(PAGE).encode(),
    targets.read_html_page: HTML,
    targets.read_core_metadata: METADATA,
    targets.resolve_dependencies: METADATA.replace(b"Requires-Python", b"X"),
    targets.read_requirements_file: b"".join(
        line
        for line in REQUIREMENTS.splitlines(keepends=True)
        if not line.startswith((b"-r", b"-c"))
    ),
    targets.read_lock: tomli_w.dumps({**LOCK, "packages": LOCK["packages"][:1]}).encode(),
    targets.read_kit: MANIFEST,
    targets.read_kit_file: KIT,
    targets.read_wheel: _wheel(entry_points=ENTRY_POINTS),
    targets.decode_body: gzip.compress(HTML),
    targets.read_record: b"demo.py,,\n",
    targets.read_sdist: gzipped(tarred(LONG_TREE)),
    targets.read_source_tree: tomli_w.dumps(PYPROJECT).encode(),
    targets.read_build_details_file: json.dumps(BUILD_DETAILS).encode(),
    targets.read_probe_output: _probe(FACTS),
    **dict.fromkeys((targets.read_pkg_info, targets.read_environment), METADATA),
    targets.compare_direct_url: json.dumps(DIRECT_URL).encode(),
    targets.read_names: NAMES[0],
}


@pytest.mark.parametrize("read", ACCEPTED, ids=lambda read: read.__name__)
def test_a_valid_document_is_accepted(read: Callable[[bytes], None]) -> None:
    read(ACCEPTED[read])


@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
@pytest.mark.timeout(max(300, SECONDS * 2))
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.read.__name__)
def test_no_document_causes_an_internal_error_or_takes_long(reader: Reader) -> None:
    deadline = time.monotonic() + SECONDS / len(READERS)
    _fuzz(reader, None)
    while time.monotonic() < deadline:
        _fuzz(reader, Random().getrandbits(64))


def _message_of(reader: Reader, document: bytes) -> str:
    """Read a document; return the message of the error, or ""."""
    try:
        reader.read(document)
    except BootstrapError as error:
        return f"{error}\n{error.hint}"
    return ""


def _fuzz(reader: Reader, number: int | None) -> None:
    """Read some documents; without a number, the same ones in CI."""
    known = settings(
        max_examples=EXAMPLES if number is None else 500,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )

    @known
    @given(reader.documents)
    def test(document: bytes) -> None:
        start = time.process_time()
        message = _message_of(reader, document)
        assert printable(message) or not message
        assert time.process_time() - start < MOST_CPU_SECONDS

    (test if number is None else seed(number)(test))()
