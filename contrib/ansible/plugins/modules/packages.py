#!/usr/bin/python
# MIT License (see LICENSE or https://opensource.org/license/mit)
"""Python packages in an environment of a target: present, latest or absent."""

from __future__ import annotations

DOCUMENTATION = r"""
module: packages
short_description: Install Python packages by get-installer
version_added: "0.1.0"
description:
  - Installs Python packages into a Python, a virtual environment or a directory of the target, or removes them.
  - The target needs neither pip nor ensurepip, and with a kit no network.
    It needs a Python 3.10 or newer that runs C(get-installer.pyz), which may be another than the one installed into.
  - The file is copied to the target once, under its SHA-256, which is verified before each use.
  - A run that fails leaves the environment as it was. Several tasks may work on one environment at once.
author:
  - the authors of get-installer (@get-installer)
options:
  archive:
    description:
      - C(get-installer.pyz) on the controller, or in a role's C(files).
      - One of O(archive) and O(kit) is required.
    type: path
  kit:
    description:
      - A kit, made by C(get-installer.pyz pack), on the controller. No network is used unless O(extra_args) has C(--online).
      - Without O(name) and O(requirements), everything that it was packed for is installed, in the versions it has.
    type: path
  remote_src:
    description:
      - Whether O(archive) or O(kit) is on the target already.
    type: bool
    default: false
  checksum:
    description:
      - The SHA-256 that O(archive) or O(kit) must have, with or without C(sha256:) before it, as C(SHA256SUMS) of a release has it.
    type: str
  keep_archive:
    description:
      - Whether the file stays on the target for the next task, in O(archive_directory). It does not in check mode.
      - Files there that were not used for 30 days are removed.
    type: bool
    default: true
  archive_directory:
    description:
      - Where the file is kept on the target. The directory must belong to the user of the task, who alone may write into it.
    type: path
    default: ~/.cache/get-installer/archives
  name:
    description:
      - Requirements, such as C(poetry) or C(requests>=2.32). With O(state=absent), names alone.
      - Without it and O(requirements), V(pip) with O(archive), and everything with O(kit).
    type: list
    elements: str
    aliases: [pkg]
  version:
    description:
      - The version of the only O(name).
    type: str
  requirements:
    description:
      - A requirements file or a C(pylock.toml) on the target.
    type: path
  state:
    description:
      - With V(present), a package of any version that satisfies the requirement is enough.
      - With V(latest), what is named is upgraded. With O(kit) alone, its versions are the latest ones.
      - With V(absent), the target's own pip uninstalls what is named; where there is none, one that is taken from the file, and that does not stay.
        For a Python that is too old for that one, install pip first.
        Other packages that depend on it are not looked at.
    type: str
    choices: [absent, latest, present]
    default: present
  python:
    description:
      - The Python installed into, as a path, as a virtual environment, or as a version. With O(virtualenv), the Python of which it is created.
      - Without it and O(virtualenv), the Python that Ansible uses on the target.
    type: str
    aliases: [virtualenv_python]
  virtualenv:
    description:
      - A virtual environment, which is created if it does not exist.
    type: path
  target:
    description:
      - A plain directory to install into.
    type: path
  engine_python:
    description:
      - The Python, 3.10 or newer, that runs the file. Without it, the Python that Ansible uses on the target, or the first one on C(PATH) that can.
    type: path
  index_url:
    description:
      - The package index. It is passed on in a variable, so it is in no list of processes.
    type: str
  extra_index_url:
    description:
      - Additional indexes.
    type: list
    elements: str
  cert:
    description:
      - A file of certificate authorities on the target. Exactly these are trusted.
    type: path
  cert_content:
    description:
      - The same as text, so that no file has to be there.
    type: str
  offline:
    description:
      - Whether to use only the pip in O(archive), and local files. No socket is opened.
    type: bool
    default: false
  break_system_packages:
    description:
      - Whether an externally managed Python may be changed.
    type: bool
    default: false
  extra_args:
    description:
      - Other options of C(get-installer.pyz), as a shell splits them. They are not used to remove packages.
    type: str
  chdir:
    description:
      - The working directory, to which relative paths refer.
    type: path
  umask:
    description:
      - The umask of the installation, as an octal number in quotes.
    type: str
attributes:
  check_mode:
    support: full
    description: The same run with C(--dry-run). The same error is found, and the same change is reported.
  diff_mode:
    support: full
    description: Lists the versions before and after.
  platform:
    support: full
    platforms: posix
    description: Where it runs.
seealso:
  - module: ansible.builtin.pip
notes:
  - Variables of the task's C(environment) count, such as C(PIP_INDEX_URL) and C(HTTPS_PROXY), and so does the target's C(pip.conf).
  - An error's RV(code) is explained by C(get-installer.pyz explain CODE).
"""

