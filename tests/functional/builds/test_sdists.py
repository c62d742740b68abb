"""Source distributions: of an index, and named by URL or path."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import zipfile
from pathlib import Path

import pytest

from tests.functional.builds.conftest import Site
from tests.functional.builds.projects import offer_backend, pack, write_project


def offer(site: Site, tmp_path: Path, name: str, version: str, *requires: str) -> Path:
    """Offer a source distribution on the index."""
    tree = write_project(
        tmp_path / "packed" / f"{name}-{version}", name, version, requires=requires or ["tinyback"]
    )
    sdist = pack(tree, tmp_path / "sdists", f"{name}-{version}.tar.gz")
    site.index.server.add(sdist)
    return sdist


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_sdist_without_a_wheel_is_built_once_and_cached(site: Site, tmp_path: Path) -> None:
    offer(site, tmp_path, "demo", "1.5")
    assert "+ demo 1.5" in site.installs("demo").out
    assert site.direct_url("demo") is None
    assert [each["hook"] for each in site.seen()] == ["build_wheel"]
    site.installs("demo", "--force-reinstall")
    assert len(site.seen()) == 1
    site.installs("demo", "--force-reinstall", "--no-cache-dir")
    assert len(site.seen()) == 2


def test_the_user_decides_between_wheel_and_source(site: Site, tmp_path: Path) -> None:
    site.index.add("demo", "1.0")
    offer(site, tmp_path, "demo", "1.5")
    assert "demo 1.0" in site.installs("demo", "--only-binary", "demo").out
    assert "~ demo 1.0 → 1.5" in site.installs("demo", "--upgrade").out
    done = site.refuses("demo==1.5", "--only-binary", ":all:", "--force-reinstall")
    assert "--only-binary" in done.err


def test_prefetching_runs_no_code_of_versions_that_are_not_chosen(
    site: Site, tmp_path: Path
) -> None:
    offer(site, tmp_path, "helper", "9.0")
    site.index.add("helper", "1.0")
    site.index.add("demo", "1.0", requires=["helper", "other"])
    site.index.add("other", "1.0", requires=["helper<2"])
    assert "demo 1.0" in site.installs("demo").out
    assert not site.seen()


@pytest.mark.parametrize("binds", [True, False])
def test_the_metadata_of_an_sdist_is_read_if_reliable_else_built(
    site: Site, tmp_path: Path, binds: bool
) -> None:
    tree = write_project(tmp_path / "demo-1.5")
    text = (tree / "pyproject.toml").read_text("utf-8")
    dynamic = text.replace("[build-system]", 'dynamic = ["dependencies"]\n[build-system]')
    (tree / "pyproject.toml").write_text(dynamic, encoding="utf-8")
    version = "2.2" if binds else "2.1"
    site.index.server.add(pack(tree, tmp_path, "demo-1.5.tar.gz", version))
    assert "+ demo 1.5" in site.installs("demo", "--dry-run").out
    assert [each["hook"] for each in site.seen()] == ([] if binds else ["build_wheel"])


def test_an_sdist_by_path_is_recorded_with_its_hash(site: Site, tmp_path: Path) -> None:
    tree = write_project(tmp_path / "demo-1.5")
    sdist = pack(tree, tmp_path, "demo-1.5.tar.gz")
    site.installs(sdist)
    recorded = site.direct_url("demo")
    assert recorded["url"] == sdist.as_uri()
    assert recorded["archive_info"]["hashes"] == {"sha256": digest(sdist)}


@pytest.mark.parametrize("prefix", ["", "./", "demo-1.5\\"])
def test_an_old_zip_without_a_directory_or_with_backslashes_is_built(
    site: Site, tmp_path: Path, prefix: str
) -> None:
    """As `hexdump` 3.3 is."""
    tree = write_project(tmp_path / "demo-1.5")
    (tree / "data").mkdir()
    (tree / "data" / "hexfile.bin").write_bytes(b"x")
    archive = tmp_path / "demo-1.5.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        for path in tree.rglob("*.*"):
            name = path.relative_to(tree).as_posix()
            opened.writestr(prefix + name.replace("/", prefix[-1:] or "/"), path.read_bytes())
    assert "+ demo 1.5" in site.installs("demo", "--find-links", tmp_path).out


def test_an_sdist_compressed_in_the_oldest_way_is_built(site: Site, tmp_path: Path) -> None:
    tree = write_project(tmp_path / "demo-1.5")
    packed = gzip.decompress(pack(tree, tmp_path, "demo-1.5.tar.gz").read_bytes())
    archive = tmp_path / "demo-1.5.tar.lzma"
    archive.write_bytes(lzma.compress(packed, format=lzma.FORMAT_ALONE))
    site.index.server.add(archive)
    assert "+ demo 1.5" in site.installs("demo").out


def test_an_archive_that_is_not_a_project_is_described(site: Site, tmp_path: Path) -> None:
    archive = tmp_path / "demo-1.5.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("demo-1.5/setup.py", "")
        opened.writestr("__MACOSX/x", "")
    done = site.refuses(archive)
    assert "it has neither pyproject.toml nor setup.py, only '__MACOSX', 'demo-1.5'" in done.err


def test_a_wrong_hash_is_refused_before_any_code_runs(site: Site, tmp_path: Path) -> None:
    sdist = offer(site, tmp_path, "demo", "1.5")
    url = site.index.server.file_url(sdist.name)
    done = site.refuses(f"demo @ {url}#sha256={'0' * 64}")
    assert digest(sdist) in done.err
    assert not site.seen()
    site.installs(f"demo @ {url}#sha256={digest(sdist)}")
    assert site.direct_url("demo")["url"] == url


def test_build_constraints_apply_to_builds_only(site: Site, tmp_path: Path) -> None:
    offer_backend(site.index, version="2.0")
    tree = write_project(tmp_path / "tree", requires=["tinyback"])
    limits = tmp_path / "limits.txt"
    limits.write_text("tinyback<2\n", encoding="utf-8")
    done = site.installs(tree, "tinyback", "--build-constraint", limits, "-v")
    assert "tinyback-1.0-py3-none-any.whl" in done.out
    assert site.python("import importlib.metadata as m; print(m.version('tinyback'))") == "2.0"
    limits.write_text("tinyback>3\n", encoding="utf-8")
    done = site.refuses(tree, "--build-constraint", limits)
    assert "tinyback" in done.err
    assert str(tree) in done.err


def test_hashes_are_required_of_build_requirements_too(site: Site, tmp_path: Path) -> None:
    sdist = offer(site, tmp_path, "demo", "1.5")
    wheel = site.index.wheels / "tinyback-1.0-py3-none-any.whl"
    listed = tmp_path / "requirements.txt"
    listed.write_text(f"demo==1.5 --hash=sha256:{digest(sdist)}\n", encoding="utf-8")
    done = site.refuses("-r", listed)
    assert "demo-1.5.tar.gz has to be built" in done.err
    assert "tinyback" in done.err
    assert "--no-require-hashes-for" in done.err
    assert not site.seen()

    limits = tmp_path / "limits.txt"
    limits.write_text(f"tinyback==1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    site.refuses("-r", listed, "--build-constraint", limits)
    assert not site.seen()
    limits.write_text(f"tinyback==1.0 --hash=sha256:{digest(wheel)}\n", encoding="utf-8")
    site.installs("-r", listed, "--build-constraint", limits)
    site.installs("-r", listed, "--no-require-hashes-for", "tinyback", "--force-reinstall")
    assert len(site.seen()) == 2, "built under other rules, it is another wheel"


def test_a_cycle_of_build_requirements_is_shown(site: Site, tmp_path: Path) -> None:
    offer(site, tmp_path, "one", "1.0", "two")
    offer(site, tmp_path, "two", "1.0", "three")
    offer(site, tmp_path, "three", "1.0", "one")
    done = site.refuses("one")
    chain = [f"{name}-1.0.tar.gz" for name in ("one", "two", "three", "one")]
    assert " needs ".join(chain) in done.err


def test_build_requirements_may_have_to_be_built_in_turn(site: Site, tmp_path: Path) -> None:
    """Many at once, and deep: builds that wait for builds must not run out of threads."""
    for number in range(10):
        offer(site, tmp_path, f"part{number}", "1.0", "tinyback", "tool")
    offer(site, tmp_path, "tool", "1.0", "tinyback", "nail")
    offer(site, tmp_path, "nail", "1.0")
    site.installs(*(f"part{number}" for number in range(10)))
    assert site.python("import part0, part9; print(part9.VALUE)") == "7"
