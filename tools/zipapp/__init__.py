"""The steps of the build, one module for each; build_zipapp.py runs them."""