EXAMPLES = r"""
- name: A virtual environment with pip
  get_installer.python.packages:
    archive: get-installer.pyz
    virtualenv: /opt/tools

- name: Poetry for a host without a route, in the versions that were packed
  get_installer.python.packages:
    kit: get-poetry.pyz
    checksum: sha256:0f343b0931126a20f133d67c2b018a3b5da1b1ecbb7ebbd1d2bd0dac5a5ed0cd
    virtualenv: /opt/poetry

- name: The newest release from the company's index
  get_installer.python.packages:
    archive: get-installer.pyz
    name: company-agent
    state: latest
    virtualenv: /opt/agent
    index_url: https://mirror.example/simple/
    cert_content: "{{ lookup('ansible.builtin.file', 'company-ca.pem') }}"

- name: It is gone
  get_installer.python.packages:
    archive: get-installer.pyz
    name: company-agent
    state: absent
    virtualenv: /opt/agent
"""

RETURN = r"""
before:
  description: The version of each package that changes, before. null where it was not there.
  returned: success
  type: dict
  sample: {"pip": "25.0", "wheel": null}
after:
  description: The version of the same packages, after. null where it is gone.
  returned: success
  type: dict
  sample: {"pip": "26.3", "wheel": "0.48.0"}
created:
  description: Whether the virtual environment did not exist before.
  returned: success
  type: bool
environment:
  description: What was installed into, and its Python.
  returned: where the target was found
  type: str
  sample: /opt/tools (Python 3.12.1)
python:
  description: The interpreter of that environment.
  returned: where the target was found
  type: str
  sample: /opt/tools/bin/python
archive_sha256:
  description: The SHA-256 of the file that was run.
  returned: always
  type: str
code:
  description: The code of the error.
  returned: failure, where the error has one
  type: str
  sample: GI-TARGET-002
hint:
  description: What to do about the error.
  returned: failure, where there is one
  type: str
stdout:
  description: What the program says to people.
  returned: with C(-v), and on failure
  type: str
"""

import fcntl
import hashlib
import json
import os
import re
import shlex
import shutil
import stat
import sys
import tempfile
import time
from contextlib import contextmanager, suppress

from ansible.module_utils.basic import AnsibleModule

OLDEST = (3, 10)
PROGRAMS = [f"python3.{minor}" for minor in range(20, OLDEST[1] - 1, -1)]
UNUSED = 30 * 24 * 3600
"""Seconds after which a file that is kept, and was not used, is removed."""
BARE_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\Z")
EXTERNALLY_MANAGED = "GI-TARGET-002"
NOT_WRITABLE = "GI-INSTALL-009"
HINTS = {
    EXTERNALLY_MANAGED: "Name a virtualenv, or set break_system_packages.",
    NOT_WRITABLE: "Set become, or name a virtualenv that the task's user may write to.",
}
"""What to do in a playbook, where another hint is about a command line."""
PURELIB = "import sysconfig; print(sysconfig.get_path('purelib'))"


def sha256_of(path):
    """Return the digest of a file."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        for chunk in iter(lambda: stream.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest()


def canonical(name):
    """Return a name as PEP 503 normalizes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


