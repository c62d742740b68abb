# The archive is below, as text, so that this file can be piped: `curl ... | python3 -`.
# It is imported from memory; nothing is written. To look into it, decode the text: it is a zip.
ARCHIVE = """
@ARCHIVE@"""


def start():
    import binascii
    import io
    import zipfile

    data = binascii.a2b_base64(ARCHIVE)
    launcher = {"__name__": "bootstrap._archive"}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        exec(archive.read("bootstrap/_archive.py"), launcher)
    launcher["start"](data, "get-installer.pyz")


start()

if __name__ == "__main__":
    from bootstrap.cli import end, main

    end(main())
