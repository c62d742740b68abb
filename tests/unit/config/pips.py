"""The real pip in a process of its own."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ORACLE = Path(__file__).with_name("pip_oracle.py")


@dataclass(frozen=True)
class Pip:
    """The real pip in a process of its own, which parses what we parse."""

    process: subprocess.Popen[str]

    def parse(self, **question: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps(question), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())
