"""One requirement as a user writes it."""

from __future__ import annotations

import pytest

from bootstrap.errors import UsageError
from bootstrap.network.urls import url_to_path
from tests.unit.config.pips import Pip
from tests.unit.config.users import User, named


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("pip", "pip"),
        ("pip<21", "pip<21"),
        (' requests[socks] >= 2 ; python_version > "3" ', None),
        ("pip @ https://host.example/pip-26.3-py3-none-any.whl", None),
    ],
)
def test_pep_508_requirements_are_parsed(user: User, text: str, name: str | None) -> None:
    [requirement] = named(user.load(text, "--installer", "none"))
    assert requirement.text == text.strip()
    assert requirement.requirement is not None
    assert name is None or str(requirement.requirement) == name


def test_a_direct_reference_keeps_its_url(user: User) -> None:
    url = "https://host.example/pip-26.3-py3-none-any.whl"
    [requirement] = named(user.load(f"pip @ {url}"))
    assert requirement.url == url


@pytest.mark.parametrize("written", ["./{}", "{}", "../work/{}", "{cwd}/{}", "file://{cwd}/{}"])
@pytest.mark.posix_only("a path after file:// has no drive")
def test_a_wheel_is_found_by_every_form_of_its_path(user: User, written: str) -> None:
    wheel = user.write("thing-1.0+local-py3-none-any.whl", "")
    [requirement] = named(user.load(written.format(wheel.name, cwd=user.cwd)))
    assert str(requirement.requirement) == "thing==1.0+local"
    assert requirement.url is not None
    assert url_to_path(requirement.url).resolve() == wheel


LOCAL = (
    "file:./project",
    "file:project",
    "file:../work/project",
    "file:{cwd}/project",
    "file://{cwd}/project",
    "file://localhost{cwd}/project",
    "file://{cwd}/./other/../project",
    "file://{cwd}/project#egg=project",
    "file:./project#egg=project",
    "file:./a%20b",
    "file:./thing-1.0-py3-none-any.whl",
    "file:thing-1.0-py3-none-any.whl#sha256=" + "0" * 64,
    "project @ file:./project",
    "project[fast] @ file:../work/project",
    "project @ file://localhost{cwd}/project",
    "project @ file://{cwd}/project",
    "./project",
    "../work/project",
    "./other/../project",
    "./project[fast,docs]",
    "./thing-1.0-py3-none-any.whl",
    "-e ./project",
    "-e project",
    "-e project[fast]",
    "-e file:./project",
    "-e file:project",
    "-e file:./project#egg=project",
    "-e file:../work/project#egg=project",
    "-e file://{cwd}/project#egg=project",
    "-e file://localhost{cwd}/project#egg=project",
    "-e file://{cwd}/project[fast]",
    "-e file://{cwd}/project#egg=project&subdirectory=x",
)
REFUSED = (
    "project @ ./project",
    "./nowhere/project",
    "-e ./project#egg=project",
    "file://elsewhere/project",
)


@pytest.fixture
def files(user: User) -> User:
    """A user with projects; the requirements file is in another directory."""
    for directory in ("project", "a b", "other"):
        user.write(f"{directory}/pyproject.toml", "")
    user.write("thing-1.0-py3-none-any.whl", "")
    return user


@pytest.mark.parametrize("line", LOCAL)
def test_a_local_reference_in_a_file_is_read_as_by_pip(files: User, pip: Pip, line: str) -> None:
    listed = files.write("elsewhere/requirements.txt", line.format(cwd=files.cwd))
    theirs = pip.parse(local=str(listed), cwd=str(files.cwd), environ={})
    [ours] = named(files.load("-r", str(listed)))
    assert ours.url is not None
    extras = ours.requirement.extras if ours.requirement else ours.extras
    assert theirs == {
        "name": ours.requirement and ours.requirement.name,
        "path": str(url_to_path(ours.url).resolve()),
        "extras": sorted(extras),
        "editable": ours.editable,
    }
    assert url_to_path(ours.url).is_absolute()
    assert ".." not in ours.url


