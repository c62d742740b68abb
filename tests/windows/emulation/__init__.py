"""What Wine does not do as Windows does: emulations for the engine's process.

`EMULATE=ntfs,scanner` and this directory in PYTHONPATH switch them on; see `emulated` in
`conftest`.
"""
