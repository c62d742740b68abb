"""Options: their table, and their values from the command line, the environment and pip.conf."""
