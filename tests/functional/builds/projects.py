"""Projects for builds: a backend on an index, and source trees that require it."""

from __future__ import annotations

import gzip
import io
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

from tests.functional.conftest import LocalIndex
from tests.servers.wheels import core_metadata

BACKEND = '''
"""A backend: a wheel of `*.py`, and a note of what its hooks saw."""

import json, os, pathlib, re, sys, zipfile

def _project():
    text = pathlib.Path("pyproject.toml").read_text()
    found = dict(re.findall(r'^(name|version|script) = "(.*)"$', text, re.M))
    return found["name"], found["version"], found.get("script")

def _note(hook, settings):
    seen = {"hook": hook, "settings": settings, "environ": dict(os.environ), "path": sys.path}
    url = os.environ.get("TINY_FETCHES")
    if url:
        import ssl, urllib.request
        context = ssl.create_default_context()
        # Python 3.13 is stricter about certificates than proxy.py is when it makes them.
        context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
        with urllib.request.urlopen(url, timeout=60, context=context) as answer:
            seen["fetched"] = answer.status
    place = os.environ.get("TINY_NOTES")
    if place:
        with open(place, "a") as notes:
            notes.write(json.dumps(seen) + "\\n")

def _wheel(directory, files):
    name, version, script = _project()
    info = f"{name}-{version}.dist-info"
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n"
    files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    if script:
        files[f"{info}/entry_points.txt"] = f"[console_scripts]\\n{name} = {script}\\n"
    files[f"{info}/RECORD"] = _record(files, info)
    filename = f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(directory, filename), "w") as wheel:
        for path, content in files.items():
            wheel.writestr(path, content)
    return filename

def _record(files, info):
    import base64, hashlib
    rows = []
    for path, content in files.items():
        digest = hashlib.sha256(content.encode()).digest()
        digest = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(content.encode())}\\n")
    return "".join([*rows, f"{info}/RECORD,,\\n"])

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    _note("build_wheel", config_settings)
    modules = {path.name: path.read_text() for path in pathlib.Path(".").glob("*.py")}
    return _wheel(wheel_directory, modules)

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    _note("build_editable", config_settings)
    return _wheel(wheel_directory, {f"{_project()[0]}.pth": os.getcwd() + "\\n"})
'''


def offer_backend(index: LocalIndex, name: str = "tinyback", version: str = "1.0") -> Path:
    """Offer the backend on the index, as a wheel."""
    return index.add(name, version, files={f"{name}.py": BACKEND})


def write_project(
    path: Path,
    name: str = "demo",
    version: str = "1.5",
    *,
    requires: Sequence[str] = ("tinyback",),
    backend: str = "tinyback",
    script: bool = False,
) -> Path:
    """Write a source tree of one module, and return its path."""
    path.mkdir(parents=True)
    lines = ["[project]", f'name = "{name}"', f'version = "{version}"']
    lines += [f'script = "{name}:main"'] if script else []
    lines += ["[build-system]", f"requires = {list(requires)!r}", f'build-backend = "{backend}"']
    (path / "pyproject.toml").write_text("\n".join([*lines, ""]), encoding="utf-8")
    code = "import sys\nVALUE = 7\n\ndef main():\n    print('demo says', *sys.argv[1:])\n"
    (path / f"{name}.py").write_text(code, encoding="utf-8")
    return path


def pack(tree: Path, into: Path, filename: str, metadata_version: str = "2.1") -> Path:
    """Pack a source tree as a source distribution, and return its path.

    Its PKG-INFO is of a version that binds nothing, so that the tree itself is read.
    """
    into.mkdir(parents=True, exist_ok=True)
    name, _, version = filename.removesuffix(".tar.gz").rpartition("-")
    text = core_metadata(name, version, metadata_version=metadata_version)
    (tree / "PKG-INFO").write_text(text, encoding="utf-8")
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        tar.add(tree, filename.removesuffix(".tar.gz"))
    path = into / filename
    path.write_bytes(gzip.compress(raw.getvalue()))
    return path


def git(directory: Path, *arguments: str) -> str:
    """Run git in a directory, with a test author."""
    who = ("-c", "user.name=A", "-c", "user.email=a@example.test", "-c", "init.defaultBranch=main")
    command = ["git", *who, "-c", "protocol.file.allow=always", *arguments]
    done = subprocess.run(command, cwd=directory, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def repository(tree: Path) -> str:
    """Make a repository of a source tree, and return its one commit."""
    git(tree, "init", "--quiet")
    git(tree, "add", ".")
    git(tree, "commit", "--quiet", "-m", "All there is")
    return git(tree, "rev-parse", "HEAD")
