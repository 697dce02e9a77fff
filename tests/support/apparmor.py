"""Debian's AppArmor profiles of Samba with our additions, as its own parser reads them. Nothing here is enforced."""

import itertools
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from support import paths
from support.system_calls import Need

SOURCE = paths.PACKAGING / "apparmor"
PARSER = paths.SYSROOT / "sbin/apparmor_parser"
PROFILES = ("usr.sbin.smbd", "samba-rpcd", "samba-rpcd-classic")


def install(directory: Path) -> None:
    """/etc/apparmor.d of a Debian system, and ours put there as the manual says."""
    shutil.copytree(paths.SYSROOT / "etc/apparmor.d", directory, dirs_exist_ok=True)
    shutil.copy(SOURCE / "twinlock", directory / "abstractions")
    for name in PROFILES:
        shutil.copy(SOURCE / name, directory / "local")


def parse(directory: Path, name: str, *options: str) -> str:
    """What the parser prints about a profile. AssertionError where it refuses."""
    done = subprocess.run([PARSER, "--base", directory, *options, directory / name], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return done.stdout


class Profile:
    """The rules about files of one profile, without those of profiles inside it."""

    def __init__(self, flat: str, name: str) -> None:
        """`flat`: a file after the parser has put in what it includes."""
        self._variables = _variables(flat)
        self._rules = [(self._pattern(path), set(permissions)) for path, permissions in _rules(flat, name)]

    def allowed(self, path: str) -> set[str]:
        return {letter for pattern, permissions in self._rules if pattern.fullmatch(path) for letter in permissions}

    def _pattern(self, glob: str) -> re.Pattern[str]:
        return re.compile("|".join(map(_regular_expression, self._without_variables(glob))))

    def _without_variables(self, glob: str) -> Iterator[str]:
        names = re.findall(r"@\{\w+\}", glob)
        for values in itertools.product(*(self._variables.get(name, []) for name in names)):
            text = glob
            for name, value in zip(names, values):
                text = text.replace(name, value, 1)
            yield from self._without_variables(text) if "@{" in text else [re.sub("//+", "/", text)]


def _variables(flat: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, values in re.findall(r"^(@\{\w+\})\s*\+?=\s*(.*)$", flat, re.MULTILINE):
        found.setdefault(name, []).extend(values.replace('"', "").split())
    return found


def _rules(flat: str, wanted: str) -> Iterator[tuple[str, str]]:
    inside: list[str] = []
    for line in flat.splitlines():
        if opened := re.match(r"\s*profile (\S+).*\{$", line):
            inside.append(opened[1])
        elif re.match(r"\s*\}$", line) and inside:
            inside.pop()
        elif inside and inside[-1] == wanted:
            if rule := re.match(r"\s*((?:/|@\{)\S*)\s+([a-zA-Z]+)(?: ->.*)?,", line):
                yield rule[1], rule[2]


def _regular_expression(glob: str) -> str:
    """apparmor.d(5), globbing."""
    pieces = {"**": ".+", "*": "[^/]+" if glob.endswith("/*") else "[^/]*", "?": "[^/]", "{": "(?:", "}": ")", ",": "|"}
    tokens = re.findall(r"\*\*|[*?{},]|\[[^]]*\]|.", glob)
    return "".join(pieces.get(token) or (token if token.startswith("[") else re.escape(token)) for token in tokens)


_LETTERS = {("file", "read"): "r", ("file", "write"): "w", ("file", "append"): "w", ("file", "create"): "w",
            ("file", "unlink"): "w", ("file", "setattr"): "w", ("file", "lock"): "k", ("dir", "read"): "r",
            ("dir", "create"): "w"}


def letters_for(need: Need) -> tuple[str, str]:
    """Path and permissions in the words of AppArmor, which asks nothing for getting to a file and looking at it."""
    path = need.path if need.kind == "file" or need.path == "/" else f"{need.path}/"
    if need.permission == "rename":
        return path, "rw"
    return path, _LETTERS.get((need.kind, need.permission), "")
