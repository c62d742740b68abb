from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap.network.credentials import Credentials
from bootstrap.network.errors import HttpStatusError
from bootstrap.network.session import Session
from tests.planted import plant_modules
from tests.servers import IndexServer
from tests.unit.network.conftest import MakeSession, RecordedUi

PAGE = "/simple/demo/"


@pytest.fixture
def guarded(index: IndexServer) -> IndexServer:
    """An index that requires credentials."""
    index.add_page("demo", "<a href='demo-1.0.tar.gz'>demo-1.0.tar.gz</a>")
    index.features = replace(index.features, credentials=("me@home", "se:cr@t/"))
    return index


@pytest.fixture
def page(guarded: IndexServer) -> str:
    return f"{guarded.url}{PAGE}"


def with_user(url: str, user: str = "me%40home:se%3Acr%40t%2F") -> str:
    return url.replace("https://", f"https://{user}@")


def test_a_password_is_never_part_of_what_is_printed() -> None:
    assert "secret" not in repr(Credentials("me", "secret"))


def test_credentials_in_the_url_are_sent_at_once(
    session: Session, guarded: IndexServer, page: str
) -> None:
    assert session.get(with_user(page)).content
    assert len(guarded.requests) == 1


def test_those_of_a_named_url_are_used_for_other_urls_of_its_origin(
    make_session: MakeSession, guarded: IndexServer, page: str
) -> None:
    session = make_session(named_urls=(with_user(f"{guarded.url}/other/"),))
    assert session.get(page).content
    assert len(guarded.requests) == 1


def test_those_of_a_link_are_used_for_that_link_only(session: Session, page: str) -> None:
    assert session.get(with_user(page)).content
    with pytest.raises(HttpStatusError):
        session.get(page)