class Archives:
    """The directory in which files are kept on the target, by their digests."""

    def __init__(self, module):
        self.module = module
        self.directory = module.params["archive_directory"]

    def find(self, digest):
        """Return the path of the file with a digest, or None where it is not there."""
        path = os.path.join(self.directory, f"{digest}.pyz")
        if not self._is_private() or not os.path.isfile(path) or sha256_of(path) != digest:
            return None
        if not self.module.check_mode:
            with suppress(OSError):
                os.utime(path, None)
        return path

    def keep(self, path, digest):
        """Move a file there; return its path, or the old one where that is not possible."""
        kept = os.path.join(self.directory, f"{digest}.pyz")
        with suppress(OSError):
            os.makedirs(self.directory, mode=0o700, exist_ok=True)
        if not self._is_private():
            self.module.warn(f"{path} is not kept: {self.directory} is not private to its user.")
            return path
        handle, temporary = tempfile.mkstemp(dir=self.directory)
        os.close(handle)
        shutil.copyfile(path, temporary)
        os.rename(temporary, kept)
        self._remove_unused()
        return kept

    def _is_private(self):
        try:
            status = os.lstat(self.directory)
        except OSError:
            return False
        others = stat.S_IWGRP | stat.S_IWOTH
        is_ours = status.st_uid == os.geteuid() and not status.st_mode & others
        return stat.S_ISDIR(status.st_mode) and is_ours

    def _remove_unused(self):
        for name in os.listdir(self.directory):
            path = os.path.join(self.directory, name)
            with suppress(OSError):
                if os.lstat(path).st_mtime < time.time() - UNUSED:
                    os.unlink(path)


class Engine:
    """get-installer.pyz, or a kit, and the Python that runs it."""

    def __init__(self, module, path, environ):
        self.module, self.path, self.environ = module, path, environ
        self.python = self._find_python()

    def _find_python(self):
        named = self.module.params["engine_python"]
        if named or sys.version_info >= OLDEST:
            return named or sys.executable
        found = (self.module.get_bin_path(program) for program in PROGRAMS)
        python = next((path for path in found if path), None)
        if python is None:
            own = ".".join(map(str, sys.version_info[:2]))
            self.module.fail_json(
                msg=f"get-installer.pyz runs on Python 3.10 and newer, and this is Python {own}. "
                "Install a newer one, or name it with engine_python. It may install into this one."
            )
        return python

    @property
    def _shown_path(self):
        """The file's name in what people read: nobody knows where a copy of it is."""
        copies = (self.module.tmpdir, self.module.params["archive_directory"])
        is_copy = os.path.dirname(os.path.abspath(self.path)) in map(os.path.abspath, copies)
        return "get-installer.pyz" if is_copy else self.path

    @property
    def target_options(self):
        """The options that say where to install."""
        params, options = self.module.params, []
        if params["python"]:
            options += ["--python", params["python"]]
        elif not params["virtualenv"] and self.python != sys.executable:
            options += ["--python", sys.executable]
        for name in ("virtualenv", "target"):
            if params[name]:
                options += ["--venv" if name == "virtualenv" else "--target", params[name]]
        if params["break_system_packages"]:
            options.append("--break-system-packages")
        return options

    def run(self, arguments):
        """Run a command line; return its exit status and its events."""
        command = [self.python, self.path, "--json", *arguments]
        status, out, err = self.module.run_command(
            command, environ_update=self.environ, cwd=self.module.params["chdir"]
        )
        events = Events(out.replace(self.path, self._shown_path))
        if events.verdict is None:
            self.module.fail_json(msg=f"{self.path} did not run: {err or out}".strip(), rc=status)
        return status, events


class Events:
    """What one run has reported."""

    def __init__(self, text):
        self.all = []
        for line in text.splitlines():
            with suppress(ValueError):
                self.all.append(json.loads(line))
        self.verdict = next(self._of("verdict"), None)
        self.target = next(self._of("target"), None)

    def _of(self, event):
        return (each for each in self.all if isinstance(each, dict) and each["event"] == event)

    @property
    def warnings(self):
        """The texts of warnings."""
        return [each["text"] for each in self._of("warning")]

    @property
    def text(self):
        """What people would read."""
        kinds = {"message", "warning"}
        lines = [each["text"] for each in self.all if each["event"] in kinds]
        return "".join(f"{line}\n" for line in lines)

    @property
    def facts(self):
        """The values that a result has about the target."""
        if self.target is None:
            return {}
        return {name: self.target[name] for name in ("environment", "python")}


