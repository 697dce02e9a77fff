"""The completions, each in its own real shell, against the program's --help: every command and option at its place."""

import functools
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import pexpect

from support import paths

COMPLETIONS = paths.PACKAGING / "completions"
GLOBAL = {"-h", "--help", "--version", "--config", "--json"}


def section(text: str, name: str) -> list[str]:
    """First words of the lines of a part of --help."""
    found = re.search(rf"^{name}:\n((?:  .*\n)+)", text, re.MULTILINE)
    return re.findall(r"^  (\S.*?)(?:  .*)?$", found[1], re.MULTILINE) if found else []


@functools.cache
def help_of(*command: str) -> str:
    return subprocess.run([paths.COMMAND, *command, "--help"], capture_output=True, text=True, check=True).stdout


def subcommands(*command: str) -> set[str]:
    return {name for line in section(help_of(*command), "Subcommands") for name in line.split(", ")}


def options(*command: str) -> set[str]:
    return {name for line in section(help_of(*command), "Options") for name in line.split()[0].split(",")}


def commands(*above: str) -> list[tuple[str, ...]]:
    """All that a command line can begin with, the empty one first."""
    below = [command for name in sorted(subcommands(*above)) for command in commands(*above, name)]
    return [above, *below]


class Shell:
    """Offers what the shell would when Tab is pressed behind the words; the last one may be begun or empty."""

    def __init__(self, directory: Path) -> None:
        (directory / "twinlock").symlink_to(paths.COMMAND)
        self.environment = {"PATH": f"{directory}:/usr/bin:/bin", "HOME": str(directory), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        self.directory = directory

    def output(self, *command: str) -> set[str]:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=self.environment,
                              cwd=self.directory)
        if done.stderr:
            raise AssertionError(done.stderr)
        return set(done.stdout.split())

    def offers(self, *words: str) -> set[str]:
        raise NotImplementedError


class Bash(Shell):
    def offers(self, *words: str) -> set[str]:
        script = (f"source '{COMPLETIONS}/twinlock.bash'; COMP_WORDS=(twinlock \"$@\"); COMP_CWORD=$#; "
                  "_twinlock twinlock \"${!#}\"; printf '%s\\n' \"${COMPREPLY[@]}\"")
        return self.output("bash", "--norc", "-c", script, "bash", *words)


class Fish(Shell):
    def offers(self, *words: str) -> set[str]:
        script = f"source '{COMPLETIONS}/twinlock.fish'; complete -C 'twinlock {' '.join(words)}' | string replace -r '\\t.*' ''"
        return self.output("fish", "--no-config", "-c", script)


class Zsh(Shell):
    """With stand-ins for the functions of its completion system that show what they are given."""

    def offers(self, *words: str) -> set[str]:
        script = ("compadd() { [[ $1 == -- ]] && shift; local w; for w; do [[ $w == $PREFIX* ]] && print -r -- $w; done }; "
                  "_users() { compadd ${(k)userdirs} root }; _files() { compadd *(N) }; compset() { PREFIX=${PREFIX#*=} }; "
                  f"words=(twinlock \"$@\"); CURRENT=$#words; PREFIX=$words[-1]; source '{COMPLETIONS}/twinlock.zsh'")
        return self.output("zsh", "--no-rcs", "-c", script, "zsh", *words)


class Completions(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        Path(directory.name, "a-file").touch()
        shells = [Path(directory.name, name) for name in ("bash", "fish", "zsh")]
        for shell in shells:
            shell.mkdir()
            (shell / "a-file").touch()
        self.shells: list[Shell] = [kind(path) for kind, path in zip((Bash, Fish, Zsh), shells)]

    def assert_offered(self, expected: set[str], *words: str) -> None:
        for shell in self.shells:
            with self.subTest(shell=type(shell).__name__, words=words):
                self.assertEqual(expected, shell.offers(*words))

    def test_every_command_and_option_at_its_place(self) -> None:
        places = commands()
        self.assertGreater(len(places), 30)
        for place in places:
            if below := subcommands(*place):
                self.assert_offered(below, *place, "")
        for shell in self.shells[:1]:  # all of them in one shell; the others read options in the same way, and cost more
            for place in places:
                self.assertEqual(options(*place) | GLOBAL, shell.offers(*place, "-"))

    def test_options_stand_anywhere(self) -> None:
        self.assert_offered(options("enrol") | GLOBAL, "--json", "enrol", "alice", "-")
        self.assert_offered(subcommands("token"), "--config", "a-file", "token", "")
        self.assert_offered({"--digits"}, "enrol", "--di")

    def test_choices_of_an_option(self) -> None:
        self.assert_offered({"utf8", "ascii", "none"}, "enrol", "--qr", "")
        self.assert_offered({"sha256"}, "enrol", "--algorithm", "sha2")
        bash = self.shells[0]
        self.assertEqual({"ascii"}, bash.offers("enrol", "--qr", "=", "a"))

    def test_users_and_files(self) -> None:
        for shell in self.shells:
            self.assertIn("root", shell.offers("enrol", ""))
            self.assertIn("root", shell.offers("rename", "alice", ""))
            self.assertIn("a-file", shell.offers("--config", "a"))

    def test_nothing_where_nothing_can_follow(self) -> None:
        self.assert_offered(set(), "bogus", "")
        self.assert_offered(set(), "show", "alice", "")
        self.assert_offered(set(), "token", "rename", "alice", "")

    def test_a_real_bash_completes_it(self) -> None:
        """By the Tab key, with the file where the packages put it."""
        place = self.shells[0].directory / ".local/share/bash-completion/completions"
        place.mkdir(parents=True)
        (place / "twinlock").write_text((COMPLETIONS / "twinlock.bash").read_text())
        environment = {**self.shells[0].environment, "PS1": "> "}
        shell = pexpect.spawn("bash", ["--norc", "-i"], env=environment, encoding="utf-8", timeout=20)
        self.addCleanup(shell.close, force=True)
        shell.sendline("source /usr/share/bash-completion/bash_completion; bind 'set enable-bracketed-paste off'; echo rea''dy")
        shell.expect("ready")
        shell.send("twinlock enrol --qr as\t\x01echo \r")
        shell.expect_exact("\r\ntwinlock enrol --qr ascii\r\n")