@pytest.mark.parametrize("is_named", [True, False])
def test_netrc_is_sent_without_tls_only_to_servers_that_the_user_named(
    make_session: MakeSession, tmp_path: Path, is_named: bool
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login me password secret\n")
    netrc.chmod(0o600)
    with IndexServer() as plain:
        plain.add_page("demo", "<a href='demo-1.0.tar.gz'>demo-1.0.tar.gz</a>")
        named = (plain.simple_url,) if is_named else (plain.simple_url.replace("http:", "https:"),)
        make_session(netrc=netrc, named_urls=named).get(f"{plain.url}{PAGE}")
        assert ["authorization" in each.headers for each in plain.requests] == [is_named]


def test_without_credentials_it_is_refused_with_a_hint(session: Session, page: str) -> None:
    with pytest.raises(HttpStatusError) as caught:
        session.get(page)
    assert caught.value.status == 401
    assert "keyring" in str(caught.value.hint)


def test_wrong_credentials_are_refused(session: Session, guarded: IndexServer, page: str) -> None:
    with pytest.raises(HttpStatusError):
        session.get(with_user(page, "me:wrong"))
    assert len(guarded.requests) == 1


def test_netrc_is_read(
    make_session: MakeSession, guarded: IndexServer, page: str, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login me@home password se:cr@t/\n")
    netrc.chmod(0o600)
    assert make_session(netrc=netrc).get(page).content
    assert len(guarded.requests) == 1


def test_a_netrc_that_is_missing_or_damaged_is_ignored(
    make_session: MakeSession, page: str, tmp_path: Path, recorded: RecordedUi
) -> None:
    with pytest.raises(HttpStatusError):
        make_session(netrc=tmp_path / "none").get(page)
    assert recorded.warnings == ""
    (tmp_path / "netrc").write_text("machine localhost what is this")
    with pytest.raises(HttpStatusError):
        make_session(netrc=tmp_path / "netrc").get(page)
    assert "netrc" in recorded.warnings


Keyring = Callable[[str], str]


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    """Put a keyring program of the given Python body on a path, and return that path."""

    def install(body: str) -> str:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        program = folder / "keyring"
        program.write_text(f"#!{sys.executable}\nimport sys\narguments = sys.argv[1:]\n{body}\n")
        program.chmod(0o755)
        return str(folder)

    return install


JSON_MODE = """
open(__file__ + ".log", "a").write(" ".join(arguments) + "\\n")
if arguments[:2] == ["--mode=creds", "--output=json"] and arguments[3].endswith("{port}"):
    print('{{"username": "me@home", "password": "se:cr@t/"}}')
else:
    sys.exit(1)
"""


def test_the_keyring_program_is_run_after_a_401(
    make_session: MakeSession, guarded: IndexServer, page: str, keyring: Keyring
) -> None:
    search_path = keyring(JSON_MODE.format(port=guarded.port))
    session = make_session(search_path=search_path, named_urls=(page,))
    assert session.get(page).content
    assert session.get(page).content
    assert len(guarded.requests) == 3  # once without, then always with
    log = Path(search_path, "keyring.log").read_text().splitlines()
    assert [line.split()[-1] for line in log] == [page, f"localhost:{guarded.port}"]


def test_the_keyring_program_imports_nothing_from_the_current_directory(
    make_session: MakeSession,
    guarded: IndexServer,
    page: str,
    keyring: Keyring,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    search_path = keyring(f"import json\n{JSON_MODE.format(port=guarded.port)}")
    session = make_session(search_path=search_path)
    planted = plant_modules(tmp_path / "planted")
    shutil.copy(Path(search_path, "keyring"), planted.directory)
    monkeypatch.chdir(planted.directory)
    assert session.get(page).content
    assert planted.imported == []
    assert not Path("keyring.log").exists()


def test_a_keyring_program_that_prints_without_end_is_stopped(
    make_session: MakeSession,
    guarded: IndexServer,
    page: str,
    keyring: Keyring,
    recorded: RecordedUi,
) -> None:
    search_path = keyring("while True: print('x' * 65536)")
    with pytest.raises(HttpStatusError):
        make_session(search_path=search_path).get(page)
    assert "Cannot run the keyring program" in recorded.warnings
    assert len(guarded.requests) == 1


def test_many_requests_run_the_keyring_program_once(
    make_session: MakeSession, guarded: IndexServer, page: str, keyring: Keyring
) -> None:
    search_path = keyring(JSON_MODE.format(port=guarded.port))
    session = make_session(search_path=search_path, named_urls=(page,))
    assert len(session.in_parallel(session.get, [page] * 8)) == 8
    assert len(Path(search_path, "keyring.log").read_text().splitlines()) == 2


def test_a_user_name_in_the_url_is_looked_up(
    make_session: MakeSession, page: str, keyring: Keyring
) -> None:
    search_path = keyring(
        "print('se:cr@t/') if arguments[0] == 'get' and arguments[2] == 'me@home' else exit(1)"
    )
    url = with_user(page, "me%40home")
    assert make_session(search_path=search_path, named_urls=(url,)).get(url).content


LOG = 'open(__file__ + ".log", "a").write(repr(arguments))\nsys.exit(1)'


@pytest.mark.parametrize("user", ["--disable", "%2D%2Ddisable", "-h", "someone"])
def test_the_keyring_is_asked_for_the_host_of_a_link_not_for_its_user_name_and_path(
    make_session: MakeSession, guarded: IndexServer, page: str, keyring: Keyring, user: str
) -> None:
    search_path = keyring(LOG)
    with pytest.raises(HttpStatusError):
        make_session(search_path=search_path).get(with_user(page, user))
    log = Path(search_path, "keyring.log").read_text()
    host = f"localhost:{guarded.port}"
    assert log == repr(["--mode=creds", "--output=json", "get", host])


def test_no_user_name_can_be_an_option_of_the_keyring_program(
    make_session: MakeSession, page: str, keyring: Keyring
) -> None:
    search_path, url = keyring(LOG), with_user(page, "--disable")
    with pytest.raises(HttpStatusError):
        make_session(search_path=search_path, named_urls=(url,)).get(url)
    assert not Path(search_path, "keyring.log").exists()


@pytest.mark.parametrize("provider", ["auto", "import", "subprocess", "disabled"])
def test_the_provider_may_be_disabled(
    make_session: MakeSession,
    guarded: IndexServer,
    page: str,
    keyring: Keyring,
    provider: str,
) -> None:
    search_path = keyring(JSON_MODE.format(port=guarded.port))
    session = make_session(search_path=search_path, keyring_provider=provider)
    if provider == "disabled":
        with pytest.raises(HttpStatusError):
            session.get(page)
    else:
        assert session.get(page).content


@pytest.mark.parametrize("body", ["print('no json')", "sys.exit(3)", "print('[1]')"])
def test_a_keyring_program_that_fails_is_ignored(
    make_session: MakeSession, page: str, keyring: Keyring, body: str
) -> None:
    with pytest.raises(HttpStatusError):
        make_session(search_path=keyring(body)).get(page)


FEEDS = """
open(__file__ + ".log", "a").write(arguments[-1] + "\\n")
if arguments[-1].endswith({feeds!r}):
    print('{{"username": "me@home", "password": "se:cr@t/"}}')
else:
    sys.exit(1)
"""


def test_each_index_of_a_host_is_looked_up_by_its_own_url_and_then_by_its_host(
    make_session: MakeSession, guarded: IndexServer, keyring: Keyring
) -> None:
    urls = tuple(f"{guarded.url}/{name}/simple/" for name in ("one", "two", "three"))
    search_path = keyring(FEEDS.format(feeds=("/two/simple/",)))
    session = make_session(search_path=search_path, named_urls=urls)
    for number, status in ((0, 401), (1, 404), (2, 401), (1, 404)):
        with pytest.raises(HttpStatusError) as caught:
            session.get(f"{urls[number]}demo/")
        assert caught.value.status == status
    # its files lie beside its pages
    with pytest.raises(HttpStatusError) as caught:
        session.get(f"{guarded.url}/two/files/demo-1.0.tar.gz")
    assert caught.value.status == 404
    log = Path(search_path, "keyring.log").read_text().splitlines()
    assert log == [urls[0], f"localhost:{guarded.port}", urls[1], urls[2]]


def test_what_the_keyring_program_says_is_shown_while_it_waits(
    make_session: MakeSession, page: str, keyring: Keyring, recorded: RecordedUi
) -> None:
    body = "print('Log in at https://me:pw@login.example \\x1b[2J', file=sys.stderr)\nsys.exit(1)"
    with pytest.raises(HttpStatusError):
        make_session(search_path=keyring(body)).get(page)
    assert "keyring: Log in at https://****@login.example \\x1b[2J\n" in recorded.warnings


def test_without_input_the_keyring_program_gets_little_time(
    make_session: MakeSession,
    page: str,
    keyring: Keyring,
    recorded: RecordedUi,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bootstrap.network.credentials.TIMEOUT_WITHOUT_INPUT", 0.5)
    body = "import time\nprint('Waiting', file=sys.stderr, flush=True)\ntime.sleep(60)"
    with pytest.raises(HttpStatusError):
        make_session(search_path=keyring(body), no_input=True).get(page)
    assert "keyring: Waiting" in recorded.warnings
    assert "timed out after 0.5 seconds" in recorded.warnings


def test_there_is_no_prompt_without_a_terminal(
    make_session: MakeSession, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open(os.devnull) as no_terminal:  # noqa: PTH123  # a stream, not a file
        monkeypatch.setattr("sys.stdin", no_terminal)
        with pytest.raises(HttpStatusError):
            make_session(no_input=False).get(page)
