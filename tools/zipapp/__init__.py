"""The steps of the build, a module each, in the order in which build_zipapp.py takes them."""
