from __future__ import annotations

from pathlib import Path

import pytest

from tools.vendoring.pins import Pin, read_pins, write_pins

SHA256 = "ab" * 32


def test_pins_are_read_as_they_are_written(tmp_path: Path) -> None:
    pins = [Pin("pyproject-hooks", "1.2", SHA256), Pin("idna", "3", SHA256)]
    write_pins(tmp_path / "pins.txt", pins)
    assert read_pins(tmp_path / "pins.txt") == sorted(pins, key=lambda pin: pin.name)
    assert pins[0].package == "pyproject_hooks"


@pytest.mark.parametrize("line", ["idna", "idna==3", f"idna>=3 --hash=sha256:{SHA256}", ""])
def test_a_line_that_is_no_pin_is_refused(line: str, tmp_path: Path) -> None:
    file = tmp_path / "pins.txt"
    file.write_text(f"{line}\n")
    with pytest.raises(ValueError, match=r"expected NAME==VERSION") as caught:
        read_pins(file)
    assert repr(line) in str(caught.value)
