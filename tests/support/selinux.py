"""Debian's own SELinux policy with our module linked into it, and what that allows. Nothing here is enforced.

Only type enforcement and the names of files are looked at: no constraints (MCS, UBAC, roles), no conditional rules.
"""

import collections
import functools
import stat
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import setools  # type: ignore[import-untyped]

from support import paths

SOURCE = paths.PACKAGING / "selinux"
_SHARE = paths.SYSROOT / "usr/share/selinux"
_HEADERS = _SHARE / "devel/include"
# What the logins of a server need of it. Optional parts about other modules stay out.
STRICT = ("base", "ssh", "samba", "su", "sudo", "staff", "unprivuser", "cron")  # nobody is unconfined
TARGETED = (*STRICT, "unconfined")  # as Debian installs it


class Policy:
    """The kernel's form of a policy, with the labels of files."""

    def __init__(self, binary: Path, file_contexts: Path) -> None:
        self._file_contexts = file_contexts
        policy = setools.SELinuxPolicy(str(binary))
        self._attributes = {str(t): {str(t), *map(str, t.attributes())} for t in policy.types()}
        self._allowed: dict[tuple[str, str, str], set[str]] = collections.defaultdict(set)
        self._created: dict[tuple[str, str, str, str | None], str] = {}
        for rule in policy.terules():
            self._read(rule)

    @property
    def types(self) -> set[str]:
        return set(self._attributes)

    def with_attribute(self, attribute: str) -> set[str]:
        return {name for name, attributes in self._attributes.items() if attribute in attributes}

    def allowed(self, domain: str, target: str, kind: str) -> set[str]:
        """The permissions of `domain` on a thing of that type and class, whatever a boolean says."""
        targets = self._attributes[target] | ({"self"} if domain == target else set())
        return {permission for source in self._attributes[domain] for name in targets
                for permission in self._allowed.get((source, name, kind), ())}

    def type_of_new(self, domain: str, parent: str, kind: str, name: str) -> str:
        """What `domain` creates under that name in a directory of type `parent`."""
        for wanted in (name, None):
            for source in self._attributes[domain]:
                if made := self._created.get((source, parent, kind, wanted)):
                    return made
        return parent

    @functools.cache
    def label(self, path: str, kind: str) -> str:
        """The type that restorecon gives; of /proc, which has no files to relabel, that of the kernel."""
        if path == "/proc":
            return "proc_t"
        command = ["selabel_lookup", "-b", "file", "-f", self._file_contexts, "-k", path, "-t", _KIND[kind]]
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return found.split(":", 1)[1].split(":")[2]

    def _read(self, rule: Any) -> None:
        if rule.ruletype == setools.TERuletype.allow:
            if _is_unconditional(rule):
                self._allowed[str(rule.source), str(rule.target), str(rule.tclass)] |= rule.perms
        elif rule.ruletype == setools.TERuletype.type_transition:
            name = str(rule.filename) if isinstance(rule, setools.FileNameTERule) else None
            for parent in map(str, rule.target.expand()):
                self._created[str(rule.source), parent, str(rule.tclass), name] = str(rule.default)


_KIND = {"file": str(stat.S_IFREG), "dir": str(stat.S_IFDIR), "lnk_file": str(stat.S_IFLNK)}


def _is_unconditional(rule: Any) -> bool:
    try:
        return rule.conditional is None
    except setools.exception.RuleNotConditional:
        return True


def compile_module(directory: Path, name: str = "twinlock") -> Path:
    """The module package `name`.pp from `name`.te in `directory`, as an administrator makes it."""
    command = ["make", "--silent", "-f", _SHARE / "devel/Makefile", f"HEADERDIR={_HEADERS}", "NAME=default", "AWK=awk",
               "SEMODULE=true", f"{name}.pp"]
    done = subprocess.run(command, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0 or "warning" in done.stdout.lower():
        raise AssertionError(done.stdout)
    return directory / f"{name}.pp"


def linked(packages: Iterable[Path], directory: Path, debian: Iterable[str] = TARGETED) -> Policy:
    """Debian's policy with these module packages."""
    everything = [*(_unpacked(name, directory) for name in debian), *packages]
    whole, binary = directory / "whole.pp", directory / "policy"
    subprocess.run(["semodule_link", "-o", whole, *everything], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["semodule_expand", whole, binary], check=True, stdout=subprocess.DEVNULL)
    contexts = directory / "file_contexts"
    contexts.write_text("".join(_file_contexts(package, directory) for package in everything))
    return Policy(binary, contexts)


def _unpacked(name: str, directory: Path) -> Path:
    package = directory / f"{name}.pp"
    if not package.exists():
        with package.open("wb") as file:
            subprocess.run(["bzcat", _SHARE / f"default/{name}.pp.bz2"], stdout=file, check=True)
    return package


def _file_contexts(package: Path, directory: Path) -> str:
    contexts = directory / "contexts"
    subprocess.run(["semodule_unpackage", package, "/dev/null", contexts], check=True)
    lines = contexts.read_text().splitlines() if contexts.exists() else []
    contexts.unlink(missing_ok=True)
    # Those for home directories are templates.
    return "".join(f"{line}\n" for line in lines if line.startswith("/"))


def work_directory() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="selinux.")
