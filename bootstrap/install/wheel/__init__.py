"""The parts of a wheel: RECORD, entry points, scripts, and the destination of each file."""
