"""The command line, variables, pip's configuration and requirement files become one Config."""
