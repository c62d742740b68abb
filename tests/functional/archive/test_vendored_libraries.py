"""The libraries in the archive keep to themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

IMPORT_ALL = """
import bootstrap._vendor.requests, bootstrap._vendor.truststore, bootstrap._vendor.resolvelib
import bootstrap._vendor.tomli
import bootstrap._vendor.installer.scripts, bootstrap._vendor.packaging.direct_url
import bootstrap._vendor.packaging.pylock, bootstrap._vendor.pyproject_hooks
import bootstrap._vendor.tomli_w
"""

OPTIONAL_ELSEWHERE = (
    "chardet", "charset_normalizer", "simplejson", "brotli", "brotlicffi", "backports", "socks",
    "h2", "cryptography", "OpenSSL", "certifi", "filelock", "idna", "installer", "packaging",
    "platformdirs", "pyproject_hooks", "requests", "resolvelib", "tomli", "tomli_w",
    "truststore", "urllib3",
    "typing_extensions",
)  # fmt: skip


def test_importing_requests_opens_and_extracts_no_ca_file(in_archive: Callable[[str], str]) -> None:
    watch = (
        "import sys\nseen = []\n"
        "sys.addaudithook(lambda e, a: seen.append(a[0]) if e == 'open' else None)\n"
        "sys.addaudithook(lambda e, a: seen.append(e) if e.startswith('tempfile.') else None)\n"
    )
    seen = in_archive(f"{watch}{IMPORT_ALL}\nprint(*seen, sep='\\n')")
    assert seen, "the hook saw nothing"
    assert not [n for n in seen.splitlines() if n.endswith(".pem") or n.startswith("tempfile.")]


def test_libraries_are_imported_by_their_vendored_names_only(
    in_archive: Callable[[str], str],
) -> None:
    names = in_archive(f"{IMPORT_ALL}\nprint(*{{name.partition('.')[0] for name in sys.modules}})")
    assert not set(names.split()) & set(OPTIONAL_ELSEWHERE)


def test_no_installed_library_is_used(in_archive: Callable[[str], str], tmp_path: Path) -> None:
    for name in OPTIONAL_ELSEWHERE:
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('touched {name}')")
    first = f"sys.path.insert(0, {str(tmp_path)!r})"
    assert in_archive(f"{first}\n{IMPORT_ALL}\nprint('untouched')") == "untouched"


def test_a_library_that_is_missing_is_not_replaced_by_an_installed_one(
    in_archive: Callable[[str], str],
) -> None:
    printed = in_archive(
        "members = sys.meta_path[0].files._members\n"
        "del members['bootstrap/_vendor/idna/__init__.py']\n"
        "try: import bootstrap._vendor.idna\n"
        "except ImportError as error: print(error)"
    )
    assert printed == "No module named 'bootstrap._vendor.idna'"


def test_a_connection_without_our_context_finds_no_ca_path(
    in_archive: Callable[[str], str],
) -> None:
    printed = in_archive(
        "from bootstrap._vendor import requests\n"
        "try: requests.get('https://127.0.0.1:1')\n"
        "except OSError as error: print(error)"
    )
    assert printed.startswith("Could not find a suitable TLS CA certificate bundle")


def test_the_package_alone_imports_no_library(in_archive: Callable[[str], str]) -> None:
    names = in_archive("import bootstrap._vendor\nprint(*sys.modules)").split()
    assert [name for name in names if name.startswith("bootstrap._vendor")] == ["bootstrap._vendor"]
