"""Which URLs a package may require: its requirements act with the rights of where it came from."""

from __future__ import annotations

from collections.abc import Collection

from bootstrap._vendor.packaging.requirements import Requirement
from bootstrap._vendor.packaging.utils import canonicalize_name
from bootstrap.dataclasses import dataclass
from bootstrap.network.references import normalize_reference
from bootstrap.network.urls import (
    is_downgrade,
    is_file_reference,
    is_server_reference,
    is_vcs_url,
    split_fragment,
    url_filename,
)
from bootstrap.resolve.requirement import UrlRules
from bootstrap.resolve.source import UnusableCandidateError
from bootstrap.trust.hashes import Hashes


@dataclass(frozen=True)
class Requirer:
    """A package, or a source that is being built, whose requirements its author wrote."""

    label: str
    """What messages call it."""
    url: str = ""
    """Where it came from; "" if that is not known."""
    is_direct: bool = False
    """Whether that is a direct reference, and not a file of an index or of find-links."""

    @property
    def is_local(self) -> bool:
        """Whether it was named by its path: then its author is somebody who uses this machine."""
        return self.is_direct and is_file_reference(self.url)


class TransitiveUrlError(UnusableCandidateError):
    """A package requires something by a URL that it must not name.

    Causes: a package of an index requires something by URL, which could bring in anything.

    Next: choose another version of it; or ask for that URL yourself, if you trust it:
        python3 get-installer.pyz --venv demo 'NAME @ https://HOST/FILE.whl' OTHER
    """

    def __init__(self, requirer: Requirer, requirement: Requirement, reason: str) -> None:
        self.requirer, self.requirement, self.reason = requirer, requirement, reason
        super().__init__(
            f"{requirer.label} requires {requirement}, but {reason}",
            hint=f"Choose another version of what requires it. If {requirement.name} at this URL "
            f'is what you need, ask for it yourself: "{requirement.name} @ {requirement.url}".',
        )


def check_url(
    requirement: Requirement, requirer: Requirer, rules: UrlRules, own: Collection[str]
) -> None:
    """Raise `TransitiveUrlError` for a requirement with a URL that must not be fetched.

    :param own: the normalized URLs of the user's own requirements and constraints
    """
    url = split_fragment(requirement.url or "")[0]
    if requirement.url is not None and normalize_reference(url) not in own:
        reason = _find_reason(requirement, requirement.url, requirer, rules)
        if reason is not None:
            raise TransitiveUrlError(requirer, requirement, reason)


def _find_reason(
    requirement: Requirement, url: str, requirer: Requirer, rules: UrlRules
) -> str | None:
    is_remote = is_server_reference(url)
    if not is_remote and not requirer.is_local:
        return "only a package that you named by its path may name a path of this machine"
    name = canonicalize_name(requirement.name)
    if name in rules.pinned and not requirer.is_local:
        return "--index-for takes that project from one index only"
    is_wheel = url_filename(url).endswith(".whl") and not is_vcs_url(url)
    if not is_wheel and not rules.formats.allows_sdist(name):
        return "it has to be built, which --only-binary excludes"
    if is_remote and not rules.transitive and not requirer.is_direct:
        return "--no-transitive-urls allows URLs only in your own requirements"
    if is_downgrade(requirer.url, url) and not Hashes.in_fragment(url).strong():
        return "it is not protected by https or a hash, as the package itself is"
    return None
