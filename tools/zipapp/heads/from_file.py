# The archive is read once, into memory: the file may be replaced or deleted while we run.
import os.path

path = os.path.abspath(__loader__.archive)
with open(path, "rb") as file:
    data = file.read()
launcher = {"__name__": "bootstrap._archive"}
exec(__loader__.get_data("bootstrap/_archive.py"), launcher)
launcher["start"](data, path)

if __name__ == "__main__":
    from bootstrap.cli import main

    sys.exit(main())
