"""Compiles the modules for each Python that the build is given.

A run then loads code instead of compiling it (docs/adr/0010). The archive has one member for each
Python, which is compressed as a whole: modules have much in common.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = Path(__file__).with_name("compile_modules.py")
_OLDEST = (3, 10)
DIRECTORY = "bytecode"
"""Where the archive has the members."""
RARELY_IMPORTED = (
    "bootstrap/_vendor/certifi/__main__.py",
    "bootstrap/_vendor/idna/",
    "bootstrap/_vendor/installer/",
    "bootstrap/_vendor/packaging/dependency_groups.py",
    "bootstrap/_vendor/packaging/_structures.py",
    "bootstrap/_vendor/packaging/direct_url.py",
    "bootstrap/_vendor/packaging/errors.py",
    "bootstrap/_vendor/packaging/pylock.py",
    "bootstrap/_vendor/pyproject_hooks/",
    "bootstrap/_vendor/tomli/",
    "bootstrap/_vendor/tomli_w/",
    "bootstrap/_vendor/truststore/",
    "bootstrap/_vendor/urllib3/contrib/",
    "bootstrap/_vendor/urllib3/http2/connection.py",
    "bootstrap/codes.py",
    "bootstrap/config/ensurepip.py",
    "bootstrap/config/kit_commands.py",
    "bootstrap/config/kits.py",
    "bootstrap/config/options/explanations.py",
    "bootstrap/config/options/help.py",
    "bootstrap/config/kits.py",
    "bootstrap/config/options/topics.py",
    "bootstrap/config/requirements/groups.py",
    "bootstrap/config/requirements/script.py",
    "bootstrap/doctor/",
    "bootstrap/file_attributes.py",
    "bootstrap/formats/spelling.py",
    "bootstrap/handoff/command.py",
    "bootstrap/handoff/handoff.py",
    "bootstrap/handoff/target_variables.py",
    "bootstrap/index/html.py",
    "bootstrap/kit/",
    "bootstrap/install/commit/journal_reference.py",
    "bootstrap/install/compile.py",
    "bootstrap/install/replaced_clones.py",
    "bootstrap/install/tree_state.py",
    "bootstrap/lock/resolve.py",
    "bootstrap/lock/write.py",
    "bootstrap/pep517/archive.py",
    "bootstrap/pep517/archive_format.py",
    "bootstrap/pep517/builder.py",
    "bootstrap/pep517/cache.py",
    "bootstrap/pep517/editable_clone.py",
    "bootstrap/pep517/git.py",
    "bootstrap/pep517/hook_errors.py",
    "bootstrap/pep517/hooks.py",
    "bootstrap/pep517/lzma_stream.py",
    "bootstrap/pep517/metadata.py",
    "bootstrap/pep517/project.py",
    "bootstrap/pep517/pyproject.py",
    "bootstrap/pep517/subprocesses.py",
    "bootstrap/pep517/unpack.py",
    "bootstrap/preparer/editable_clones.py",
    "bootstrap/preparer/source_fetcher.py",
    "bootstrap/report/events.py",
    "bootstrap/report/shells.py",
    "bootstrap/resolve/explain/",
    "bootstrap/terminal/",
    "bootstrap/tls_diagnosis/",
    "bootstrap/workflow/kits.py",
    "bootstrap/workflow/pack.py",
)
"""Files and directories of modules that no ordinary run imports: their bytecode is left out,
because the archive has to stay small."""


@dataclass(frozen=True)
class Bytecode:
    """The modules, compiled for one version of Python."""

    name: str
    """The member's name: of the implementation, its version, and its magic number (PEP 3147)."""
    version: str
    content: bytes


def compile_for(python: Path, checkout: Path, sources: list[str]) -> Bytecode:
    """Compile `sources`, names with slashes relative to `checkout`, with this Python.

    The same sources and the same Python give the same bytes.

    :raises subprocess.CalledProcessError: the Python failed; its output explains why.
    """
    names = [name for name in sources if not name.startswith(RARELY_IMPORTED)]
    done = subprocess.run(
        [python, "-S", _SCRIPT],
        cwd=checkout,
        # The order of sets depends on the seed before Python 3.11. Columns are of no use here.
        env={"PYTHONHASHSEED": "0", "PYTHONNODEBUGRANGES": "1"},
        input="\n".join(names).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    description, _, content = done.stdout.partition(b"\n")
    facts = json.loads(description)
    return Bytecode(f"{DIRECTORY}/{facts['tag']}-{facts['magic']}", facts["version"], content)


def describe(compiled: list[Bytecode]) -> bytes:
    """Return the JSON text that says for which Pythons the archive has bytecode."""
    pythons = [{"member": bytecode.name, "python": bytecode.version} for bytecode in compiled]
    return json.dumps({"bytecode": pythons}, indent=2).encode() + b"\n"


def pythons_of(found: dict[tuple[int, int], Path]) -> list[Path]:
    """Return those of the interpreters on this machine that can run the archive, the oldest first.

    The Python that runs the build takes the place of another with its version.
    """
    pythons = {**found, sys.version_info[:2]: Path(sys.executable)}
    return [path for version, path in sorted(pythons.items()) if version >= _OLDEST]
