"""Every setting that names a CA file, as a user would use it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class CertSetting:
    """Options and environment variables."""

    options: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)

    def __add__(self, other: CertSetting) -> CertSetting:
        return CertSetting((*self.options, *other.options), {**self.environ, **other.environ})


CertSettingFactory = Callable[[Path], CertSetting]


def _by_option(name: str) -> CertSettingFactory:
    return lambda pem: CertSetting(options=(name, str(pem)))


def _by_variable(name: str) -> CertSettingFactory:
    return lambda pem: CertSetting(environ={name: str(pem)})


def _by_directory(pem: Path) -> CertSetting:
    """Make a directory with a hashed name beside the file; OpenSSL reads no others."""
    hashed = ["openssl", "x509", "-noout", "-subject_hash", "-in", str(pem)]
    name = subprocess.run(hashed, capture_output=True, text=True, check=True).stdout.strip()
    directory = pem.with_suffix(".hashed")
    directory.mkdir()
    (directory / f"{name}.0").write_bytes(pem.read_bytes())
    return CertSetting(environ={"SSL_CERT_DIR": str(directory)})


def _by_pip_conf(pem: Path) -> CertSetting:
    configuration = pem.with_suffix(".conf")
    configuration.write_text(f"[global]\ncert = {pem}\n")
    return CertSetting(environ={"PIP_CONFIG_FILE": str(configuration)})


CERT_SETTINGS: Mapping[str, CertSettingFactory] = {
    "--cert": _by_option("--cert"),
    "--add-cert": _by_option("--add-cert"),
    "PIP_CERT": _by_variable("PIP_CERT"),
    "pip.conf": _by_pip_conf,
    "REQUESTS_CA_BUNDLE": _by_variable("REQUESTS_CA_BUNDLE"),
    "CURL_CA_BUNDLE": _by_variable("CURL_CA_BUNDLE"),
    "SSL_CERT_FILE": _by_variable("SSL_CERT_FILE"),
    "SSL_CERT_DIR": _by_directory,
}
