# get-installer: puts a working Python package installer into any environment.
#
# These lines run on Python 2.7 and newer, with or without zlib, to tell those that cannot run the
# rest.
import sys

if sys.version_info < (3, 10):
    sys.exit(
        "get-installer runs on Python 3.10 or newer, and this is Python %d.%d.%d: "
        "run it with a newer Python and name this one as the target, as in "
        "`python3 get-installer.pyz --python %s`." % (sys.version_info[:3] + (sys.executable,))
    )
