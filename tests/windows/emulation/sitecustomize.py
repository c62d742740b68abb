"""Python imports this at its start: switches on the emulations that EMULATE names."""

import importlib
import os

for _name in filter(None, os.environ.get("EMULATE", "").split(",")):
    importlib.import_module(_name).start()
