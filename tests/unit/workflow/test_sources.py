"""Which servers the user named."""

from __future__ import annotations

from pathlib import Path

from bootstrap.config.load import expand, load
from bootstrap.workflow.sources import named_urls

_LOCK = """
lock-version = "1.0"
created-by = "test"
[[packages]]
name = "demo"
version = "1.0"
index = "https://locked.example/simple/"
[[packages.wheels]]
name = "demo-1.0-py3-none-any.whl"
url = "https://files.example/demo-1.0-py3-none-any.whl"
hashes = {sha256 = "%s"}
""" % ("a" * 64)
_DEMO = "https://wheels.example/demo-1.0-py3-none-any.whl"


def test_the_urls_of_options_files_and_local_locks_are_named_by_the_user(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(f"-i https://index.example/\n{_DEMO}\n")
    argv = (
        *("-f", "https://links.example/", "-f", str(tmp_path)),
        *("-r", "requirements.txt", "-r", "https://more.example/requirements.txt"),
    )
    config = load(argv, {"HOME": "/nowhere"}, cwd=tmp_path)
    named = {
        "https://index.example/",
        "https://links.example/",
        "https://more.example/requirements.txt",
        _DEMO,
    }
    assert set(named_urls(config)) == named
    (tmp_path / "pylock.toml").write_text(_LOCK)
    locked = load(("-r", "pylock.toml"), {"HOME": "/nowhere"}, cwd=tmp_path)
    assert set(named_urls(locked)) >= {
        "https://locked.example/simple/",
        "https://files.example/demo-1.0-py3-none-any.whl",
    }


def test_what_a_file_from_the_network_names_is_read_after_the_session_is_open(
    tmp_path: Path,
) -> None:
    config = load(("-r", "https://more.example/x.txt"), {"HOME": "/nowhere"}, cwd=tmp_path)
    before = set(named_urls(config))
    expand(config, lambda _url: "-i https://evil.example/simple/\n")
    assert set(named_urls(config)) == before == {"https://more.example/x.txt"}
