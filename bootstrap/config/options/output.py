"""How the output looks: for errors, it counts before there is a Config."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from bootstrap.config.options.layers import OptionLayers
from bootstrap.ui import TerminalSettings

if TYPE_CHECKING:
    from bootstrap.ui import ColorChoice

_TRACEBACKS = 2
"""The verbosity from which errors are shown with their traceback."""


def terminal_settings(layers: OptionLayers) -> TerminalSettings:
    """Return how the output looks; of `--color` and `--no-color`, the last one counts."""
    progress = layers.text("progress_bar")
    color: ColorChoice = "auto"
    for value in layers.values:
        if value.option.key == "no-color" and value.as_bool():
            color = "never"
        elif value.option.key == "color":
            color = cast("ColorChoice", value.text)  # checked to be one of them
    return TerminalSettings(color, progress.value if progress else "auto")


def verbosity(layers: OptionLayers) -> int:
    """Return how much is shown: -1 for `-q`, 1 for `-v`."""
    return layers.count("verbose") - layers.count("quiet")


def has_tracebacks(layers: OptionLayers) -> bool:
    """Return whether errors are shown with their traceback."""
    return layers.flag("debug") or verbosity(layers) >= _TRACEBACKS
