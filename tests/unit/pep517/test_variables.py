"""Which variables hooks and git get."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bootstrap.pep517.settings import BuildSettings
from bootstrap.pep517.variables import git_environ, hook_environ

CALLER = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "CFLAGS": "-O3",
    "PYTHONPATH": "/caller",
    "PYTHONHOME": "/caller",
    "PYTHONSTARTUP": "/caller",
    "PYTHONWARNINGS": "error",
    "__PYVENV_LAUNCHER__": "/caller",
    "VIRTUAL_ENV": "/caller",
    "PIP_TARGET": "/caller",
    "PIP_USER": "1",
    "PIP_PREFIX": "/caller",
    "PIP_INDEX_URL": "https://index.example.org/",
    "_PYPROJECT_HOOKS_BACKEND_PATH_JSON": '["/caller"]',
}
CERTIFICATE_WORDS = ("CERT", "SSL", "CA_BUNDLE", "CAINFO", "PROXY")


class TestVariables:
    def test_of_the_caller_s_python_and_target_are_removed(self) -> None:
        found = hook_environ(BuildSettings(environ=CALLER), Path("/env/bin"))
        assert found == {
            "PATH": f"/env/bin{os.pathsep}/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "CFLAGS": "-O3",
            "PIP_INDEX_URL": "https://index.example.org/",
            "PYTHONNOUSERSITE": "1",
        }

    def test_without_settings_contain_no_certificate_and_no_proxy(self) -> None:
        found = hook_environ(BuildSettings(environ=CALLER), Path("/env/bin"))
        assert not [name for name in found for word in CERTIFICATE_WORDS if word in name.upper()]

    def test_of_the_user_s_settings_override_the_environment(self) -> None:
        settings = BuildSettings(
            environ={**CALLER, "SSL_CERT_FILE": "/old"}, variables={"SSL_CERT_FILE": "/user"}
        )
        assert hook_environ(settings, Path("/env/bin"))["SSL_CERT_FILE"] == "/user"

    def test_without_isolation_keep_a_distributor_s_pythonpath(self) -> None:
        found = hook_environ(BuildSettings(environ=CALLER, isolated=False), Path("/env/bin"))
        assert found["PYTHONPATH"] == "/caller"
        assert not found.keys() & {"PYTHONHOME", "PYTHONNOUSERSITE", "__PYVENV_LAUNCHER__"}

    def test_without_path_get_one(self) -> None:
        assert hook_environ(BuildSettings(), Path("/env/bin"))["PATH"] == "/env/bin"

    @pytest.mark.parametrize("name", ["PYTHONHOME", "PYTHONINSPECT", "PYTHONSTARTUP"])
    @pytest.mark.parametrize("isolated", [True, False])
    def test_that_would_change_how_a_python_runs_are_removed(
        self, name: str, isolated: bool
    ) -> None:
        settings = BuildSettings(environ={name: "1"}, isolated=isolated)
        assert name not in hook_environ(settings, Path("/env/bin"))


PRIVATE = "https://me:s3cret@index.test/simple/"
PUBLIC = "https://index.test/simple/"
VALUES = {
    "PIP_INDEX_URL": (PRIVATE, PUBLIC),
    "PIP_EXTRA_INDEX_URL": (f"{PUBLIC} {PRIVATE}\n{PRIVATE}", f"{PUBLIC} {PUBLIC}\n{PUBLIC}"),
    "PIP_FIND_LINKS": (f"/wheels {PRIVATE}", f"/wheels {PUBLIC}"),
    "PIP_PROXY": ("me:s3cret@proxy.test:3128", "proxy.test:3128"),
    "UV_DEFAULT_INDEX": (PRIVATE, PUBLIC),
    "UV_INDEX": (f"private={PRIVATE} {PUBLIC}", f"private={PUBLIC} {PUBLIC}"),
    "UV_FIND_LINKS": (f"{PUBLIC},{PRIVATE}", f"{PUBLIC},{PUBLIC}"),
    "PIP_CERT": ("/home/me@work/ca.pem", "/home/me@work/ca.pem"),
}
PROXY = {"https_proxy": "http://me:s3cret@proxy.test:3128"}


class TestCredentials:
    """A hook's code is somebody else's."""

    @pytest.mark.parametrize("name", VALUES)
    @pytest.mark.parametrize("is_exported", [True, False])
    def test_of_an_index_are_not_given_to_hooks(self, name: str, is_exported: bool) -> None:
        value, expected = VALUES[name]
        given = {name: value}
        settings = BuildSettings(environ=given) if is_exported else BuildSettings(variables=given)
        assert hook_environ(settings, Path("/env/bin"))[name] == expected

    def test_of_a_proxy_setting_are_not_given_to_hooks(self) -> None:
        found = hook_environ(BuildSettings(variables=PROXY), Path("/env/bin"))
        assert found["https_proxy"] == "http://proxy.test:3128"

    def test_are_not_seen_in_the_paths_of_certificates(self) -> None:
        given = {"SSL_CERT_FILE": "/srv/a:b@c/ca.pem", "GIT_SSL_CAINFO": "C:\\me@work\\ca.pem"}
        found = hook_environ(BuildSettings(variables=given), Path("/env/bin"))
        assert {name: found[name] for name in given} == given

    def test_of_uvs_variables_for_one_index_are_not_given_to_hooks(self) -> None:
        given = {"UV_INDEX_CORP_USERNAME": "me", "UV_INDEX_CORP_PASSWORD": "s3cret"}
        settings = BuildSettings(environ={**given, "UV_PUBLISH_TOKEN": "s3cret", "UV_OFFLINE": "1"})
        found = hook_environ(settings, Path("/env/bin"))
        assert {name for name in found if name.startswith("UV_")} == {"UV_OFFLINE"}

    def test_that_every_program_of_the_user_has_are_unchanged(self) -> None:
        given = {**PROXY, "CARGO_REGISTRY_TOKEN": "abc", "DATABASE": "db://me:pass@host/"}
        found = hook_environ(BuildSettings(environ=given), Path("/env/bin"))
        assert {name: found[name] for name in given} == given

    def test_of_a_proxy_setting_are_given_to_git_but_no_settings_of_installers(self) -> None:
        variables = {**PROXY, "PIP_INDEX_URL": PRIVATE, "UV_DEFAULT_INDEX": PRIVATE}
        found = git_environ(BuildSettings(environ={"HOME": "/me"}, variables=variables))
        assert found == {**PROXY, "HOME": "/me", "GIT_TERMINAL_PROMPT": "0"}
