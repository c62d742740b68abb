"""Fixtures of the tests of the network."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bootstrap.network.session import Session
from bootstrap.network.settings import NetworkSettings
from bootstrap.trust.policy import TrustPolicy, decide
from bootstrap.trust.settings import TrustSettings
from bootstrap.ui import Ui
from tests.servers import Authority, IndexServer


@dataclass
class RecordedUi:
    """A user interface whose output is recorded."""

    out: io.StringIO = field(default_factory=io.StringIO)
    err: io.StringIO = field(default_factory=io.StringIO)

    @property
    def ui(self) -> Ui:
        """The user interface."""
        return Ui(self.out, self.err, verbosity=2)

    @property
    def warnings(self) -> str:
        """The warnings."""
        return self.err.getvalue()

    @property
    def everything(self) -> str:
        """All output."""
        return self.out.getvalue() + self.err.getvalue()


@pytest.fixture
def recorded() -> RecordedUi:
    """The output of the session."""
    return RecordedUi()


MakeSession = Callable[..., Session]


@pytest.fixture
def make_session(authority: Authority, recorded: RecordedUi) -> Iterator[MakeSession]:
    """Make sessions that trust the authority; keyword arguments are network settings."""
    with ExitStack() as stack:

        def make(*, trust: TrustSettings | None = None, **keywords: Any) -> Session:
            policy = decide(trust) if trust else TrustPolicy(())
            settings = NetworkSettings(**{"timeout": 5.0, "retries": 2, **keywords})
            session = Session(settings, authority.client_context, policy, recorded.ui)
            return stack.enter_context(session)

        yield make


@pytest.fixture
def session(make_session: MakeSession, tmp_path: Path) -> Session:
    """A session with a cache."""
    return make_session(cache_directory=tmp_path / "cache")


@pytest.fixture
def page(index: IndexServer) -> str:
    """The URL of a project's page."""
    index.add_page("demo", "<a href='demo-1.0.tar.gz'>demo-1.0.tar.gz</a>")
    return f"{index.simple_url}demo/"
