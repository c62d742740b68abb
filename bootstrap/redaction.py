"""Text without user names and passwords, whatever surrounds them."""

from __future__ import annotations

import re

_MASK = "****@"
_PLACEHOLDER = "USER:PASSWORD@"
"""What our own hints say where the user is to write the credentials."""
_GIT = "git@"
"""The user name of every SSH repository: not a secret."""
_WORD = re.compile(r"[^ \t]+")
_PORT = re.compile(r"[^/?#@:]*:\d{1,5}(?=[/?#]|$)")
_AUTHORITY_END = re.compile(r"[/?#]")
_SPACED = re.compile(r"://[^\s/?#@:]*:(?!\d{0,5}(?:[/?#\s]|$))[^@]*@(?:[^ \t]*@)?")
"""A colon in an authority that begins no port: the password goes on up to the next @."""
_PARTS = re.compile(r"[^'\"(<\[{=,]+")
"""What may begin with a user name: quotes and the like come before it."""


def redact(text: str) -> str:
    """Return a URL, or any text with URLs or `USER:PASSWORD@HOST` in it, without credentials.

    It rather hides too much than too little: user names and passwords may contain `@`, `/`, `:`,
    quotes and white space. In doubt, all between `://` and the last `@` is hidden.
    """
    if "@" not in text:
        return text
    return "\n".join(_redact_line(line) if "@" in line else line for line in text.split("\n"))


def _redact_line(line: str) -> str:
    end = line.rindex("@") + 1
    joined = _SPACED.sub(lambda found: re.sub("[ \t]", "%20", found[0]), line[:end])
    return _WORD.sub(lambda found: _redact_word(found[0]), joined + line[end:])


def _redact_word(word: str) -> str:
    last = word.rfind("@")
    if last < 0:
        return word
    scheme_end = word.find("://", 0, last)
    if scheme_end < 0 or ":" in word[:scheme_end]:
        return _redact_user_info(word, last)
    begin = scheme_end + len("://")
    before = f"{_redact_word(word[:scheme_end])}://"
    if word[begin : last + 1] == _PLACEHOLDER:
        return f"{before}{word[begin:]}"
    authority = _AUTHORITY_END.search(word, begin)
    user_info_end = word.rfind("@", begin, authority.start() if authority else len(word)) + 1
    cut = user_info_end or begin
    # A path may contain an @ (a revision), but a colon before it, which is not that of the port,
    # belongs to credentials that are not encoded.
    port = _PORT.match(word, cut)
    if ":" in word[port.end() if port else cut : last]:
        cut = last + 1
    mask = _MASK if cut > begin and word[begin:cut] != _GIT else word[begin:cut]
    return f"{before}{mask}{word[cut:]}"


def _redact_user_info(word: str, last: int) -> str:
    """Redact `USER:PASSWORD@HOST`, which has no scheme."""
    for part in _PARTS.finditer(word, 0, last):
        begin, end = part.span()
        port = _PORT.match(word, begin, end + 1)
        colon = word.find(":", port.end() if port else begin, end)
        is_drive = colon == begin + 1 and word[colon + 1] == "\\"
        is_key = colon == begin == end - 1 and end < last
        if colon >= 0 and not is_drive and not is_key:
            return f"{word[:begin]}{_MASK}{word[last + 1 :]}"
    return word
