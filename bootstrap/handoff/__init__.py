"""The hand-off: the engine becomes the installer, which gets the user's settings as variables."""
