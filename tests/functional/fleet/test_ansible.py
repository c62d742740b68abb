"""The collection of contrib/ansible, run by real ansible-core."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bootstrap import __version__
from tests.functional.conftest import LocalIndex
from tests.functional.drop_in.pythons import linked_python
from tests.functional.engine import AS_NOBODY, CHECKOUT, run, snapshot
from tests.functional.fleet.conftest import COLLECTION, Controller
from tools.interpreters import interpreters

pytestmark = pytest.mark.posix_only("Ansible's controller is")


def kept(home: Path) -> list[str]:
    """Return the names of the files that the module keeps on the target."""
    return [path.name for path in home.rglob("get-installer/archives/*")]


def files_of(place: Path) -> set[Path]:
    """Return what is in a directory, but for the bytecode of a pip that ran."""
    return {path for path in place.rglob("*") if "__pycache__" not in path.parts}


def test_a_change_is_reported_exactly_when_there_is_one(
    controller: Controller, index: LocalIndex, tmp_path: Path
) -> None:
    index.add("demo", "1.0")
    task = controller.task
    first = controller.play(
        task("new, in check mode", check=True, name=["demo"]),
        task("new", name=["demo"]),
        task("again, in check mode", check=True, name=["demo"]),
        task("again", name=["demo"]),
        task("a pip", name=["pip", "demo"]),
    )
    assert first.changed() == [True, True, False, False, True]
    checked, new = (first.result(name) for name in ("new, in check mode", "new"))
    for result in (checked, new):
        assert (result["before"], result["after"]) == ({"demo": None}, {"demo": "1.0"})
        assert result["diff"]["before"] == ""
        assert result["diff"]["after"] == "demo==1.0\n"
        assert result["created"]
        assert result["python"] == str(controller.directory / "host1/venv/bin/python")
        assert "code" not in result
        assert "stdout" not in result  # without -v
    digest = hashlib.sha256(controller.archive.read_bytes()).hexdigest()
    assert new["archive_sha256"] == digest
    assert kept(tmp_path / "home") == [f"{digest}.pyz"]
    index.add("demo", "2.0")
    second = controller.play(
        task("present", name=["demo"]),
        task("latest, in check mode", check=True, name=["demo"], state="latest"),
        task("latest", name=["demo"], state="latest"),
        task("latest again", name=["demo"], state="latest"),
        task("an older version", name=["demo"], version="1.0"),
        task("absent, in check mode", check=True, name=["Demo", "other"], state="absent"),
        task("absent", name=["Demo", "other"], state="absent"),
        task("absent again", name=["Demo", "other"], state="absent"),
        arguments=["-v"],
    )
    assert second.changed() == [False, True, True, False, True, True, True, False]
    for name in ("latest", "latest, in check mode"):
        result = second.result(name)
        assert (result["before"], result["after"]) == ({"demo": "1.0"}, {"demo": "2.0"})
        assert (result["diff"]["before"], result["diff"]["after"]) == (
            "demo==1.0\n",
            "demo==2.0\n",
        )
    for name in ("absent", "absent, in check mode"):
        result = second.result(name)
        assert (result["before"], result["after"]) == ({"demo": "1.0"}, {"demo": None})
    assert "~ demo 1.0" in second.result("latest")["stdout"]
    library = next((controller.directory / "host1/venv").glob("lib/*/site-packages"))
    assert not (library / "demo.py").exists()
    assert (library / "pip").is_dir()


def test_an_environment_without_pip_gets_one_for_the_removal_only(
    controller: Controller, index: LocalIndex
) -> None:
    index.add("demo", "1.0")
    task = controller.task
    controller.play(task(name=["demo"]))
    venv = controller.directory / "host1/venv"
    before = snapshot(venv)
    play = controller.play(task("check", check=True, name=["demo"], state="absent"))
    assert play.changed() == [True]
    assert snapshot(venv) == before
    play = controller.play(
        task("gone", name=["demo"], state="absent"),
        task("no pip", name=["pip"], state="absent"),
        task("nowhere", name=["demo"], state="absent", virtualenv="{{ place }}/missing"),
    )
    assert play.changed() == [True, False, False]
    assert [path.name for path in venv.glob("lib/*/site-packages/*")] == []
    assert not (controller.directory / "host1/missing").exists()


def test_an_error_has_the_code_and_the_hint_in_its_message(
    controller: Controller, tmp_path: Path
) -> None:
    python = linked_python(tmp_path / "python")
    library = next((tmp_path / "python/lib").glob("python3*"))
    (library / "EXTERNALLY-MANAGED").write_text("[externally-managed]\nError=Ask others.\n")
    before = snapshot(tmp_path / "python")
    (controller.directory / "host1").mkdir()
    (controller.directory / "host1/venv").write_text("a file")

    def tried(title: str, **options: Any) -> dict[str, Any]:
        return {**controller.task(title, **options), "ignore_errors": True}

    target: dict[str, Any] = {"virtualenv": None, "python": str(python)}
    play = controller.play(
        tried("managed", **target),
        tried("managed, in check mode", check=True, **target),
        tried("managed, removed", name=["pip"], state="absent", **target),
        tried("no such project", virtualenv="{{ place }}/new", name=["missing"]),
        tried("a file", virtualenv="{{ place }}/venv"),
    )
    messages = play.messages()
    assert len(messages) == len(play.results) == 5
    for name in ("managed", "managed, in check mode", "managed, removed"):
        assert messages[name].startswith("GI-TARGET-002: ")
        assert "Ask others." in messages[name]
        assert "break_system_packages" in messages[name]
        assert play.result(name)["code"] == "GI-TARGET-002"
        assert ".pyz" not in messages[name] + play.result(name)["hint"]  # where a copy is
    assert snapshot(tmp_path / "python") == before
    assert messages["no such project"].startswith("GI-RESOLVE-")
    assert messages["a file"].startswith("GI-TARGET-")
    assert not any(result["result"]["changed"] for result in play.results)
    assert not (controller.directory / "host1/new").exists()


def test_missing_permission_is_found_in_check_mode_too(controller: Controller) -> None:
    place = controller.directory / "host1"
    run(sys.executable, controller.archive, "--offline", "--venv", place / "venv")
    (place / "locked").mkdir(mode=0o555)
    library = next(place.glob("venv/lib/*/site-packages"))
    library.chmod(0o555)
    before = files_of(place)
    new: dict[str, Any] = {"virtualenv": "{{ place }}/locked/venv", "offline": True}
    gone: dict[str, Any] = {"name": ["pip"], "state": "absent"}
    tasks = [
        {**controller.task(title, **options), "ignore_errors": True}
        for title, options in {
            "new, in check mode": {**new, "check": True},
            "new": new,
            "gone, in check mode": {**gone, "check": True},
            "gone": gone,
        }.items()
    ]
    play = controller.play(*tasks, around=AS_NOBODY if os.geteuid() == 0 else ())
    messages = play.messages()
    assert play.changed() == [False] * 4
    assert files_of(place) == before
    for title in ("new", "gone"):
        assert messages[f"{title}, in check mode"] == messages[title]
    assert messages["new"].startswith("GI-TARGET-011: A virtual environment cannot be created in")
    assert messages["gone"] == (
        f"GI-INSTALL-009: Cannot change {library}: no permission to write.\n"
        "Set become, or name a virtualenv that the task's user may write to."
    )


def test_files_and_options_that_do_not_fit_are_refused(controller: Controller) -> None:
    task = controller.task
    zeros = f"sha256:{0:064}"
    tasks = [
        task("another digest", checksum=zeros),
        task("no file", archive="missing.pyz"),
        task("both", kit="other.pyz", archive=str(controller.archive)),
        task("neither", archive=None),
        task("a version of two", name=["a", "b"], version="1"),
        task("an option", name=["--editable=x"]),
        task("absent, with a version", name=["demo==1"], state="absent"),
        task("absent from nowhere", state="absent"),
        task("isolated", extra_args="--isolated"),
    ]
    play = controller.play(*({**each, "ignore_errors": True} for each in tasks))
    messages = play.messages()
    assert len(messages) == len(play.results) == 9
    assert not (controller.directory / "host1/venv").exists()
    assert zeros[7:] in messages["another digest"]
    assert "missing.pyz was not found" in messages["no file"]
    assert "mutually exclusive" in messages["both"]
    assert "one of the following is required" in messages["neither"]
    assert "exactly one name" in messages["a version of two"]
    assert "extra_args" in messages["an option"]
    assert "nothing after it" in messages["absent, with a version"]
    assert "name" in messages["absent from nowhere"]
    assert "--isolated" in messages["isolated"]


def pack(controller: Controller, engine_python: str) -> Path:
    """Pack a kit with two packages that can be installed anywhere."""
    controller.index.add("demo", "1.0", requires=["more"])
    controller.index.add("more", "1.0")
    kit = controller.directory / "files/get-demo.pyz"
    kit.parent.mkdir()
    options = ("--installer", "demo", *controller.index.options)
    run(engine_python, controller.archive, "pack", *options, "-o", kit)
    return kit


def test_a_host_without_a_route_gets_what_a_kit_has(
    controller: Controller, engine_python: str, tmp_path: Path
) -> None:
    alone = ("unshare", "--net")
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], check=False).returncode:
        pytest.skip("a process cannot be given a network of its own")
    kit = pack(controller, engine_python)
    digest = hashlib.sha256(kit.read_bytes()).hexdigest()
    trace: dict[str, Any] = {"keep_archive": False, "checksum": f"sha256:{digest}"}
    play = controller.play(
        controller.task("check", check=True, kit=kit.name, **trace),
        controller.task("install", kit=kit.name, **trace),
        controller.task("again", kit=kit.name, **trace),
        controller.task("by name", kit=kit.name, name=["more"], state="latest"),
        controller.task("gone", kit=kit.name, name=["demo"], state="absent"),
        around=alone,
    )
    assert play.changed() == [True, True, False, False, True]
    assert play.result("check")["after"] == play.result("install")["after"]
    assert play.result("install")["after"] == {"demo": "1.0", "more": "1.0"}
    assert kept(tmp_path / "home") == [f"{digest}.pyz"]  # by the last two tasks


@pytest.mark.slow
def test_a_host_whose_python_is_too_old_runs_the_file_by_another_one(
    controller: Controller,
) -> None:
    found = interpreters()
    old = found.get((3, 8)) or found.get((3, 9))
    new = next((path for version, path in found.items() if version >= (3, 10)), None)
    if old is None or new is None:
        pytest.skip("there is no old Python")
    python = {"ansible_python_interpreter": str(old)}
    controller.index.add("demo", "1.0")
    task = controller.task("new", name=["demo"], engine_python=str(new), python=str(old))
    play = controller.play(task, variables=python)
    assert play.changed() == [True]
    assert f"Python {run(old, '--version').split()[1]}" in play.result("new")["environment"]
    gone = controller.task("gone", name=["demo"], state="absent", engine_python=str(new))
    play = controller.play(gone, variables=python, fails=True)
    assert "has no pip to uninstall with" in play.messages()["gone"]  # the bundled one is too new
    pip = controller.task("pip", name=["pip"], engine_python=str(new), python=str(old))
    assert controller.play(pip, gone, gone, variables=python).changed() == [True, True, False]
    none = {**controller.task("none", python=str(old)), "environment": {"PATH": "/nowhere"}}
    play = controller.play(none, variables=python, fails=True)
    assert "runs on Python 3.10 and newer" in play.messages()["none"]


@pytest.mark.slow
def test_of_twenty_forks_at_one_target_exactly_one_reports_a_change(controller: Controller) -> None:
    task = controller.task(virtualenv=str(controller.directory / "shared"), offline=True)
    play = controller.play(task, hosts=20, arguments=["--forks", "20"])
    (changed,) = (each["result"] for each in play.results if each["result"]["changed"])
    assert len(play.results) == 20
    assert changed["created"]
    assert changed["before"]["pip"] is None
    assert controller.play(task).changed() == [False]


@pytest.mark.slow
def test_of_twenty_forks_that_remove_one_package_exactly_one_reports_a_change(
    controller: Controller,
) -> None:
    controller.index.add("demo", "1.0")
    shared = str(controller.directory / "shared")
    controller.play(controller.task(virtualenv=shared, name=["pip", "demo"]))
    task = controller.task(virtualenv=shared, name=["demo"], state="absent")
    play = controller.play(task, hosts=20, arguments=["--forks", "20"])
    assert sorted(play.changed()) == [False] * 19 + [True]


@pytest.mark.slow
def test_the_role_installs_on_twenty_targets(controller: Controller) -> None:
    controller.index.add("demo", "1.0")
    role = {
        "name": "role",
        "ansible.builtin.include_role": {"name": "get_installer.python.installer"},
        "vars": {
            "installer_archive": str(controller.archive),
            "installer_name": ["pip", "demo"],
            "installer_virtualenv": "{{ place }}/venv",
            "installer_index_url": controller.index.server.simple_url,
            "installer_cert_content": controller.index.ca.read_text(),
        },
    }
    forks = ["--forks", "10"]
    counts = []
    for arguments in (["--check"], [], ["--check"], []):
        play = controller.play(role, hosts=20, arguments=[*forks, *arguments])
        counts.append(sum(play.changed()))
    assert counts == [20, 20, 0, 0]
    assert len(list(controller.directory.glob("host*/venv/lib/*/site-packages/demo.py"))) == 20


def test_the_collection_has_the_version_of_the_engine() -> None:
    galaxy = (CHECKOUT / "contrib/ansible/galaxy.yml").read_text()
    assert f"\nversion: {__version__}\n" in galaxy
    assert f"\n  {__version__}:\n" in (COLLECTION / "changelogs/changelog.yaml").read_text()
