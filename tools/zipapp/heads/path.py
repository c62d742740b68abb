# A script's directory, or the current one of a piped script, is no place to import from.
if __name__ == "__main__" and not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    del sys.path[0]
