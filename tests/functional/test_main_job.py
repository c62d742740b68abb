"""The main job: an installer is put into an environment, and takes over."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex, ensurepip_wheel
from tests.functional.engine import Engine, run, snapshot

PIP_VERSION = ensurepip_wheel().name.split("-")[1]


def site_packages(venv: Path) -> Path:
    return next(venv.glob("lib/python*/site-packages"))


def record(venv: Path, distribution: str) -> list[list[str]]:
    path = next(site_packages(venv).glob(f"{distribution}-*.dist-info/RECORD"))
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def test_pip_is_installed_from_the_index_and_takes_over(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    done = engine.succeeds("--venv", venv, *index.options, "--", "--version")
    assert f"pip {PIP_VERSION}" in done.out.splitlines()[-1]
    assert str(venv) in done.out.splitlines()[-1]
    assert "".join(run(venv / "bin" / "pip", "--version")).startswith(f"pip {PIP_VERSION} ")


def test_standard_output_is_the_installers_own(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    done = engine.succeeds("--venv", venv, *index.options, "--", "freeze", "--all")
    assert done.out == f"pip=={PIP_VERSION}\n"
    assert done.err.startswith(f"+ pip {PIP_VERSION}\nInstalled 1 package into {venv} (")


def test_a_summary_of_a_few_lines_shows_what_was_installed_and_where(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    done = engine.succeeds("--venv", venv, *index.options, environ={"SHELL": "/bin/sh"})
    change, where, how = done.out.splitlines()
    assert change == f"+ pip {PIP_VERSION}"
    assert re.fullmatch(rf"Installed 1 package into {venv} \(Python [\d.]+\) in \d+\.\d s\.", where)
    assert how == f"To activate it: . '{venv}/bin/activate'"
    assert done.err == ""
    index.add("demo", "1.0")
    again = engine.succeeds("--venv", venv, *index.options, "demo", environ={"SHELL": "/bin/sh"})
    assert "To activate it" not in again.out


def test_the_wheel_is_installed_as_the_standard_requires(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    engine.succeeds("--venv", venv, *index.options)
    info = next(site_packages(venv).glob("pip-*.dist-info"))
    assert (info / "INSTALLER").read_text().strip() == "get-installer"
    assert (info / "REQUESTED").exists()
    assert not (info / "direct_url.json").exists()
    script = (venv / "bin" / "pip").read_text()
    assert str(venv / "bin") in script.split("import", maxsplit=1)[0]
    rows = {row[0]: row for row in record(venv, "pip")}
    assert all((site_packages(venv) / name).exists() for name in rows)
    assert "../../../bin/pip" in rows
    assert run(venv / "bin" / "python", "-m", "pip", "check") == "No broken requirements found.\n"


def test_a_second_run_changes_nothing_and_reports_that(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    engine.succeeds("--venv", venv, *index.options)
    before = snapshot(venv)
    done = engine.succeeds("--venv", venv, *index.options)
    assert "Nothing to do" in done.out
    assert snapshot(venv) == before
    plain = {"PYTHONDONTWRITEBYTECODE": "1"}
    freeze = (*index.options, "--", "freeze")
    assert engine.succeeds("--venv", venv, *freeze, environ=plain).text == ""
    assert snapshot(venv) == before


def test_force_reinstall_installs_again(engine: Engine, index: LocalIndex, venv: Path) -> None:
    engine.succeeds("--venv", venv, *index.options)
    (site_packages(venv) / "pip" / "__init__.py").write_text("damaged = True\n")
    engine.succeeds("--venv", venv, *index.options, "--force-reinstall")
    assert PIP_VERSION in run(venv / "bin" / "python", "-m", "pip", "--version")


def test_an_older_installer_is_replaced_by_the_newest(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    index.add("tool", "1.0")
    engine.succeeds("--venv", venv, *index.options, "--installer", "tool")
    index.add("tool", "1.1")
    done = engine.succeeds("--venv", venv, *index.options, "--installer", "tool")
    assert "~ tool 1.0 → 1.1" in done.out.splitlines()
    assert [path.name for path in site_packages(venv).glob("tool-*")] == ["tool-1.1.dist-info"]


def test_another_installer_is_installed_with_its_dependencies_and_takes_over(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    index.add("helper", "2.0", files={"helper.py": "answer = 42\n"})
    index.add("helper", "3.0", files={"helper.py": "answer = 43\n"})
    index.add(
        "tool",
        "1.0",
        requires=["helper<3"],
        files={"tool.py": "import sys, helper\ndef main(): sys.exit(helper.answer)\n"},
        entry_points={"console_scripts": {"tool": "tool:main"}},
    )
    done = engine("--venv", venv, *index.options, "--installer", "tool", "--")
    assert done.status == 42, done.text
    assert not list(site_packages(venv).glob("pip*"))


def test_requirements_are_installed_beside_the_installer(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    index.add("extra", "1.0")
    engine.succeeds("--venv", venv, *index.options, "extra")
    freeze = ("list", "--format", "freeze", "--disable-pip-version-check")
    names = run(venv / "bin" / "python", "-m", "pip", *freeze).split()
    assert names == ["extra==1.0", f"pip=={PIP_VERSION}"]


def test_without_an_installer_only_the_requirements_are_installed(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    index.add("extra", "1.0")
    engine.succeeds("--venv", venv, *index.options, "--installer", "none", "extra")
    names = {path.name for path in site_packages(venv).iterdir()}
    assert names == {"extra.py", "extra-1.0.dist-info"}


def test_requirements_files_and_constraints_are_used(
    engine: Engine, index: LocalIndex, venv: Path, tmp_path: Path
) -> None:
    for version in ("1.0", "2.0"):
        index.add("extra", version)
    (tmp_path / "requirements.txt").write_text("extra  # the newest that may be\n")
    (tmp_path / "constraints.txt").write_text("extra<2\n")
    files = ("-r", tmp_path / "requirements.txt", "-c", tmp_path / "constraints.txt")
    done = engine.succeeds("--venv", venv, *index.options, *files)
    assert "extra 1.0" in done.out


def test_pre_releases_are_installed_if_they_are_requested(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    for version in ("1.0", "2.0rc1"):
        index.add("extra", version)
    only = [*index.options, "--installer", "none", "extra"]
    assert "extra 1.0" in engine.succeeds("--venv", venv, *only).out
    assert (
        "~ extra 1.0 → 2.0rc1" in engine.succeeds("--venv", venv, *only, "--pre", "--upgrade").out
    )


def test_dependencies_are_not_installed_with_no_deps(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    index.add("tool", "1.0", requires=["absent"])
    engine.succeeds("--venv", venv, *index.options, "--installer", "tool", "--no-deps")
    assert [path.name for path in site_packages(venv).glob("*.dist-info")] == ["tool-1.0.dist-info"]


def test_a_dry_run_reports_what_it_would_install_and_does_nothing(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    run(sys.executable, "-m", "venv", "--without-pip", venv)
    before = snapshot(venv)
    done = engine.succeeds("--python", venv, *index.options, "--dry-run")
    assert f"pip {PIP_VERSION}" in done.out
    assert "Would install" in done.out
    assert snapshot(venv) == before


def test_wheels_of_a_directory_are_found_without_an_index(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    index.add("extra", "1.0")
    options = ("--no-index", "--find-links", index.wheels, "--installer", "none", "extra")
    engine.succeeds("--venv", venv, *options)
    assert index.server.requests == []


def test_a_project_for_another_python_is_installed_if_that_is_requested(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    index.add("extra", "1.0", requires_python=">=4")
    options = (*index.options, "--installer", "none", "--ignore-requires-python")
    engine.succeeds("--venv", venv, *options, "extra")


def test_the_target_is_the_interpreter_named(engine: Engine, index: LocalIndex, venv: Path) -> None:
    run(sys.executable, "-m", "venv", "--without-pip", venv)
    done = engine.succeeds("--python", venv / "bin" / "python", *index.options)
    assert str(venv) in done.out


def test_quiet_prints_nothing_and_verbose_prints_more(
    engine: Engine, index: LocalIndex, venv: Path
) -> None:
    assert engine.succeeds("--venv", venv, *index.options, "-q").text == ""
    loud = engine.succeeds("--venv", venv, *index.options, "-v").out
    assert str(index.ca) in loud
    assert "--cert" in loud


def test_version_and_help_are_printed_at_once(engine: Engine) -> None:
    assert engine.succeeds("--version").out.startswith("get-installer ")
    text = engine.succeeds("--help").out
    for option in ("--installer", "--venv", "--offline", "--cert", "--index-url"):
        assert option in text


@pytest.mark.skipif(os.name == "nt", reason="Windows has no exec and no such signals")
def test_the_installer_becomes_this_process(engine: Engine, index: LocalIndex, venv: Path) -> None:
    index.add(
        "tool",
        "1.0",
        files={"tool.py": "import os\ndef main(): print(os.getpid(), os.getcwd())\n"},
        entry_points={"console_scripts": {"tool": "tool:main"}},
    )
    command = [*engine.command, "--venv", str(venv), *index.options, "-q", "--installer", "tool"]
    environ = {**os.environ, **engine.environ}
    process = subprocess.Popen([*command, "--"], stdout=subprocess.PIPE, text=True, env=environ)
    out, _ = process.communicate(timeout=60)
    assert out.split(maxsplit=1) == [str(process.pid), f"{Path.cwd()}\n"]
