"""Configuration: argv, the environment and pip.conf become one `Config`, parsed once."""
