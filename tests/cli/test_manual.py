"""The manual pages say what the programs do: every option, command, key and argument, and nothing else."""

import re
import subprocess
import tempfile
import tomllib
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from support import paths
from support.command import run

MANUAL = paths.SOURCE / "man"
PAGES = ["pam_twinlock.8", "twinlock-doctor.8", "twinlock-smb-map.8", "twinlock.8", "twinlock.conf.5"]
GLOBAL = {"--config", "--json", "--version"}


def formatted(page: str) -> str:
    """As a reader sees it, without bold and underlined, and wide enough that no heading is wrapped."""
    text = subprocess.run(["mandoc", "-T", "utf8", "-O", "width=240", MANUAL / page], capture_output=True, text=True,
                          check=True).stdout
    return re.sub(".\b", "", text)


def parts(text: str, indent: int) -> dict[str, str]:
    """What stands below each heading that is indented so."""
    found = re.split(rf"^ {{{indent}}}(\S.*)\n" if indent else r"^(\S.*)\n", text, flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2]))


def items(text: str) -> list[str]:
    """The tags of a list; one that is short shares its line with what it says."""
    lines = [line.strip() for line in re.findall(r"^ {5}(\S.*)$", text, flags=re.MULTILINE)]
    return [re.split(" {2,}", line)[0] for line in lines]


class Language(unittest.TestCase):
    def test_mandoc_has_no_objections(self) -> None:
        self.assertEqual(PAGES, sorted(page.name for page in MANUAL.glob("*.[1-9]")))
        for page in PAGES:
            with self.subTest(page):
                lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", MANUAL / page], capture_output=True,
                                      text=True, check=False)
                self.assertEqual((0, ""), (lint.returncode, lint.stdout + lint.stderr))

    def test_each_page_is_installed(self) -> None:
        rules = (MANUAL / "CMakeLists.txt").read_text()
        for page in PAGES:
            self.assertRegex(rules, rf"\b{re.escape(page)}\b")


class Command(unittest.TestCase):
    """twinlock.8 against each --help."""

    page = formatted("twinlock.8")
    commands = parts(parts(page, 0)["COMMANDS"], 3)

    def help(self, *words: str) -> str:
        return run(*words, "--help").output

    def commands_of(self, *words: str) -> Iterator[tuple[str, ...]]:
        """All that the program has, of one word or of two."""
        listed = re.search(r"^Subcommands:\n((?:  .*\n)+)", self.help(*words), re.MULTILINE)
        if listed is None:
            yield words
            return
        for names in re.findall(r"^  (\S.*?)(?:  |$)", listed[1], re.MULTILINE):
            yield from self.commands_of(*words, names.split(", ")[0])

    def options_of(self, *words: str) -> dict[str, str]:
        """Each option with what its help says."""
        listed = self.help(*words).split("\nOptions:\n")[1].split("\n\n")[0]
        options = re.findall(r"^  (-.*(?:\n {10,}.*)*)", listed, re.MULTILINE)
        named = {re.search(r"--[\w-]+", option)[0]: option for option in options}  # type: ignore[index]
        return {name: option for name, option in named.items() if name != "--help"}

    def documented_options(self, command: str) -> dict[str, str]:
        return {re.search(r"--[\w-]+", tag)[0]: tag for tag in items(self.commands[command])  # type: ignore[index]
                if tag.startswith("-")}

    def test_has_exactly_the_commands_of_the_program(self) -> None:
        self.assertEqual({" ".join(words) for words in self.commands_of()}, set(self.commands))

    def test_names_the_other_spelling(self) -> None:
        self.assertIn("enrol, enroll ", self.help())
        self.assertIn("twinlock enroll ", self.commands["enrol"])

    def test_has_exactly_the_options_of_each_command(self) -> None:
        for command in self.commands:
            with self.subTest(command):
                self.assertEqual(set(self.options_of(*command.split())), set(self.documented_options(command)))

    def test_has_exactly_the_options_of_all_commands(self) -> None:
        self.assertEqual(GLOBAL, set(self.options_of()))
        tags = " ".join(tag for tag in items(parts(self.page, 0)["OPTIONS"]) if tag.startswith("-"))
        self.assertEqual(GLOBAL | {"--help"}, set(re.findall(r"--[\w-]+", tags)))

    def test_has_exactly_the_choices_of_each_option(self) -> None:
        for command in self.commands:
            tags = self.documented_options(command)
            for name, said in self.options_of(*command.split()).items():
                choices = re.search(r"\{(.*)\}", said)
                with self.subTest(f"{command} {name}"):
                    self.assertEqual(choices[1].split(",") if choices else [],
                                     tags[name].split(maxsplit=1)[1].split(" | ") if "|" in tags[name] else [])

    def test_names_the_range_and_the_default_of_each_number(self) -> None:
        said = {}
        for name, text in self.options_of("enrol").items():
            if span := re.search(r"\[(\d+) - (\d+)\]", text):
                said[name] = f"{span[1]} to {span[2]}"
                described = re.search(rf"^ {{5}}{name} .*\n((?: {{13}}.*\n)+)", self.page, re.MULTILINE)
                assert described
                self.assertIn(said[name], described[1])
                self.assertIn(f"{re.findall(r'[(](.*)[)]', text)[-1]} by default", described[1])
        self.assertEqual({"--period", "--recovery-codes"}, set(said))

    def test_has_exactly_the_verdicts_that_a_check_can_end_with(self) -> None:
        source = (paths.SOURCE / "common/account/verdict.cc").read_text()
        verdicts = set(re.findall(r'return "(\w+)";', source)) - {"unavailable"}  # that one is an error here
        self.assertEqual(verdicts, {tag.split()[0] for tag in re.findall(r"^ {11}([a-z_]+)  ", self.commands["check"],
                                                                        re.MULTILINE)})


