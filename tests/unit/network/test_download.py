from __future__ import annotations

import gzip
import hashlib
import os
import re
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from bootstrap.network.errors import (
    DownloadSpaceError,
    InterruptedTransferError,
    SizeMismatchError,
    TooLargeError,
)
from bootstrap.network.session import Session
from bootstrap.network.urls import MalformedUrlError
from bootstrap.trust.hashes import Hashes, HashMismatchError
from tests.servers import Features, IndexServer, make_wheel
from tests.servers.faults import (
    Fault,
    changed,
    claiming_length,
    drop,
    endless,
    oversized,
    stall,
    status,
    truncated,
)
from tests.servers.loopback import Exchange, Reply
from tests.unit.network.conftest import MakeSession

NAME = "demo-1.0-py3-none-any.whl"
FILE = f"/files/{re.escape(NAME)}"


@pytest.fixture
def wheel(index: IndexServer, tmp_path: Path) -> Path:
    """A wheel of a megabyte that does not compress, on the index."""
    (tmp_path / "wheels").mkdir()
    path = make_wheel(tmp_path / "wheels", "demo", "1.0", files={"demo.bin": os.urandom(1 << 20)})
    index.add(path)
    return path


GZIP = {"Content-Encoding": "gzip"}


def encoded(encoding: str, body: bytes) -> Fault:
    """Answer with this body under a Content-Encoding."""
    headers = {"Content-Encoding": encoding}
    return lambda exchange, reply: exchange.send(  # noqa: ARG005
        Reply(200, headers, body)
    )


def hashes_of(path: Path) -> Hashes:
    return Hashes.of([("sha256", hashlib.sha256(path.read_bytes()).hexdigest())])


def fetch(session: Session, index: IndexServer, wheel: Path) -> bytes:
    size = wheel.stat().st_size
    url = index.file_url(NAME)
    return session.download(
        url, filename=NAME, expected=hashes_of(wheel), size=size
    ).path.read_bytes()


def test_a_file_is_downloaded_under_its_name(
    session: Session, index: IndexServer, wheel: Path
) -> None:
    path = session.download(index.file_url(NAME), filename=NAME).path
    assert path.name == NAME
    assert path.read_bytes() == wheel.read_bytes()


def test_an_interrupted_download_is_resumed(
    session: Session, index: IndexServer, wheel: Path
) -> None:
    index.fault(FILE, drop(after=400_000), times=1)
    assert fetch(session, index, wheel) == wheel.read_bytes()
    first, second = index.requests
    assert "range" not in first.headers
    begin = int(second.headers["range"].removeprefix("bytes=").rstrip("-"))
    assert 0 < begin <= 400_000
    assert second.headers["if-range"].startswith('"')


def test_a_stalled_download_is_resumed(
    make_session: MakeSession, index: IndexServer, wheel: Path
) -> None:
    index.fault(FILE, stall(5, after=400_000), times=1)
    assert fetch(make_session(timeout=0.5), index, wheel) == wheel.read_bytes()


@pytest.mark.parametrize("features", [Features(ranges=False), Features(etags=False)])
def test_a_download_that_cannot_be_resumed_starts_again(
    session: Session, index: IndexServer, wheel: Path, features: Features
) -> None:
    index.features = features
    index.fault(FILE, drop(after=400_000), times=2)
    assert fetch(session, index, wheel) == wheel.read_bytes()
    assert len(index.requests) == 3


def test_a_file_that_changed_is_downloaded_from_its_beginning(
    session: Session, index: IndexServer, wheel: Path
) -> None:
    def replaced(exchange: object, reply: object) -> None:
        drop(after=400_000)(exchange, reply)  # type: ignore[arg-type]  # passed through
        make_wheel(wheel.parent, "demo", "1.0", files={"demo.bin": b"new"})

    index.fault(FILE, replaced, times=1)
    path = session.download(index.file_url(NAME), filename=NAME).path
    assert path.read_bytes() == wheel.read_bytes()


def test_a_range_that_the_server_refuses_starts_again(
    session: Session, index: IndexServer, wheel: Path
) -> None:
    index.fault(FILE, drop(after=400_000), times=1)
    index.fault(FILE, status(416), times=1)
    assert fetch(session, index, wheel) == wheel.read_bytes()
    assert "range" not in index.requests[2].headers


def test_a_download_is_not_retried_forever(
    session: Session, index: IndexServer, wheel: Path
) -> None:
    index.fault(FILE, drop(after=10))
    with pytest.raises(InterruptedTransferError):
        fetch(session, index, wheel)
    assert len(index.requests) == 3


def test_a_changed_file_is_refused(session: Session, index: IndexServer, wheel: Path) -> None:
    index.fault(FILE, changed())
    with pytest.raises(HashMismatchError) as caught:
        fetch(session, index, wheel)
    assert caught.value.file == NAME
    assert len(index.requests) == 1


def test_a_second_algorithm_is_checked_too(
    session: Session, index: IndexServer, wheel: Path
) -> None:
    wrong = Hashes.of(
        [*((a, d) for a, (d,) in hashes_of(wheel).allowed.items()), ("sha512", "00" * 64)]
    )
    with pytest.raises(HashMismatchError, match="sha512"):
        session.download(index.file_url(NAME), filename=NAME, expected=wrong)


@pytest.mark.parametrize(
    ("fault", "found"),
    [(truncated(1000), "1,000 announced"), (oversized(10), "announced")],
    ids=["truncated", "oversized"],
)
def test_a_wrong_length_is_refused_before_anything_is_read(
    session: Session, index: IndexServer, wheel: Path, fault: object, found: str
) -> None:
    index.fault(FILE, fault)  # type: ignore[arg-type]  # parametrised
    with pytest.raises(SizeMismatchError, match=found) as caught:
        fetch(session, index, wheel)
    assert caught.value.expected == wheel.stat().st_size
    assert len(index.requests) == 1


