"""Directories with installed distributions, and what is found in them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bootstrap.metadata.installed import InstalledDistributions, installed_distributions
from tests.unit.environment.pythons import RecordingUi, target_of


def written(directory: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return directory


def dist_info(name: str, version: str, *extra: str) -> dict[str, str]:
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *extra]
    return {f"{name}-{version}.dist-info/METADATA": "\n".join(lines) + "\n\nA text\n"}


def found_in(*directories: Path, ui: RecordingUi | None = None) -> InstalledDistributions:
    return installed_distributions(replace(target_of(), search_path=directories), ui)
