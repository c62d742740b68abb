# The archive is read once, into memory: the file may be replaced or deleted while we run. In a kit
# it is the end of the file, and says how long it is; the file stays open, for what is before it.
import os.path

path = os.path.abspath(__loader__.archive)
file = open(path, "rb")
file.seek(-22, 2)
end = file.read()
if end[:4] != b"PK\5\6":
    sys.exit(
        "error: %s is damaged: bytes were added to its end.\nhint: Download or copy it again."
        % path
    )
size = 22 + int.from_bytes(end[12:16], "little") + int.from_bytes(end[16:20], "little")
kit_size = file.seek(-size, 2)
data = file.read()
if not kit_size:
    file.close()
# The importer, too, is compiled already, where there is bytecode for this Python (PEP 3147's name).
import importlib.util
import marshal

magic = "".join("%02x" % byte for byte in importlib.util.MAGIC_NUMBER)
try:
    member = "bytecode/%s-%s" % (sys.implementation.cache_tag, magic)
    bytecode = marshal.loads(__loader__.get_data(member))
    importer = marshal.loads(bytecode["bootstrap._archive"])
except OSError:
    bytecode = {}
    importer = __loader__.get_data("bootstrap/_archive.py")
launcher = {"__name__": "bootstrap._archive"}
exec(importer, launcher)
launcher["start"](data, path, file if kit_size else None, bytecode)

if __name__ == "__main__":
    from bootstrap.cli import end, main

    end(main())
