"""One requirement as a user writes it."""

from __future__ import annotations

import pytest

from bootstrap.errors import UsageError
from bootstrap.network.urls import url_to_path
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
def test_a_wheel_is_found_by_every_form_of_its_path(user: User, written: str) -> None:
    wheel = user.write("thing-1.0+local-py3-none-any.whl", "")
    [requirement] = named(user.load(written.format(wheel.name, cwd=user.cwd)))
    assert str(requirement.requirement) == "thing==1.0+local"
    assert requirement.url is not None
    assert url_to_path(requirement.url).resolve() == wheel


def test_a_wheel_may_have_extras_and_a_marker(user: User) -> None:
    user.write("thing-1.0-py3-none-any.whl", "")
    [requirement] = named(user.load('./thing-1.0-py3-none-any.whl[fast] ; python_version > "3"'))
    assert str(requirement.requirement) == 'thing[fast]==1.0; python_version > "3"'


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
