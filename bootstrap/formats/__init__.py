"""The formats of what others wrote, each measured by `bootstrap.limits` before it is parsed.

No other module calls the parsers of JSON, TOML, versions, markers, requirements and file names.
"""