class Task:
    """What the task asks for."""

    def __init__(self, module, engine, facts):
        self.module, self.engine, self.facts = module, engine, facts
        self.params = module.params

    @property
    def requirements(self):
        """The requirements as arguments."""
        names, version = self.params["name"], self.params["version"]
        if version:
            names = [f"{names[0]}=={version}"]
        arguments = ["-r", self.params["requirements"]] if self.params["requirements"] else []
        if names is None and not arguments:
            return [] if self.params["kit"] else ["--installer", "none", "pip"]
        return ["--installer", "none", *arguments, *(names or [])]

    def install(self, certificates):
        """Install or upgrade, or on a dry run find out what would be done."""
        params, arguments = self.params, list(self.engine.target_options)
        requirements = self.requirements
        if params["state"] == "latest" and requirements:
            arguments.append("--upgrade")
        if params["offline"]:
            arguments.append("--offline")
        if certificates:
            arguments += ["--cert", certificates]
        if self.module.check_mode:
            arguments.append("--dry-run")
        if self.module._verbosity >= 2:
            arguments.append("-v")
        arguments += shlex.split(params["extra_args"] or "")
        status, events = self.engine.run([*arguments, *requirements])
        for warning in events.warnings:
            self.module.warn(warning)
        self.facts.update(events.facts)
        verdict = events.verdict
        if verdict["error"] is not None or status:
            self.fail(events, status)
        before = {each["name"]: each["before"] for each in verdict["changed"]}
        after = {each["name"]: each["after"] for each in verdict["changed"]}
        self.finish(before, after, events.text, created=verdict["created"])

    def remove(self):
        """Uninstall by pip what is named, or in check mode find out what would be."""
        names = {canonical(name) for name in self.params["name"]}
        # Only the target is asked for: whether the names can be installed does not matter.
        question = ["--dry-run", "--offline", "--no-deps", "--installer", "none", *sorted(names)]
        status, events = self.engine.run([*self.engine.target_options, *question])
        if events.target is None:
            self.fail(events, status)
        self.facts.update(events.facts)
        if events.target["new"]:
            self.finish({}, {}, "")
        pip = Pip(self.module, self.engine, events.target["python"])
        with pip.lock():
            found = {name: each for name, each in pip.list().items() if name in names}
            self.require_writable(each["location"] for each in found.values())
            present = {name: each["version"] for name, each in found.items()}
            if present and not self.module.check_mode:
                status, text = pip.uninstall(sorted(present))
                left = pip.list() if pip.is_there else {}
            else:
                status, text, left = 0, "", {}
        gone = {name: version for name, version in present.items() if name not in left}
        if status:
            lines = [line for line in text.splitlines() if line.strip()]
            message = f"pip could not uninstall {', '.join(sorted(present))}: {''.join(lines[-1:])}"
            self.module.fail_json(
                msg=message, rc=status, changed=bool(gone), stdout=text, **self.facts
            )
        for name in sorted(present.keys() - gone.keys()):
            self.module.warn(f"pip left {name} where it is: {text}")
        self.finish(gone, dict.fromkeys(gone), text)

    def require_writable(self, locations):
        """Fail where packages cannot be removed: pip finds out in the middle of it."""
        for location in sorted(set(filter(None, locations))):
            if not os.access(location, os.W_OK | os.X_OK):
                message = f"Cannot change {location}: no permission to write."
                self.fail_with({"code": NOT_WRITABLE, "message": message, "hint": None}, 1)

    def fail(self, events, status):
        """Fail with the error of a run."""
        error = events.verdict["error"] or {"code": None, "message": events.text, "hint": None}
        self.fail_with(error, status, stdout=events.text)

    def fail_with(self, error, status, **facts):
        """Fail with an error, as a run reports it."""
        code, hint = error["code"], HINTS.get(error["code"], error["hint"] or "").strip()
        message = "\n".join(filter(None, [error["message"].strip(), hint]))
        if code:
            message, facts["code"] = f"{code}: {message}", code
        if hint:
            facts["hint"] = hint
        self.module.fail_json(msg=message, rc=status, **facts, **self.facts)

    def finish(self, before, after, text, *, created=False):
        """End with what changed."""
        result = {"before": before, "after": after, "created": created, **self.facts}
        result["changed"] = bool(before or created)
        if self.module._diff:
            result["diff"] = {"before": self.list(before), "after": self.list(after)}
            if created:
                environment = self.params["virtualenv"]
                headers = {"before_header": "(new)", "after_header": environment}
                result["diff"].update(headers)
        if self.module._verbosity >= 1:
            result["stdout"] = text
        self.module.exit_json(**result)

    @staticmethod
    def list(versions):
        """Return versions as `pip freeze` prints them."""
        known = sorted(item for item in versions.items() if item[1] is not None)
        return "".join(f"{name}=={version}\n" for name, version in known)


