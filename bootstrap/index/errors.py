"""What an index can get wrong; every URL in these errors is redacted."""

from __future__ import annotations

from collections.abc import Sequence

from bootstrap.errors import BootstrapError
from bootstrap.network.errors import HttpStatusError
from bootstrap.network.urls import redact


class IndexAnswerError(BootstrapError):
    """An index that did not answer as an index does; `index_url` is redacted."""

    def __init__(self, index_url: str, message: str, *, hint: str | None = None) -> None:
        self.index_url = redact(index_url)
        super().__init__(redact(message), hint=hint)


class NotAnIndexPageError(IndexAnswerError):
    """A page that is neither PEP 503's HTML nor PEP 691's JSON."""

    def __init__(self, index_url: str, page_url: str, found: str) -> None:
        self.page_url, self.found = redact(page_url), found
        super().__init__(
            index_url,
            f"{page_url} is no page of a package index: expected links to files (PEP 503) or "
            f"their JSON (PEP 691), found {found}.",
            hint="Is the index URL right (they often end in /simple/)? A login page or a portal "
            "of the network may stand in its place.",
        )


class ApiVersionError(IndexAnswerError):
    """An index that speaks another major version of the simple API (PEP 629)."""

    def __init__(self, index_url: str, page_url: str, version: str) -> None:
        self.page_url, self.version = redact(page_url), version
        super().__init__(
            index_url,
            f"{page_url} speaks version {version} of the simple API; this program knows version 1.",
            hint="Get a newer get-installer, or name another index.",
        )


class IndexStatusError(IndexAnswerError):
    """An index that answered with a refusal or a failure instead of a page."""

    def __init__(self, index_url: str, name: str, cause: HttpStatusError) -> None:
        self.name, self.status = name, cause.status
        super().__init__(
            index_url,
            f"The index {index_url} could not be asked for {name}: {cause}",
            hint=cause.hint,
        )


class UnrelatedIndexesError(BootstrapError):
    """A name that several indexes serve, of which one says that they are not related (PEP 708)."""

    def __init__(self, name: str, index_urls: Sequence[str]) -> None:
        self.name, self.index_urls = name, tuple(redact(url) for url in index_urls)
        places = "".join(f"\n  {url}" for url in self.index_urls)
        super().__init__(
            f"{name} is served by indexes that do not say it is the same project:{places}\n"
            "One of them may carry another's project of the same name.",
            hint=f"If it is the same project on all of them, say --shared-name {name}. Else use "
            "--index-strategy first, which takes each project from the first index that knows it.",
        )
