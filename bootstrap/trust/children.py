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
from pathlib import Path

from bootstrap.provenance import Origin
from bootstrap.trust.anchors import Anchors, distinct, gather
from bootstrap.trust.bundle import stable_bundle
from bootstrap.trust.policy import SystemStore, TrustPolicy
from bootstrap.trust.x509.pem import write_pem

_FILE_VARIABLES = (
    "SSL_CERT_FILE",
    "PIP_CERT",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "CARGO_HTTP_CAINFO",
    "NODE_EXTRA_CA_CERTS",
)
_CLIENT_VARIABLES = ("PIP_CLIENT_CERT", "SSL_CLIENT_CERT", "GIT_SSL_CERT", "GIT_SSL_KEY")


def certificate_variables(
    policy: TrustPolicy,
    cache: Path | None,
    *,
    exported: Collection[str] = (),
    anchors: Iterable[Anchors] | None = None,
    note: Callable[[str], None] = lambda _: None,
) -> dict[str, str]:
    """Return the certificate variables of a child's environment; empty where nothing was said.

    `cache` is where the bundle's stable place is, `exported` the names of the variables the
    child inherits. `anchors` are those of the run, where they have been read already. `note` is
    told (for `-v`) where something cannot be passed on.
    """
    variables: dict[str, str] = {}
    said = [source.origin for source in policy.sources if source.origin.kind != "default"]
    if said:
        words = _authorities(policy, cache, anchors, note)
        variables |= _beside_exported(words, said, exported)
    if policy.client_certificate is not None:
        given = policy.client_certificate
        words = dict.fromkeys(_CLIENT_VARIABLES, str(given.value.absolute()))
        variables |= _beside_exported(words, [given.origin], exported)
    return variables


def _authorities(
    policy: TrustPolicy,
    cache: Path | None,
    anchors: Iterable[Anchors] | None,
    note: Callable[[str], None],
) -> dict[str, str]:
    if all(isinstance(source, SystemStore) for source in policy.sources):
        return {"UV_SYSTEM_CERTS": "1"}  # every other program asks the system unless told not to
    bundle = _file_as_named(policy) or _combined(policy, cache, anchors, note)
    if bundle is None:
        return {}
    variables = dict.fromkeys(_FILE_VARIABLES, str(bundle))
    if not _asks_system(policy):
        variables["SSL_CERT_DIR"] = ""
    return variables


def _asks_system(policy: TrustPolicy) -> bool:
    return any(isinstance(source, SystemStore) for source in policy.sources)


def _file_as_named(policy: TrustPolicy) -> Path | None:
    """Return the file `--cert` names, where it is all there is and children can read it."""
    named = policy.exclusive
    if named is None or len(policy.sources) != 1 or not named.path.is_file():
        return None
    with named.path.open("rb") as stream:
        is_text = b"-----BEGIN CERTIFICATE-----" in stream.read()
    return named.path.absolute() if is_text else None


def _combined(
    policy: TrustPolicy,
    cache: Path | None,
    anchors: Iterable[Anchors] | None,
    note: Callable[[str], None],
) -> Path | None:
    """Write all that is in force to the stable place."""
    anchors = gather(policy) if anchors is None else tuple(anchors)
    if any(each.by_platform for each in anchors):
        note(
            "The operating system's own store cannot be written to a file for child processes; "
            "those that read files are told of the other authorities only."
        )
    return stable_bundle(cache, write_pem(distinct(anchors)), note)


def _beside_exported(
    words: dict[str, str], said: Iterable[Origin], exported: Collection[str]
) -> dict[str, str]:
    """Leave out what the child inherits, where nothing but variables spoke."""
    said = tuple(said)
    if any(origin.kind != "variable" for origin in said):
        return words
    inherited = {*exported, *(origin.name for origin in said)}
    return {name: value for name, value in words.items() if name not in inherited}