class Pip:
    """The pip that works on an interpreter: its own, or one that is brought."""

    def __init__(self, module, engine, python):
        self.module, self.engine, self.python = module, engine, python
        self.brought = None
        self.environ = {
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_ROOT_USER_ACTION": "ignore",
            "PIP_NO_INPUT": "1",
        }
        if module.params["break_system_packages"]:
            self.environ["PIP_BREAK_SYSTEM_PACKAGES"] = "1"
        if not self.is_there:
            self._bring()

    @property
    def is_there(self):
        """Whether a pip can be run."""
        return self._run("--version")[0] == 0

    def _run(self, *arguments):
        return self.module.run_command(
            [self.python, "-m", "pip", *arguments], environ_update=self.environ
        )

    def _bring(self):
        self.brought = tempfile.mkdtemp(dir=self.module.tmpdir)
        options = ["--python", self.python, "--target", self.brought, "--offline"]
        status, events = self.engine.run([*options, "--installer", "none", "pip"])
        if status:
            reason = events.verdict["error"]["message"]
            self.module.fail_json(
                msg=f"{self.python} has no pip to uninstall with, and that in the file cannot be "
                f"used: {reason} Install one first, with the name pip."
            )
        self.environ["PYTHONPATH"] = self.brought

    def list(self):
        """Return version and location of each distribution that belongs to the environment."""
        status, out, err = self._run("list", "--local", "--format", "json", "-v")
        try:
            found = json.loads(out)
        except ValueError:
            self.module.fail_json(msg=f"{self.python} -m pip list: {err or out}", rc=status)
        return {
            canonical(each["name"]): {"version": each["version"], "location": each.get("location")}
            for each in found
            if self.brought is None or each.get("location") != self.brought
        }

    def uninstall(self, names):
        """Uninstall distributions; return the exit status, and what pip said."""
        status, out, err = self._run("uninstall", "--yes", *names)
        return status, out + err

    @contextmanager
    def lock(self):
        """Keep other tasks, and get-installer itself, from changing the environment."""
        _status, out, _err = self.module.run_command([self.python, "-c", PURELIB])
        descriptor = None
        with suppress(OSError):  # a file system without locks
            descriptor = os.open(out.strip(), os.O_RDONLY)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            if descriptor is not None:
                os.close(descriptor)


def find_archive(module):
    """Return the path of the file to run, and its digest, which was verified."""
    params, archives = module.params, Archives(module)
    path = params["kit"] or params["archive"]
    digest = (params["checksum"] or "").lower()
    digest = digest[len("sha256:") :] if digest.startswith("sha256:") else digest
    if not params["remote_src"]:
        # The action plugin, which runs on the controller, has the file: ask for it where needed.
        kept = archives.find(digest) if params["keep_archive"] else None
        if kept is None:
            module.exit_json(changed=False, archive_needed=True)
        return kept, digest
    if not os.path.isfile(path):
        module.fail_json(msg=f"{path} does not exist on the target.")
    found = sha256_of(path)
    if digest and found != digest:
        module.fail_json(msg=f"{path} has the SHA-256 {found}, not {digest} (checksum).")
    is_copied = os.path.dirname(os.path.abspath(path)) == os.path.abspath(module.tmpdir)
    if is_copied and params["keep_archive"] and not module.check_mode:
        path = archives.keep(path, found)
    return path, found


def write_certificates(module):
    """Return the path of the file with the authorities, if any are given."""
    if not module.params["cert_content"]:
        return module.params["cert"]
    handle, path = tempfile.mkstemp(dir=module.tmpdir, suffix=".pem")
    with os.fdopen(handle, "w") as stream:
        stream.write(module.params["cert_content"])
    return path


