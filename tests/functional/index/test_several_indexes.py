"""Dependency confusion: the name of a private project, registered on a public index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine
from tests.servers import Authority, IndexServer, make_sdist, make_wheel
from tests.servers.faults import status

ALONE = ("--installer", "none")


@pytest.fixture
def public(authority: Authority, tmp_path: Path) -> Iterator[IndexServer]:
    """An index on which somebody registered `inner` and `inner-tools`, with high versions."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    with IndexServer(authority) as server:
        for name in ("inner", "inner-tools"):
            server.add(make_wheel(theirs, name, "99.0"))
        yield server


@pytest.fixture
def private(index: LocalIndex) -> LocalIndex:
    """The company's index: `app` requires `inner`, and `built` needs `inner-tools` to be built."""
    index.add("app", "1.0", requires=["Inner"])
    index.add("inner", "1.0")
    index.add("inner-tools", "1.0")
    sdist = make_sdist(index.wheels, "built", "1.0", build_requires=["inner_tools"])
    index.server.add(sdist)
    return index


def both(private: LocalIndex, public: IndexServer) -> tuple[str, ...]:
    return (*private.options, "--extra-index-url", public.simple_url)


def taken(public: IndexServer) -> list[str]:
    return [path for path in public.paths if path.startswith("/files/")]


def test_a_project_from_an_extra_index_gives_one_warning(
    engine: Engine, private: LocalIndex, public: IndexServer, venv: Path
) -> None:
    done = engine.succeeds("--venv", venv, *ALONE, "app", *both(private, public))
    assert done.err.count(f"inner 99.0 from {public.simple_url}") == 1
    assert "--index-for NAME=URL" in done.err


def test_a_build_requirement_from_an_extra_index_gives_a_warning_too(
    engine: Engine, private: LocalIndex, public: IndexServer, venv: Path
) -> None:
    done = engine.succeeds("--venv", venv, *ALONE, "built", *both(private, public))
    assert done.err.count(f"inner-tools 99.0 from {public.simple_url}") == 1


@pytest.mark.parametrize("wish", ["app", "built"])
@pytest.mark.parametrize("how", ["first", "pinned", "variable", "pip.conf", "pinned elsewhere"])
def test_a_private_project_is_taken_from_its_own_index(
    engine: Engine,
    private: LocalIndex,
    public: IndexServer,
    venv: Path,
    tmp_path: Path,
    how: str,
    wish: str,
) -> None:
    options: tuple[str, ...] = (*ALONE, wish, *both(private, public))
    url = private.server.simple_url
    pins = (f"inner={url}", f"Inner.Tools={url}")
    environ: dict[str, str] = {}
    if how == "first":
        options += ("--index-strategy", "first")
    elif how == "variable":
        environ["PIP_INDEX_FOR"] = " ".join(pins)
    elif how == "pip.conf":
        conf = tmp_path / "pip.conf"
        conf.write_text(f"[global]\nindex-for = {pins[0]}\n    {pins[1]}\n")
        environ["PIP_CONFIG_FILE"] = str(conf)
    else:
        options += ("--index-for", pins[0], "--index-for", pins[1])
    if how == "pinned elsewhere":  # the private index is named for its own projects only
        options += ("--index-for", f"{wish}={url}", "-i", public.simple_url)
    done = engine.succeeds("--venv", venv, *options, environ=environ)
    assert taken(public) == []
    assert "extra index" not in done.err


def test_a_pinned_project_is_not_looked_for_elsewhere(
    engine: Engine, private: LocalIndex, public: IndexServer, venv: Path
) -> None:
    pinned = ("--index-for", f"other={private.server.simple_url}")
    public.add(make_wheel(private.wheels, "other", "1.0"))
    links = ("--find-links", str(private.wheels))
    done = engine.fails("--venv", venv, *ALONE, "other", *both(private, public), *links, *pinned)
    assert f"Looked in:\n  {private.server.simple_url}\n" in done.err
    assert taken(public) == []


def test_offline_a_pinned_project_may_come_from_find_links(
    engine: Engine, private: LocalIndex, venv: Path
) -> None:
    links = ("--find-links", str(private.wheels))
    for option in ("--offline", "--no-index"):
        pinned = ("--index-for", "inner=https://localhost:9/simple/")
        engine.succeeds("--venv", venv, *ALONE, "inner", option, *links, *pinned, "--dry-run")


def test_where_its_index_is_out_of_reach_a_pinned_project_is_not_taken_from_find_links(
    engine: Engine, private: LocalIndex, venv: Path
) -> None:
    links = ("--find-links", str(private.wheels), "--retries", "0")
    pinned = ("--index-for", "inner=https://localhost:9/simple/")
    done = engine.fails("--venv", venv, *ALONE, "inner", *private.options, *links, *pinned)
    assert "localhost:9 cannot be reached" in done.err


def test_the_hand_off_says_that_pip_gets_no_pins(
    engine: Engine, private: LocalIndex, venv: Path
) -> None:
    pinned = ("--index-for", f"inner={private.server.simple_url}")
    done = engine.succeeds("--venv", venv, *private.options, *pinned, "--", "--version")
    assert "pip does not get --index-for inner=…" in done.err


def test_an_extra_index_that_denies_what_it_does_not_have_provides_the_rest(
    engine: Engine, index: LocalIndex, authority: Authority, venv: Path
) -> None:
    index.add("library", "1.0")
    index.add("torch", "1.0")
    with IndexServer(authority) as extra:  # as PyTorch's: 403 for every name that it does not have
        extra.add(make_wheel(index.wheels, "torch", "2.0", requires=["library"]))
        extra.fault("/simple/(?!torch/).*", status(403))
        options = (*index.options, "--extra-index-url", extra.simple_url)
        done = engine.succeeds("--venv", venv, *ALONE, "torch", "-v", *options)
        assert "torch 2.0" in done.text
        assert done.out.count(f"{extra.simple_url} answered 403 for library") == 1
        done = engine.fails("--venv", venv, *ALONE, "missing", *options)
        assert "--index-for missing=URL" in done.err
        assert "--ignore-error-codes 403" in done.err
        main = ("-i", extra.simple_url, "--extra-index-url", index.server.simple_url)
        turned = (*index.options[2:], *main, "--force-reinstall")
        engine.fails("--venv", venv, *ALONE, "torch", *turned)
        engine.succeeds("--venv", venv, *ALONE, "torch", *turned, "--ignore-error-codes", "403")
