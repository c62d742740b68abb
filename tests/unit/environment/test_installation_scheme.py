from __future__ import annotations

import json
import os
import stat
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bootstrap.environment import installation_scheme
from bootstrap.environment.installation_scheme import (
    LinkLeadsOutError,
    UserSiteDisabledError,
    describe_target,
    is_writable,
)
from bootstrap.environment.interpreter import Interpreter
from bootstrap.environment.managed import VirtualEnvironmentRequiredError
from tests.unit.environment.pythons import (
    DEBIAN,
    RecordingUi,
    run_json,
    run_python,
    settings_for,
    target_of,
)

PIP_SAYS = """
import json, sys
kinds = json.loads(sys.argv[1])
try:
    from pip._internal.locations import get_scheme
except ImportError:
    from pip._internal.locations import distutils_scheme as get_scheme
keys = ["purelib", "platlib", "scripts", "data", "headers"]
found = {}
for name, options in kinds.items():
    scheme = get_scheme("NAME", **options)
    found[name] = [scheme[k] if isinstance(scheme, dict) else getattr(scheme, k) for k in keys]
print(json.dumps(found))
"""


def test_the_scheme_is_that_of_the_targets_own_pip(python: Path, tmp_path: Path) -> None:
    """By default, and with `--user`, `--prefix` and `--root`; Debian's layouts included."""
    elsewhere = str(tmp_path / "elsewhere")
    kinds: dict[str, dict[str, Any]] = {
        "default": {},
        "user": {"user": True},
        "prefix": {"prefix": elsewhere},
        "root": {"root": elsewhere},
    }
    pip = run_json(python, PIP_SAYS, json.dumps(kinds))
    for name, options in kinds.items():
        given = {key: Path(value) if key != "user" else value for key, value in options.items()}
        scheme = target_of(python, **given).scheme
        ours = [scheme.purelib, scheme.platlib, scheme.scripts, scheme.data, scheme.headers]
        expected = list(map(Path, pip[name]))
        assert [*ours[:4], ours[4] / "NAME"] == expected, name


def test_the_scheme_of_a_virtual_environment(tmp_path: Path, python: Path) -> None:
    if target_of(python).version_info < (3, 3):
        pytest.skip("it has none")
    run_python(python, "-m", "venv", "--without-pip", str(tmp_path / "env"))
    target = target_of(tmp_path / "env")
    assert target.is_virtual
    assert target.scheme.purelib.is_relative_to(tmp_path / "env")
    assert target.scheme.scripts == tmp_path / "env" / "bin"
    assert target.scheme.purelib in target.search_path
    version = ".".join(map(str, target.version_info[:2]))
    assert target.scheme.headers == tmp_path / "env" / "include" / "site" / f"python{version}"


def test_target_is_one_directory_and_nothing_else_counts_as_installed(tmp_path: Path) -> None:
    target = target_of(directory=tmp_path / "flat")
    assert target.scheme.purelib == target.scheme.platlib == tmp_path / "flat"
    assert target.scheme.scripts == tmp_path / "flat" / "bin"
    assert target.search_path == (tmp_path / "flat",)


def test_under_another_prefix_or_root_only_what_is_there_counts_as_installed(
    tmp_path: Path,
) -> None:
    for option in ("prefix", "root"):
        target = target_of(**{option: tmp_path})
        assert target.search_path
        assert all(path.is_relative_to(tmp_path) for path in target.search_path)


def test_a_prefix_on_the_targets_own_path_keeps_the_search_path(python: Path) -> None:
    plain = target_of(python)
    if plain.scheme.purelib.is_relative_to(plain.prefix / "local"):
        pytest.skip("Debian adds a `local` of its own")
    assert set(plain.search_path) <= set(target_of(python, prefix=plain.prefix).search_path)


def test_with_user_the_user_site_is_added_to_the_search_path(python: Path) -> None:
    plain, user = target_of(python), target_of(python, user=True)
    assert user.scheme.purelib in user.search_path
    assert set(plain.search_path) <= set(user.search_path)
    assert plain.scheme.purelib not in {user.scheme.purelib, user.scheme.platlib}


def test_user_is_refused_where_the_user_site_is_disabled(tmp_path: Path) -> None:
    with pytest.raises(UserSiteDisabledError, match="not visible in this virtual environment"):
        target_of(venv_of(tmp_path), user=True)
    environment = {**os.environ, "PYTHONNOUSERSITE": "1"}
    base = base_of(venv_of(tmp_path))
    with pytest.raises(UserSiteDisabledError, match="ENABLE_USER_SITE"):
        target_of(base.executable, user=True, environment=environment)


