try:
    import zlib
except ImportError:
    sys.exit(
        "get-installer is a compressed archive, and this Python cannot read one: it was built "
        "without the zlib module. Run it with another Python and name this one as the target, as "
        "in `python3 get-installer.pyz --python %s`." % sys.executable
    )
