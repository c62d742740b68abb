# The archive is read once, into memory: the file may be replaced or deleted while we run. In a kit
# it is the end of the file, and says how long it is; the file stays open, for what is before it.
import os.path

path = os.path.abspath(__loader__.archive)
file = open(path, "rb")
file.seek(-22, 2)
end = file.read()
size = 22 + int.from_bytes(end[12:16], "little") + int.from_bytes(end[16:20], "little")
kit_size = file.seek(-size, 2)
data = file.read()
if not kit_size:
    file.close()
launcher = {"__name__": "bootstrap._archive"}
exec(__loader__.get_data("bootstrap/_archive.py"), launcher)
launcher["start"](data, path, file if kit_size else None)

if __name__ == "__main__":
    from bootstrap.cli import main

    sys.exit(main())
