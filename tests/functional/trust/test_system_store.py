"""A CA certificate that is only in the system store, where administrators install it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.functional.conftest import LocalIndex
from tests.functional.engine import Engine
from tests.functional.trust.proxy_py import Interceptor
from tests.functional.trust.system_store import needs_root, with_ca_in_system_store
from tests.servers import make_sdist

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="proxy.py runs openssl")


@needs_root
def test_a_ca_in_the_system_store_needs_no_option(
    engine: Engine, index: LocalIndex, proxy: Interceptor, venv: Path, tmp_path: Path
) -> None:
    # pip#13343: behind an HTTP proxy the system store was not used.
    index.add("helper", "1.0")
    index.server.add(make_sdist(index.wheels, "built", "1.0", build_requires=["helper"]))
    inside = with_ca_in_system_store(proxy.ca, tmp_path / "copy")
    options = ("--venv", venv, "--index-url", index.server.simple_url, "--proxy", proxy.url)
    done = replace(engine, command=(*inside, *engine.command)).succeeds(*options, "built")
    assert "built 1.0" in done.out
    assert "Interception Root" in engine.fails(*options, "built").err
