"""Errors of package indexes. Credentials in URLs are redacted in all of them."""

from __future__ import annotations

from collections.abc import Sequence

from bootstrap.errors import BootstrapError
from bootstrap.network.errors import HttpStatusError
from bootstrap.redaction import redact


class IndexResponseError(BootstrapError):
    """An index whose response is not that of a package index; `index_url` is redacted.

    Causes: the URL is not that of an index, but of its start page, a login page or a proxy's page.

    Next: let doctor ask it; the URL ends in /simple/ most often:
        python3 get-installer.pyz doctor --index-url https://HOST/simple/
    """

    def __init__(self, index_url: str, message: str, *, hint: str | None = None) -> None:
        self.index_url = redact(index_url)
        super().__init__(message, hint=hint)


class NotAnIndexPageError(IndexResponseError):
    """A page that is neither PEP 503's HTML nor PEP 691's JSON.

    Causes: a login page, a captive portal or a proxy answers in place of the index, or the URL
    lacks /simple/.

    Next: open the URL in a browser, and let doctor ask it:
        python3 get-installer.pyz doctor --index-url https://HOST/simple/
    """

    def __init__(self, index_url: str, page_url: str, found: str) -> None:
        self.page_url, self.found = redact(page_url), found
        super().__init__(
            index_url,
            f"{page_url} is not a page of a package index: expected links to files (PEP 503) or "
            f"JSON (PEP 691), found {found}.",
            hint="Check the index URL: most end in /simple/. A login page of the network may have "
            "been returned instead.",
        )


class ApiVersionError(IndexResponseError):
    """An index with another major version of the simple API (PEP 629).

    Causes: the index is newer than this program, or its answer is wrong.

    Next: use a newer get-installer, or another index with --index-url.
    """

    def __init__(self, index_url: str, page_url: str, version: str) -> None:
        self.page_url, self.version = redact(page_url), version
        super().__init__(
            index_url,
            f"{page_url} has version {version} of the simple API; only version 1 is supported.",
            hint="Use a newer get-installer, or another index.",
        )


class IndexStatusError(IndexResponseError):
    """An index that responded with an HTTP error instead of a page.

    Causes: 401 and 403: a login is missing, wrong or lacks permission; 5xx: the index or a proxy
    has trouble now.

    Next: check the login (in the URL, .netrc or a keyring), or try it later; doctor asks the index:
        python3 get-installer.pyz doctor --index-url https://USER@HOST/simple/
    """

    def __init__(self, index_url: str, name: str, cause: HttpStatusError) -> None:
        self.name, self.status = name, cause.status
        hint = cause.hint
        if 400 <= cause.status < 500:
            hint = (
                f"{hint} If another index has {name}, take it from there with --index-for "
                f"{name}=URL, or let {cause.status} mean that an index does not have a project "
                f"with --ignore-error-codes {cause.status}."
            )
        super().__init__(
            index_url,
            f"The index {index_url} did not return the page of {name}: {cause}",
            hint=hint,
        )


class UnrelatedIndexesError(BootstrapError):
    """Several indexes have a name, and one of them does not name the others (PEP 708).

    Causes: a private project and a stranger's have one name (dependency confusion).

    Next: say which index is meant:
        python3 get-installer.pyz --venv demo --index-for NAME=https://HOST/simple/ NAME
    """

    def __init__(self, name: str, index_urls: Sequence[str]) -> None:
        self.name, self.index_urls = name, tuple(redact(url) for url in index_urls)
        locations = "".join(f"\n  {url}" for url in self.index_urls)
        super().__init__(
            f"Several indexes have a project named {name} and do not declare that it is the same "
            f"(PEP 708):{locations}\n"
            "One of them may have a different project with the same name.",
            hint=f"If it is the same project on all of them, use --shared-name {name}. Otherwise "
            "use --index-strategy first, which takes each project from the first index that has "
            "it.",
        )
