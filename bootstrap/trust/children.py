"""What a child process is told about certificates: what the user said, and no more.

Nothing said: nothing. The child discovers the system's store by itself, also where
`SSL_CERT_FILE` or `SSL_CERT_DIR` redefine it, which the child inherits.

Something said, the child gets it in its own words, as absolute paths:

=======================  ===================================================================
SSL_CERT_FILE            OpenSSL, uv, httpx (pdm, hatch): replaces the default file
SSL_CERT_DIR             the same programs: emptied for `--cert`, so that the built-in
                         directory does not add to what shall be exclusive
PIP_CERT                 pip: adds to its defaults since 24.2, replaces them before that
REQUESTS_CA_BUNDLE       requests (poetry, twine, hooks): replaces
CURL_CA_BUNDLE           curl: replaces
GIT_SSL_CAINFO           git: replaces
CARGO_HTTP_CAINFO        cargo (maturin, setuptools-rust): replaces
NODE_EXTRA_CA_CERTS      node and npm (hooks that build web pages): adds
UV_SYSTEM_CERTS          uv, for `--trust system`
=======================  ===================================================================

Since most of them replace, what adds (`--add-cert`) reaches a child as one bundle of all that is
in force. Where the environment alone spoke, the variables the user exported stay as they are:
each program has been told in its own words already.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from bootstrap.provenance import Origin
from bootstrap.trust.anchors import Anchors, distinct, gather
from bootstrap.trust.bundle import stable_bundle
from bootstrap.trust.pem import write_pem
from bootstrap.trust.policy import SystemStore, TrustPolicy

_FILE_VARIABLES = (
    "SSL_CERT_FILE",
    "PIP_CERT",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "CARGO_HTTP_CAINFO",
    "NODE_EXTRA_CA_CERTS",
)
_PLATFORMS_OWN = (
    "The operating system's own store cannot be written to a file for child processes; those that "
    "read files are told of the other authorities only."
)
_CLIENT_VARIABLES = ("PIP_CLIENT_CERT", "SSL_CLIENT_CERT", "GIT_SSL_CERT", "GIT_SSL_KEY")


@dataclass(frozen=True)
class ChildCertificates:
    """What children are told, decided and read before anything is installed.

    Whatever vanishes while the run goes on, each child is given paths that are there.
    """

    policy: TrustPolicy
    cache: Path | None
    """Where the bundle's stable place is."""
    exported: Collection[str]
    """The names of the variables that children inherit."""
    certificates: tuple[bytes, ...]
    """All that is in force, as DER; none where children find out by themselves."""
    note: Callable[[str], None]
    """Told (for `-v`) where something cannot be passed on."""

    def variables(self) -> dict[str, str]:
        """Return the certificate variables of a child's environment; none where nothing was said.

        Makes the bundle where it is needed and not there (any more).
        """
        variables: dict[str, str] = {}
        if said := _said(self.policy):
            variables |= _beside_exported(self._authorities(), said, self.exported)
        if self.policy.client_certificate is not None:
            given = self.policy.client_certificate
            words = dict.fromkeys(_CLIENT_VARIABLES, str(given.value.absolute()))
            variables |= _beside_exported(words, [given.origin], self.exported)
        return variables

    def _authorities(self) -> dict[str, str]:
        if _asks_system_alone(self.policy):
            return {"UV_SYSTEM_CERTS": "1"}  # every other program asks it unless told not to
        file = _file_as_named(self.policy) or self._bundle()
        if file is None:
            return {}
        variables = dict.fromkeys(_FILE_VARIABLES, str(file))
        if not any(isinstance(source, SystemStore) for source in self.policy.sources):
            variables["SSL_CERT_DIR"] = ""
        return variables

    def _bundle(self) -> Path | None:
        return stable_bundle(self.cache, write_pem(self.certificates), self.note)


def child_certificates(
    policy: TrustPolicy,
    cache: Path | None,
    *,
    exported: Collection[str] = (),
    anchors: Iterable[Anchors] | None = None,
    note: Callable[[str], None] = lambda _: None,
) -> ChildCertificates:
    """Read what children will be told; reads nothing where nothing was said.

    `anchors` are those of the run, where they have been read already; the others are the fields of
    `ChildCertificates`. Raises `NamedCertificateError` and `NoAnchorsError`.
    """
    certificates: tuple[bytes, ...] = ()
    if _said(policy) and not _asks_system_alone(policy):
        anchors = gather(policy) if anchors is None else tuple(anchors)
        if any(each.by_platform for each in anchors):
            note(_PLATFORMS_OWN)
        certificates = distinct(anchors)
    return ChildCertificates(policy, cache, exported, certificates, note)


def _said(policy: TrustPolicy) -> list[Origin]:
    """Return by whose word sources are in force, where it is anybody's."""
    return [source.origin for source in policy.sources if source.origin.kind != "default"]


def _asks_system_alone(policy: TrustPolicy) -> bool:
    return all(isinstance(source, SystemStore) for source in policy.sources)


def _file_as_named(policy: TrustPolicy) -> Path | None:
    """Return the file `--cert` names, where it is all there is and children can read it."""
    named = policy.exclusive
    if named is None or len(policy.sources) != 1 or not named.path.is_file():
        return None
    with named.path.open("rb") as stream:
        is_text = b"-----BEGIN CERTIFICATE-----" in stream.read()
    return named.path.absolute() if is_text else None


def _beside_exported(
    words: dict[str, str], said: Iterable[Origin], exported: Collection[str]
) -> dict[str, str]:
    """Leave out what the child inherits, where nothing but variables spoke."""
    said = tuple(said)
    if any(origin.kind != "variable" for origin in said):
        return words
    inherited = {*exported, *(origin.name for origin in said)}
    return {name: value for name, value in words.items() if name not in inherited}