@pytest.mark.parametrize("line", REFUSED)
def test_a_reference_that_pip_refuses_is_refused(files: User, pip: Pip, line: str) -> None:
    listed = files.write("elsewhere/requirements.txt", line)
    assert "error" in pip.parse(local=str(listed), cwd=str(files.cwd), environ={})
    with pytest.raises(UsageError):
        files.load("-r", str(listed))


def test_the_fragment_of_a_relative_file_url_is_kept(files: User) -> None:
    [requirement] = named(files.load("file:../work/project#egg=project&subdirectory=a"))
    expected = (files.cwd / "project").as_uri()
    assert requirement.url == f"{expected}#egg=project&subdirectory=a"


def test_a_tilde_in_a_file_url_is_a_directory_of_that_name(files: User) -> None:
    [requirement] = named(files.load("file:~/project"))
    assert requirement.url == (files.cwd / "~" / "project").as_uri()


def test_a_wheel_may_have_extras_and_a_marker(user: User) -> None:
    user.write("thing-1.0-py3-none-any.whl", "")
    [requirement] = named(user.load('./thing-1.0-py3-none-any.whl[fast] ; python_version > "3"'))
    assert str(requirement.requirement) == 'thing[fast]==1.0; python_version > "3"'


@pytest.mark.posix_only("HOME names the user's directory")
def test_a_tilde_stands_for_the_home_directory(user: User) -> None:
    wheel = user.write(user.home / "thing-1.0-py3-none-any.whl", "")
    assert named(user.load("~/thing-1.0-py3-none-any.whl"))[0].url == wheel.as_uri()


def test_a_path_with_spaces_becomes_a_quoted_url(user: User) -> None:
    user.write("a b/thing-1.0-py3-none-any.whl", "")
    [requirement] = named(user.load("a b/thing-1.0-py3-none-any.whl"))
    assert requirement.url is not None
    assert requirement.url.endswith("/a%20b/thing-1.0-py3-none-any.whl")


def test_a_project_directory_has_no_name_yet(user: User) -> None:
    user.write("project/pyproject.toml", "")
    [requirement] = named(user.load("./project[docs,test]"))
    assert requirement.requirement is None
    assert requirement.url == (user.cwd / "project").as_uri()
    assert requirement.extras == {"docs", "test"}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://host.example/thing.zip#egg=thing", "thing"),
        ("https://host.example/thing.zip#subdirectory=x&egg=thing[fast]", "thing[fast]"),
        ("https://host.example/thing.zip", None),
        ("https://host.example/thing-1.0.tar.gz", None),
    ],
)
def test_a_url_is_named_by_its_egg(user: User, url: str, name: str | None) -> None:
    [requirement] = named(user.load(url))
    assert requirement.url == url
    assert (name and str(requirement.requirement)) == name


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("requests=2", "requests=2"),
        ("requests ==", "requests =="),
        ("./missing.whl", "file not found"),
        ("missing-1.0.tar.gz", "file not found"),
        ("./empty", "neither a pyproject.toml nor a setup.py"),
        ("./broken.whl", "Invalid wheel filename"),
        ("./notes.txt", "neither a wheel nor a source archive"),
        ("thing @ ./thing.whl", "expected a URL after the @"),
        ('./project ; python_version > "3"', "a marker needs a named requirement"),
        ("https://user:secret@host.example/x.whl", "Invalid wheel filename"),
    ],
)
def test_an_invalid_requirement_is_refused_with_the_reason(
    user: User, text: str, reason: str
) -> None:
    (user.cwd / "empty").mkdir()
    for name in ("broken.whl", "notes.txt", "project/setup.py"):
        user.write(name, "")
    with pytest.raises(UsageError) as caught:
        user.load(text)
    assert reason in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "hint"),
    [("requests=2", "'requests==2'"), ("./notes.txt", "-r"), ('./p ; os_name=="nt"', "NAME @")],
)
def test_the_hint_names_the_next_step(user: User, text: str, hint: str) -> None:
    user.write("notes.txt", "")
    user.write("p/setup.py", "")
    with pytest.raises(UsageError) as caught:
        user.load(text)
    assert hint in (caught.value.hint or "")


def test_a_requirement_that_is_too_long_for_a_path_is_not_taken_for_one(user: User) -> None:
    text = "demo" + " " * 5000 + ">=1.0"
    [requirement] = named(user.load(text))
    assert requirement.url is None