def base_of(environment: Path) -> Interpreter:
    """Return the interpreter that a virtual environment was made from."""
    virtual = target_of(environment).interpreter
    assert virtual is not None
    base = target_of(virtual.base_executable).interpreter
    assert base is not None
    return base


def venv_of(tmp_path: Path) -> Path:
    directory = tmp_path / "env"
    if not directory.exists():
        run_python(Path(sys.executable), "-m", "venv", "--without-pip", str(directory))
    return directory


def test_an_environment_that_is_not_writable_defaults_to_the_user_site_as_in_pip(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Root may write everywhere, so the answer to that one question is given here.
    base = base_of(venv_of(tmp_path))
    monkeypatch.setattr(installation_scheme, "is_writable", lambda _: False)
    ui = RecordingUi()
    found = describe_target(base, settings_for(), ui)
    assert found.scheme == base.schemes["user"]
    assert "Defaulting to user installation" in ui.text
    for refused in (
        settings_for(user=False),
        settings_for(root=tmp_path),
        settings_for(prefix=tmp_path),
    ):
        assert describe_target(base, refused).scheme != found.scheme


def test_a_missing_directory_is_as_writable_as_its_existing_parent(
    tmp_path: Path,
) -> None:
    assert is_writable(tmp_path / "a" / "b")
    if os.geteuid() != 0:
        tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
        assert not is_writable(tmp_path / "a" / "b")


def test_scripts_under_a_root_name_the_interpreter_by_its_path_in_the_root(
    tmp_path: Path,
) -> None:
    plain = target_of(root=tmp_path)
    assert plain.script_executable == str(plain.executable)
    assert plain.interpreter is not None
    inside = replace(plain.interpreter, executable=tmp_path / "usr" / "bin" / "python3")
    assert (
        describe_target(inside, settings_for(root=tmp_path)).script_executable == "/usr/bin/python3"
    )


def test_a_virtual_environment_may_be_required(tmp_path: Path) -> None:
    environment = venv_of(tmp_path)
    assert target_of(environment, require_virtualenv=True).is_virtual
    base = base_of(environment)
    with pytest.raises(VirtualEnvironmentRequiredError, match="--require-virtualenv is set"):
        target_of(base.executable, require_virtualenv=True)


@pytest.mark.skipif(not DEBIAN.exists(), reason="only on Debian and its kin")
def test_debians_own_packages_count_as_installed_but_are_not_in_the_scheme() -> None:
    target = target_of(DEBIAN, break_system_packages=True)
    own = Path("/usr/lib/python3/dist-packages")
    if own not in target.search_path:
        pytest.skip("not Debian's own Python")
    assert own not in {target.scheme.purelib, target.scheme.platlib}


@pytest.mark.parametrize("option", ["directory", "prefix", "root"])
@pytest.mark.parametrize("kind", ["scripts", "headers"])
def test_a_link_that_leads_out_of_the_named_directory_is_refused(
    tmp_path: Path, option: str, kind: str
) -> None:
    named, outside = tmp_path / "named", tmp_path / "outside"
    outside.mkdir()
    path: Path = getattr(target_of(**{option: named}).scheme, kind)
    path.parent.mkdir(parents=True)
    path.symlink_to(outside)
    with pytest.raises(LinkLeadsOutError) as caught:
        target_of(**{option: named})
    assert f"{path} leads out of the directory that --" in str(caught.value)
    assert str(outside) in str(caught.value)


def test_links_inside_the_named_directory_and_one_to_it_are_followed(tmp_path: Path) -> None:
    (tmp_path / "real" / "tools").mkdir(parents=True)
    (tmp_path / "real" / "bin").symlink_to("tools")
    (tmp_path / "named").symlink_to("real")
    target = target_of(directory=tmp_path / "named")
    assert target.scheme.scripts == tmp_path / "named" / "bin"


def test_repositories_go_into_a_virtual_environment_or_below_the_working_directory(
    tmp_path: Path,
) -> None:
    base = target_of(working_directory=tmp_path / "here").interpreter
    assert base is not None
    inside = replace(base, prefix=tmp_path / "venv", base_prefix=tmp_path)
    outside = replace(base, prefix=tmp_path, base_prefix=tmp_path)
    settings = replace(settings_for(), working_directory=tmp_path / "here")
    assert describe_target(inside, settings).src is None
    assert describe_target(outside, settings).src == tmp_path / "here" / "src"
    own = replace(settings, src=tmp_path / "own")
    assert describe_target(inside, own).src == describe_target(outside, own).src == own.src