@pytest.mark.usefixtures("wheel")
def test_more_bytes_than_the_size_on_the_index_are_never_written(
    session: Session, index: IndexServer
) -> None:
    with pytest.raises(SizeMismatchError):
        session.download(index.file_url(NAME), filename=NAME, size=1000)


def test_fewer_bytes_than_announced_are_an_interruption(
    session: Session, index: IndexServer, wheel: Path
) -> None:
    index.fault(FILE, claiming_length(2 << 20), times=1)
    path = session.download(index.file_url(NAME), filename=NAME).path
    assert path.read_bytes() == wheel.read_bytes()


@pytest.mark.parametrize("name", ["../x.whl", "a/b.whl", "a\\b.whl", "..", ""])
def test_a_file_name_with_a_directory_is_refused(
    session: Session, index: IndexServer, name: str
) -> None:
    with pytest.raises(MalformedUrlError):
        session.download(index.file_url(NAME), filename=name)
    assert index.requests == []


@pytest.mark.parametrize("announced", [True, False])
def test_a_file_of_unsaid_size_is_bounded(
    session: Session,
    index: IndexServer,
    wheel: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    announced: bool,
) -> None:
    monkeypatch.setattr("bootstrap.network.download.DISTRIBUTION_SIZE", 1_000_000)
    size = wheel.stat().st_size
    assert session.download(index.file_url(NAME), filename=NAME, size=size).path.exists()
    if not announced:
        index.fault(FILE, endless())
    with pytest.raises(TooLargeError, match="more than 1,000,000 bytes"):
        session.download(index.file_url(NAME), filename=NAME)


def test_a_file_that_would_fill_the_disk_is_refused_before_it_is_received(
    session: Session, index: IndexServer, wheel: Path
) -> None:
    index.fault(FILE, claiming_length(1 << 50))
    with pytest.raises(DownloadSpaceError, match="not enough free space"):
        session.download(index.file_url(NAME), filename=NAME, size=1 << 50)
    assert wheel.exists()


@pytest.mark.usefixtures("wheel")
def test_downloaded_files_are_removed_at_the_end(
    make_session: MakeSession, index: IndexServer
) -> None:
    session = make_session()
    path = session.download(index.file_url(NAME), filename=NAME).path
    session.close()
    assert not path.exists()
    assert not path.parent.parent.exists()


def test_ranges_are_fetched(session: Session, index: IndexServer, wheel: Path) -> None:
    content, size = wheel.read_bytes(), wheel.stat().st_size
    tail = session.download_range(index.file_url(NAME), begin=None, size=100)
    assert tail is not None
    assert (tail.content, tail.begin, tail.total) == (content[-100:], size - 100, size)
    middle = session.download_range(index.file_url(NAME), begin=50, size=10)
    assert middle is not None
    assert middle.content == content[50:60]
    index.features = replace(index.features, ranges=False)
    assert session.download_range(index.file_url(NAME), begin=50, size=10) is None


@pytest.mark.parametrize("has_size", [True, False])
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "utf-8", "aws-chunked"])
def test_a_wheel_that_is_encoded_for_the_transfer_is_decoded(
    session: Session, index: IndexServer, wheel: Path, encoding: str, has_size: bool
) -> None:
    body = wheel.read_bytes()
    body = {"gzip": gzip.compress(body), "deflate": zlib.compress(body)}.get(encoding, body)
    index.fault(FILE, encoded(encoding, body))
    size = wheel.stat().st_size if has_size else None
    file = session.download(
        index.file_url(NAME), filename=NAME, expected=hashes_of(wheel), size=size
    )
    assert file.path.read_bytes() == wheel.read_bytes()


def test_the_size_of_a_decoded_file_is_checked_while_it_is_written(
    make_session: MakeSession, index: IndexServer, wheel: Path
) -> None:
    index.fault(FILE, encoded("gzip", gzip.compress(wheel.read_bytes() + bytes(256 << 20))))
    with pytest.raises(SizeMismatchError, match="found more"):
        fetch(make_session(), index, wheel)


def test_a_decoded_file_without_a_known_size_is_limited(
    make_session: MakeSession, index: IndexServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bootstrap.network.download.DISTRIBUTION_SIZE", 1 << 20)
    index.fault(FILE, encoded("gzip", gzip.compress(b"PK" + bytes(64 << 20))))
    with pytest.raises(TooLargeError):
        make_session().download(index.file_url(NAME), filename=NAME)


def test_an_encoded_download_that_was_cut_off_starts_again(
    session: Session, index: IndexServer, wheel: Path
) -> None:
    body = gzip.compress(wheel.read_bytes())

    def cut(exchange: Exchange, reply: Reply) -> None:
        drop(1 << 19)(exchange, replace(reply, headers={**reply.headers, **GZIP}, body=body))

    index.fault(FILE, cut, times=1)
    index.fault(FILE, encoded("gzip", body))
    assert fetch(session, index, wheel) == wheel.read_bytes()
    assert ["range" in request.headers for request in index.requests] == [False, False]


@pytest.mark.usefixtures("wheel")
def test_a_range_of_an_encoded_file_is_not_used(session: Session, index: IndexServer) -> None:
    def encode(exchange: Exchange, reply: Reply) -> None:
        exchange.send(replace(reply, headers={**reply.headers, **GZIP}))

    assert session.download_range(index.file_url(NAME), begin=None, size=100) is not None
    index.fault(FILE, encode)
    assert session.download_range(index.file_url(NAME), begin=None, size=100) is None
