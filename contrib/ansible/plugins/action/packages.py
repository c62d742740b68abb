# MIT License (see LICENSE or https://opensource.org/license/mit)
"""Copies the file to the target where it is not there yet, and runs the module."""

from __future__ import annotations

import hashlib

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """The controller's side of `packages`."""

    TRANSFERS_FILES = True

    def run(self, tmp=None, task_vars=None):
        """Run the module with the file's digest, and once more with the file if it is needed."""
        result = super().run(tmp, task_vars)
        args = self._task.args.copy()
        named = [kind for kind in ("archive", "kit") if args.get(kind)]
        try:
            # The module says what is wrong with neither of them, or both.
            if boolean(args.get("remote_src", False), strict=False) or len(named) != 1:
                result.update(self._execute_module(module_args=args, task_vars=task_vars))
                return result
            (kind,) = named
            local = self._find_file(args[kind])
            args["checksum"] = self._check(local, args.get("checksum"))
            done = self._execute_module(module_args=args, task_vars=task_vars)
            if done.pop("archive_needed", False):
                args.update({kind: self._copy(local), "remote_src": True})
                done = self._execute_module(module_args=args, task_vars=task_vars)
            result.update(done)
            return result
        finally:
            self._remove_tmp_path(self._connection._shell.tmpdir)

    def _find_file(self, name):
        try:
            return self._loader.get_real_file(self._find_needle("files", name))
        except AnsibleError as error:
            raise AnsibleActionFail(f"{name} was not found on the controller.") from error

    @staticmethod
    def _check(path, expected):
        """Return a file's digest, after it was compared with the one that is expected."""
        digest = hashlib.sha256()
        with open(path, "rb") as stream:
            for chunk in iter(lambda: stream.read(1 << 20), b""):
                digest.update(chunk)
        found = digest.hexdigest()
        wanted = str(expected or "").lower()
        wanted = wanted[len("sha256:") :] if wanted.startswith("sha256:") else wanted
        if wanted and wanted != found:
            raise AnsibleActionFail(f"{path} has the SHA-256 {found}, not {wanted} (checksum).")
        return found

    def _copy(self, local):
        """Copy the file into the task's temporary directory on the target."""
        shell = self._connection._shell
        if shell.tmpdir is None:
            self._make_tmp_path()
        remote = self._transfer_file(local, shell.join_path(shell.tmpdir, "get-installer.pyz"))
        self._fixup_perms2((shell.tmpdir, remote))
        return remote