def index_variables(module):
    """Return the variables for the indexes; their passwords are not shown."""
    params, variables = module.params, {}
    more = params["extra_index_url"] or []
    if params["index_url"]:
        variables["PIP_INDEX_URL"] = params["index_url"]
    if more:
        variables["PIP_EXTRA_INDEX_URL"] = " ".join(more)
    for url in filter(None, [params["index_url"], *more]):
        credentials = url.partition("://")[2].partition("/")[0].rpartition("@")[0]
        module.no_log_values.update(filter(None, [credentials.partition(":")[2]]))
    if variables and "--isolated" in shlex.split(params["extra_args"] or ""):
        module.fail_json(
            msg="index_url and extra_index_url are passed on in variables, which --isolated (in "
            "extra_args) ignores. Leave it out, or write --index-url into extra_args."
        )
    return variables


def main():
    """Run the task."""
    module = AnsibleModule(
        argument_spec={
            "archive": {"type": "path"},
            "kit": {"type": "path"},
            "remote_src": {"type": "bool", "default": False},
            "checksum": {"type": "str"},
            "keep_archive": {"type": "bool", "default": True},
            "archive_directory": {"type": "path", "default": "~/.cache/get-installer/archives"},
            "name": {"type": "list", "elements": "str", "aliases": ["pkg"]},
            "version": {"type": "str"},
            "requirements": {"type": "path"},
            "state": {"choices": ["absent", "latest", "present"], "default": "present"},
            "python": {"type": "str", "aliases": ["virtualenv_python"]},
            "virtualenv": {"type": "path"},
            "target": {"type": "path"},
            "engine_python": {"type": "path"},
            "index_url": {"type": "str"},
            "extra_index_url": {"type": "list", "elements": "str"},
            "cert": {"type": "path"},
            "cert_content": {"type": "str"},
            "offline": {"type": "bool", "default": False},
            "break_system_packages": {"type": "bool", "default": False},
            "extra_args": {"type": "str"},
            "chdir": {"type": "path"},
            "umask": {"type": "str"},
        },
        required_one_of=[("archive", "kit")],
        mutually_exclusive=[("archive", "kit"), ("cert", "cert_content"), ("virtualenv", "target")],
        required_by={"version": "name"},
        required_if=[("state", "absent", ["name"])],
        supports_check_mode=True,
    )
    check(module)
    if module.params["umask"]:
        try:
            os.umask(int(module.params["umask"], 8))
        except ValueError:
            module.fail_json(msg="umask must be an octal number.")
    path, digest = find_archive(module)
    variables = index_variables(module)
    # Tasks are run as root on purpose, and their PATH is not that of the users.
    variables.setdefault("PIP_ROOT_USER_ACTION", os.environ.get("PIP_ROOT_USER_ACTION", "ignore"))
    task = Task(module, Engine(module, path, variables), {"archive_sha256": digest})
    if module.params["state"] == "absent":
        task.remove()
    else:
        task.install(write_certificates(module))


def check(module):
    """Refuse what does not fit together."""
    message = wrong_names(module.params) or wrong_state(module.params)
    if message:
        module.fail_json(msg=message)


def wrong_names(params):
    """Return what is wrong with the names, if anything is."""
    names = params["name"] or []
    if not all(names) or params["name"] == []:
        return "name has an empty element, or none."
    if any(name.startswith("-") for name in names):
        return "name has an option; options belong into extra_args."
    if params["version"] and (len(names) != 1 or not BARE_NAME.match(names[0])):
        return "version is for exactly one name, without a version of its own."
    return None


def wrong_state(params):
    """Return what cannot be used with the state, if anything is."""
    if params["state"] == "latest" and params["version"]:
        return "version cannot be used with state=latest."
    if params["state"] != "absent":
        return None
    wrong = [name for name in params["name"] if not BARE_NAME.match(name)]
    if wrong:
        return f"With state=absent, a name has nothing after it: {', '.join(wrong)}"
    others = [name for name in ("requirements", "version", "target") if params[name]]
    return f"{others[0]} cannot be used with state=absent." if others else None


if __name__ == "__main__":
    main()
