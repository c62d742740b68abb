"""Windows on Linux: the real CPython for Windows, run by Wine, made from nothing.

`python -m tools.windows DIRECTORY` makes it; `nox -s windows` runs the tests with it. Nothing
outside the directory is changed, except that Wine's Debian package is installed where Wine is
missing. Everything that is downloaded is pinned by hash in `requirements.txt`.

What Wine 8 lacks, and what is changed therefore (nothing that get-installer calls):

- `_wmi.pyd` is left out, because `propsys.dll` cannot do what it needs. `platform` works without.
- `shutil` is made to believe that there is no `CopyFile2`, so that it copies as everywhere else.
- Copies of `python.exe` serve as the launchers of `venv`, which the embeddable package lacks. They
  find `python313.dll` in Windows' own directory.
- `bcryptprimitives.dll`, which programs in Rust import, is made here. It only forwards.
- `msvcrt.locking` raises the error that it raises on Windows.

What stays different from Windows: a directory can be renamed while a file in it is open; a file
that is read-only can be replaced; paths may be longer than 260 characters; access rights are not
inherited; there are neither junctions nor links. `tests/windows/emulation` emulates some of that.
"""
