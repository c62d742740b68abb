"""How the project is installed from its sources."""
