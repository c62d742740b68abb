"""Bad input gets one message: what, which thing, expected and found, and what to do next."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine, Finished, run, snapshot
from tests.servers import make_sdist


@pytest.fixture
def target(venv: Path) -> Path:
    run(sys.executable, "-m", "venv", "--without-pip", venv)
    return venv


def refused(engine: Engine, target: Path, *arguments: str | Path, status: int = 1) -> Finished:
    """Run what has to fail, and see that the target is as it was."""
    before = snapshot(target)
    done = engine.fails("--python", target, *arguments, status=status)
    assert snapshot(target) == before
    assert "hint: " in done.err
    return done


def test_an_unknown_option_is_named_with_the_nearest_known_one(
    engine: Engine, target: Path
) -> None:
    done = refused(engine, target, "--instaler", "uv", status=2)
    assert "--instaler" in done.err
    assert "--installer" in done.err


def test_a_requirement_that_does_not_parse_is_quoted(
    engine: Engine, index: LocalIndex, target: Path
) -> None:
    done = refused(engine, target, *index.options, "pip=>2", status=2)
    assert "pip=>2" in done.err


def test_the_error_for_an_unsatisfiable_requirement_lists_the_existing_versions(
    engine: Engine, index: LocalIndex, target: Path
) -> None:
    index.add("extra", "1.0")
    done = refused(engine, target, *index.options, "extra>=2")
    assert "extra>=2" in done.err
    assert "1.0" in done.err


def test_a_project_that_no_index_has_is_named(
    engine: Engine, index: LocalIndex, target: Path
) -> None:
    done = refused(engine, target, *index.options, "absent")
    assert "absent" in done.err
    assert "/simple/" in done.err


def test_the_error_for_a_project_without_a_suitable_wheel_lists_its_wheels(
    engine: Engine, index: LocalIndex, target: Path
) -> None:
    index.add("extra", "1.0", tag="cp27-cp27m-win32")
    done = refused(engine, target, *index.options, "extra")
    assert "cp27-cp27m-win32" in done.err


def test_the_error_for_a_project_for_another_python_names_it(
    engine: Engine, index: LocalIndex, target: Path
) -> None:
    index.add("extra", "1.0", requires_python=">=4")
    done = refused(engine, target, *index.options, "extra")
    assert ">=4" in done.err


@pytest.mark.parametrize("named", ["no/such/python", "README.md"])
def test_a_target_that_is_not_a_python_is_named(engine: Engine, named: str) -> None:
    done = engine.fails("--python", named, "--offline")
    assert named in done.err
    assert "hint: " in done.err


def test_a_program_that_is_not_a_python_is_refused_with_its_output(engine: Engine) -> None:
    done = engine.fails("--python", shutil.which("echo") or "echo", "--offline")
    assert "is not a working Python" in done.err


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv to give up root's rights")
def test_a_read_only_target_is_refused_before_anything_is_fetched(
    engine: Engine, index: LocalIndex, target: Path
) -> None:
    library = next(target.glob("lib/python*/site-packages"))
    library.chmod(0o555)
    done = refused(engine.without_root_s_rights(), target, *index.options)
    assert str(library) in done.err


def test_a_hash_mismatch_is_reported_with_both_hashes(
    engine: Engine, index: LocalIndex, target: Path
) -> None:
    wheel = index.add("extra", "1.0")
    index.server.files[wheel.name].sha256 = "0" * 64
    done = refused(engine, target, *index.options, "extra")
    assert "0" * 64 in done.err
    assert "found" in done.err


def test_a_page_that_is_not_an_index_page_is_named(
    engine: Engine, index: LocalIndex, target: Path
) -> None:
    index.server.add_page("extra", b"\x89PNG", "image/png")
    done = refused(engine, target, *index.options, "extra")
    assert "/simple/extra/" in done.err
    assert "image/png" in done.err


def test_a_wheel_that_is_not_a_zip_is_named(
    engine: Engine, index: LocalIndex, target: Path
) -> None:
    wheel = index.add("extra", "1.0")
    wheel.write_bytes(b"this is no zip")
    index.server.features = replace(index.server.features, metadata=False, ranges=False)
    done = refused(engine, target, *index.options, "extra")
    assert "extra-1.0-py3-none-any.whl" in done.err


def test_a_named_file_that_is_not_a_wheel_is_reported_once(
    engine: Engine, index: LocalIndex, target: Path
) -> None:
    wheel = index.add("extra", "1.0")
    wheel.write_bytes(b"this is no zip")
    done = refused(engine, target, *index.options, str(wheel))
    assert (
        done.err.count("The wheel extra-1.0-py3-none-any.whl is refused: it is not a zip archive")
        == 1
    )
    assert ".." not in done.err
    assert "left out" not in done.err


def test_an_untrusted_certificate_ends_the_run(
    engine: Engine, index: LocalIndex, target: Path
) -> None:
    done = refused(engine, target, "--index-url", index.server.simple_url)
    assert "certificate" in done.err
    assert "--add-cert" in done.err
    assert not index.server.requests


def test_a_certificate_file_that_is_missing_is_an_error_that_names_the_option(
    engine: Engine, index: LocalIndex, target: Path
) -> None:
    options = ("--index-url", index.server.simple_url, "--cert", "no-such.pem")
    done = refused(engine, target, *options)
    assert "--cert" in done.err
    assert "no-such.pem" in done.err


def test_the_error_for_a_source_distribution_alone_has_a_hint(
    engine: Engine, index: LocalIndex, target: Path
) -> None:
    index.server.add(make_sdist(index.wheels, "extra", "1.0", backend="raise SystemExit(3)"))
    done = refused(engine, target, *index.options, "extra")
    assert "extra-1.0.tar.gz" in done.err or "extra 1.0" in done.err


def test_a_traceback_is_shown_only_if_it_is_requested(engine: Engine, index: LocalIndex) -> None:
    done = engine(*index.options, "--python", "no/such/python", "-vv")
    assert done.status == 1
    assert "Traceback" in done.err
