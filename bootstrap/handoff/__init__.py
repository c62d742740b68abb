"""What becomes of this process: the installer, told in its own words what the user said to us."""