class Configuration(unittest.TestCase):
    """twinlock.conf.5 against the file that `twinlock init` makes, where every key stands with its default."""

    sections = parts(parts(formatted("twinlock.conf.5"), 0)["KEYS"], 3)

    @classmethod
    def setUpClass(cls) -> None:
        with tempfile.TemporaryDirectory(dir="/run") as directory:
            config = Path(directory, "twinlock.conf")
            run("init", "--config", config)
            cls.text = config.read_text()

    def documented(self, section: str) -> dict[str, Any]:
        """Keys with their defaults; each default is TOML."""
        tags = [tag for tag in items(self.sections[section]) if re.match(r"[a-z\d_]+ = ", tag)]
        return tomllib.loads("\n".join(tags))

    def test_has_exactly_the_keys_and_defaults_of_the_file(self) -> None:
        defaults = tomllib.loads(self.text)
        services = defaults.pop("service")
        top = {key: value for key, value in defaults.items() if not isinstance(value, dict)}
        self.assertEqual(top, self.documented("At the top"))
        tables = {f"[{name}]" for name, value in defaults.items() if isinstance(value, dict)}
        self.assertEqual({"At the top", *tables, "[service.NAME]", "[[rule]]"}, set(self.sections))
        for table in tables:
            with self.subTest(table):
                self.assertEqual(defaults[table.strip("[]")], self.documented(table))
        self.assertEqual(services["samba"], self.documented("[service.NAME]"))
        without_separator = {key: value for key, value in services["samba"].items() if key != "separator"}
        self.assertEqual(services["sshd"], without_separator)

    def test_has_exactly_the_keys_and_actions_of_a_rule(self) -> None:
        example = re.sub("^# ", "", self.text[self.text.index("# [[rule]]"):], flags=re.MULTILINE)
        documented = {tag for tag in items(self.sections["[[rule]]"]) if re.fullmatch("[a-z]+", tag)}
        self.assertEqual(set(tomllib.loads(example)["rule"][0]), documented)
        self.assertEqual(["require", "exempt", "deny", "observe"],
                         re.findall(r"^ {13}(\w+) {2,}\w", self.sections["[[rule]]"], re.MULTILINE))

    def test_its_examples_are_good(self) -> None:
        text = parts(formatted("twinlock.conf.5"), 0)["EXAMPLES"]
        blocks = re.findall(r"(?:^ {11}.*\n|^\n(?= {11}))+", text, re.MULTILINE)
        self.assertEqual(3, len(blocks))
        for block in blocks:
            with self.subTest(block), tempfile.TemporaryDirectory(dir="/run") as directory:
                config = Path(directory, "twinlock.conf")
                config.write_text(re.sub("^ +", "", block, flags=re.MULTILINE).replace('"sudo"', '"alice"'))
                done = run("config", "check", "--config", config)
                self.assertEqual(0, done.status, done.messages)


class Module(unittest.TestCase):
    """pam_twinlock.8 against the module's source and the files that we ship."""

    sections = parts(formatted("pam_twinlock.8"), 0)

    def test_has_exactly_the_arguments_of_the_module(self) -> None:
        source = (paths.SOURCE / "pam/module_arguments.cc").read_text()
        advice = re.findall(r'"use (.*); see pam_twinlock\(8\)"', source)
        self.assertEqual(1, len(advice))
        known = {argument.split("=")[0] for argument in re.split(", | or ", advice[0])}
        self.assertEqual(known, {tag.split("=")[0] for tag in items(self.sections["OPTIONS"]) if " " not in tag})
        self.assertEqual(known, set(re.findall(r"\[(\w+)", self.sections["SYNOPSIS"])))

    def test_has_only_codes_that_the_module_returns(self) -> None:
        source = "".join((paths.SOURCE / "pam" / name).read_text() for name in ("pam_codes.cc", "pam_entry.cc"))
        returned = set(re.findall(r"PAM_(?:SUCCESS|\w+_(?:ERR|DENIED))\b", source))
        self.assertEqual(returned, set(re.findall(r"^ {5}(PAM_[A-Z_]+)  ", self.sections["PAM CODES"], re.MULTILINE)))

    def test_its_lines_stand_in_the_files_that_we_ship(self) -> None:
        self.assert_lines_of("pam.d/sshd", "Password and code over SSH", "(?:auth|account|session) .*")
        self.assert_lines_of("sshd_config.d/10-twinlock.conf", "The settings that belong to it", r"\w+ .*")
        self.assert_lines_of("pam.d/samba", "The whole of", r"\S+ .*")

    def test_every_setting_of_smbd_that_we_ship_is_explained(self) -> None:
        shipped = re.findall(r"^(\w[^=\n]*) = ", (paths.PACKAGING / "samba/twinlock.conf").read_text(), re.MULTILINE)
        explained = re.findall(r"([a-z][a-z ]+) = ", parts(formatted("twinlock-smb-map.8"), 0)["SETTING UP"])
        self.assertEqual(shipped, [setting for setting in explained if setting in shipped])

    def assert_lines_of(self, file: str, heading: str, pattern: str) -> None:
        shipped = [" ".join(line.split()) for line in (paths.PACKAGING / file).read_text().splitlines()]
        shown = self.sections["EXAMPLES"].split(heading)[1]
        block = re.search(r"(?:^ {11}.*\n|^\n(?= {11}))+", shown, re.MULTILINE)
        assert block
        lines = [" ".join(line.split()) for line in block[0].splitlines() if re.fullmatch(pattern, line.strip())]
        places = [shipped.index(line) for line in lines]
        self.assertGreater(len(lines), 3)
        self.assertEqual(sorted(places), places)
