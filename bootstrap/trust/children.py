"""The certificate variables of child processes: what the user set, and nothing else.

Without a setting, a child gets no variable. It finds the system store by itself, also where
`SSL_CERT_FILE` or `SSL_CERT_DIR`, which it inherits, redefine it.

With a setting, the child gets these variables, with absolute paths:

=======================  ===================================================================
SSL_CERT_FILE            OpenSSL, uv, httpx (pdm, hatch): replaces the default file
SSL_CERT_DIR             the same programs: empty for `--cert`, because the built-in directory
                         would add to it
PIP_CERT                 pip: adds to its defaults since 24.2, replaces them before that
REQUESTS_CA_BUNDLE       requests (poetry, twine, hooks): replaces
CURL_CA_BUNDLE           curl: replaces
GIT_SSL_CAINFO           git: replaces
CARGO_HTTP_CAINFO        cargo (maturin, setuptools-rust): replaces
NODE_EXTRA_CA_CERTS      node and npm (hooks that build web pages): adds
UV_SYSTEM_CERTS          uv, for `--trust system`
=======================  ===================================================================

Most of them replace, so what adds (`--add-cert`) is passed as one bundle of everything in force.
Where all settings come from the environment, the variables that the user exported stay as they
are: each program has its own setting already.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from bootstrap.dataclasses import dataclass
from bootstrap.provenance import Origin
from bootstrap.trust.anchors import Anchors
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
_CLIENT_VARIABLES = ("PIP_CLIENT_CERT", "SSL_CLIENT_CERT", "GIT_SSL_CERT", "GIT_SSL_KEY")


@dataclass(frozen=True)
class ChildCertificates:
    """What child processes need, read before anything is installed.

    If files vanish during the run, each child still gets paths that exist.
    """

    policy: TrustPolicy
    cache: Path | None
    """The user's cache directory, where the bundle is kept."""
    exported: Collection[str]
    """The names of the variables that children inherit."""
    certificates: tuple[bytes, ...]
    """All that are in force, as DER; empty where children use their own defaults."""
    pem_file: Path | None
    """The file of `--cert`, where it is the only source and children can read it."""
    note: Callable[[str], None]
    """Receives (for `-v`) what cannot be passed on."""

    def variables(self) -> dict[str, str]:
        """Return the certificate variables of a child's environment.

        Writes the bundle if it is needed and does not exist (any more).
        """
        variables: dict[str, str] = {}
        if origins := _set_by_user(self.policy):
            variables |= self._not_inherited(self._ca_variables(), origins)
        if self.policy.client_certificate is not None:
            path = str(self.policy.client_certificate.value.absolute())
            client = dict.fromkeys(_CLIENT_VARIABLES, path)
            variables |= self._not_inherited(client, [self.policy.client_certificate.origin])
        return variables

    def _ca_variables(self) -> dict[str, str]:
        if _is_system_only(self.policy):
            return {"UV_SYSTEM_CERTS": "1"}  # every other program uses the system store by default
        file = self.pem_file
        if file is None or not file.is_file():
            file = stable_bundle(self.cache, write_pem(self.certificates), self.note)
        if file is None:
            return {}
        variables = dict.fromkeys(_FILE_VARIABLES, str(file))
        if not any(isinstance(source, SystemStore) for source in self.policy.sources):
            variables["SSL_CERT_DIR"] = ""
        return variables

    def _not_inherited(self, variables: dict[str, str], origins: list[Origin]) -> dict[str, str]:
        """Leave out what the child inherits, where all settings come from the environment."""
        if any(origin.kind != "variable" for origin in origins):
            return variables
        inherited = {*self.exported, *(origin.name for origin in origins)}
        return {name: value for name, value in variables.items() if name not in inherited}


def needs_anchors(policy: TrustPolicy) -> bool:
    """Return whether child processes are passed CA certificates."""
    return bool(_set_by_user(policy)) and not _is_system_only(policy)


def child_certificates(
    policy: TrustPolicy,
    anchors: Anchors,
    cache: Path | None,
    *,
    exported: Collection[str] = (),
    note: Callable[[str], None] = lambda _: None,
) -> ChildCertificates:
    """Return what child processes need; `anchors` may be empty unless `needs_anchors(policy)`."""
    pem_file = None
    if not needs_anchors(policy):
        anchors = Anchors()
    elif anchors.uses_os_verifier:
        note(
            "Child processes cannot be passed the operating system's own CA certificates; those "
            "that read CA files get the other certificates only."
        )
    elif len(anchors.sources) == 1 and anchors.sources[0].is_pem_file:
        pem_file = anchors.sources[0].paths[0].absolute()
    return ChildCertificates(policy, cache, exported, anchors.certificates, pem_file, note)


def _set_by_user(policy: TrustPolicy) -> list[Origin]:
    """Return the origins of the sources that are not in force by default."""
    return [source.origin for source in policy.sources if source.origin.kind != "default"]


def _is_system_only(policy: TrustPolicy) -> bool:
    return all(isinstance(source, SystemStore) for source in policy.sources)
