"""Includes point one way (DESIGN 2, CONTRIBUTING.md), and what only one place may do is done nowhere else.

Each rule is a function from source files to complaints, so that the same test shows that it can complain.
"""

import re
import unittest
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

from support import paths

Tree = Mapping[str, str]  # path below the top directory → text
Rule = Callable[[Tree], Iterator[str]]

_CORE = {"base", "otp", "crypto", "account"}
_SERVICES = _CORE | {"policy", "config", "text", "store", "audit", "live"}
# What each directory may include besides itself.
ALLOWED: dict[str, set[str]] = {
    "base": set(),
    "otp": {"base"},
    "crypto": {"base"},
    "account": {"base", "otp", "crypto"},
    "policy": _CORE,
    "config": {"base", "policy"},
    "text": _CORE | {"config"},
    "store": _CORE | {"config"},
    "audit": _CORE | {"config"},
    "live": _CORE | {"config"},
    "qr": {"base", "otp"},
    "login": _SERVICES,
    "pam": _SERVICES | {"login"},
    "cli": _SERVICES | {"login", "qr"},
}

# Of the standard library, what reaches out of the process or reads a clock. C headers (….h) count as such.
_IMPURE = {"chrono", "ctime", "cstdio", "cstdlib", "filesystem", "fstream", "future", "iostream", "mutex", "random",
           "sstream", "thread"}
_NOT_FOR_THE_CORE = ("base/clock.h", "base/unique_fd.h", "config/", "store/", "audit/")

# Headers that only these files may include.
RESERVED = {
    r"security/.*": {"pam/pam_session.cc", "pam/pam_codes.cc", "pam/pam_entry.cc", "cli/setup/pam_trial.cc"},
    r"CLI/.*": {"cli/grammar.cc"},
    r"toml\+\+/.*": {"common/config/toml_document.cc"},
}
THROWN_AT_BY_ITS_LIBRARY = "cli/grammar.cc"  # CLI11 answers with exceptions only
_ENTRY = re.compile(r"\bint (main|pam_sm_authenticate)\(")

# The host process is not ours.
_HOSTS_OWN = re.compile(r"\b(setlocale|umask|f?chdir|signal|sigaction|setenv|putenv|unsetenv|setrlimit|alarm)\(")


def area(path: str) -> str:
    """The directory by which a file is included."""
    parts = PurePosixPath(path).parts
    return parts[1] if parts[0] == "common" else parts[0]


def included(text: str) -> tuple[list[str], list[str]]:
    """What stands in quotes, and what in angle brackets."""
    return (re.findall(r'^\s*#\s*include\s*"([^"]+)"', text, re.MULTILINE),
            re.findall(r"^\s*#\s*include\s*<([^>]+)>", text, re.MULTILINE))


def code(text: str) -> str:
    """Without comments and literals."""
    literals = r'R"(\w*)\((?:.|\n)*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])+\''
    return re.sub(rf"{literals}|//[^\n]*|/\*(?:.|\n)*?\*/", " ", text)


def wrong_direction(tree: Tree) -> Iterator[str]:
    for path, text in tree.items():
        mine = area(path)
        for header in included(text)[0]:
            theirs = header.partition("/")[0]
            if theirs != mine and theirs not in ALLOWED.get(mine, set()):
                yield f"{path} includes {header}"


def impure_core(tree: Tree) -> Iterator[str]:
    """common/account sees no clock, store, configuration or file, not even through another header."""
    for path, text in tree.items():
        if area(path) != "account":
            continue
        for header in reachable(tree, text):
            if header.startswith(_NOT_FOR_THE_CORE):
                yield f"{path} reaches {header}"
        for header in included(text)[1]:
            if header in _IMPURE or header.endswith(".h"):
                yield f"{path} includes <{header}>"


def reachable(tree: Tree, text: str) -> set[str]:
    """The headers of ours that this text includes, and those that they include."""
    found: set[str] = set()
    waiting = included(text)[0]
    while waiting:
        header = waiting.pop()
        if header not in found:
            found.add(header)
            waiting += included(tree.get(f"common/{header}", ""))[0]
    return found


def reserved_headers(tree: Tree) -> Iterator[str]:
    for path, text in tree.items():
        for header in sum(included(text), []):
            for pattern, owners in RESERVED.items():
                if re.fullmatch(pattern, header) and path not in owners:
                    yield f"{path} includes {header}"


def caught_elsewhere(tree: Tree) -> Iterator[str]:
    """Every program and the module catch once, in their entry."""
    for path, text in tree.items():
        tries = len(re.findall(r"\btry\b", code(text)))
        expected = 1 if _ENTRY.search(code(text)) or path == THROWN_AT_BY_ITS_LIBRARY else 0
        if tries != expected:
            yield f"{path} has {tries} try, not {expected}"


def ignoring(tree: Tree) -> Iterator[str]:
    return (f"{path} names PAM_IGNORE" for path, text in tree.items() if "PAM_IGNORE" in code(text))


def meddling(tree: Tree) -> Iterator[str]:
    """Nothing that a login runs through changes the program around it."""
    for path, text in tree.items():
        if path.startswith(("common/", "pam/")):
            yield from (f"{path} calls {name}" for name in _HOSTS_OWN.findall(code(text)))


def output(tree: Tree) -> Iterator[str]:
    """What the module runs through prints nothing: descriptors 1 and 2 are the host's, or a file's by now."""
    streams = re.compile(r"\b(?:std::)?(cout|cerr|clog|printf|puts|perror|STDOUT_FILENO|STDERR_FILENO)\b")
    for path, text in tree.items():
        if path.startswith(("common/", "pam/")) and not re.search(r"\bint main\(", code(text)):
            yield from (f"{path} uses {name}" for name in streams.findall(code(text)))


def source_tree() -> Tree:
    files = [file for top in ("common", "pam", "cli") for file in (paths.SOURCE / top).rglob("*")]
    return {str(file.relative_to(paths.SOURCE)): file.read_text() for file in files if file.suffix in (".h", ".cc")}


class RuleTest(unittest.TestCase):
    def check(self, rule: Rule, *offences: tuple[str, str]) -> None:
        """The tree is without complaint; each offence, a path and a text, brings one."""
        tree = source_tree()
        self.assertGreater(len(tree), 100)
        self.assertEqual([], list(rule(tree)))
        for path, text in offences:
            with self.subTest(path=path, text=text):
                self.assertEqual(1, len(list(rule({**tree, path: text}))))


class Includes(RuleTest):
    def test_every_directory_has_its_row(self) -> None:
        self.assertEqual(set(ALLOWED), {area(path) for path in source_tree()})
        for path in source_tree():
            self.assertIn(path.split("/")[0], ("common", "pam", "cli"))

    def test_no_directories_include_each_other(self) -> None:
        for name, others in ALLOWED.items():
            for other in others:
                self.assertNotIn(name, ALLOWED[other])

    def test_they_point_one_way(self) -> None:
        self.check(wrong_direction, ("common/base/x.h", '#include "account/record.h"'),
                   ("common/account/x.cc", '#  include "policy/rules.h"'),
                   ("common/store/x.cc", '#include "audit/audit_log.h"'),
                   ("common/login/x.cc", '#include "pam/login.h"'), ("pam/x.cc", '#include "qr/png.h"'),
                   ("pam/x.cc", '#include "cli/desk.h"'), ("cli/commands/x.cc", '#include "pam/login.h"'),
                   ("common/audit/x.cc", '#include "audit_log.h"'))

    def test_the_core_is_pure(self) -> None:
        self.check(impure_core, ("common/account/x.cc", '#include "base/clock.h"'),
                   ("common/account/x.cc", '#include "store/new.h"'), ("common/account/x.h", "#include <iostream>"),
                   ("common/account/x.cc", "#include <unistd.h>"), ("common/account/x.cc", "#include <sys/stat.h>"),
                   ("common/account/x.cc", "#include <chrono>"))

    def test_the_core_is_pure_through_other_headers_too(self) -> None:
        tree = {"common/account/x.cc": '#include "crypto/y.h"', "common/crypto/y.h": '#include "base/clock.h"'}
        self.assertEqual(["common/account/x.cc reaches base/clock.h"], list(impure_core(tree)))

    def test_each_foreign_library_has_one_place(self) -> None:
        self.check(reserved_headers, ("pam/login.cc", "#include <security/pam_modules.h>"),
                   ("cli/commands/x.cc", "#include <CLI/CLI.hpp>"), ("common/config/x.cc", "#include <toml++/toml.h>"),
                   ("pam/pam_session.h", "#include <security/_pam_types.h>"))


class Sources(RuleTest):
    """What is said in code, not in a comment or a text."""

    def test_exceptions_are_caught_in_entries_only(self) -> None:
        entry = "int main() { try { run(); } catch (...) {} }"
        self.check(caught_elsewhere, ("pam/x.cc", "try { f(); } catch (...) {}"),
                   ("cli/x_main.cc", "int main() { f(); }"),
                   ("cli/x_main.cc", entry + entry), ("common/base/x.cc", "Result<int> f() try { } catch (...) { }"))
        self.assertEqual([], list(caught_elsewhere({"cli/x_main.cc": entry})))

    def test_pam_ignore_is_nowhere(self) -> None:
        self.check(ignoring, ("pam/x.cc", "return PAM_IGNORE;"), ("cli/x.cc", "return PAM_IGNORE;"))

    def test_the_host_process_is_left_alone(self) -> None:
        self.check(meddling, ("pam/x.cc", "std::setlocale(LC_ALL, locale);"), ("common/store/x.cc", "::umask(0);"),
                   ("common/base/x.cc", "::chdir(path);"), ("pam/x.cc", "std::signal(SIGPIPE, SIG_IGN);"),
                   ("common/x/x.cc", "sigaction(SIGXFSZ, &a, &b);"), ("pam/x.cc", "::setenv(name, value, 1);"))

    def test_nothing_is_printed(self) -> None:
        self.check(output, ("pam/x.cc", "std::cerr << bug.what();"), ("common/text/x.cc", "std::printf(text);"))

    def test_comments_and_texts_do_not_count(self) -> None:
        for text in ("// try umask(0)\n", "/* try\n umask(0) */", '"try \\" umask(0)"', 'R"(try " umask(0)\n)"',
                     "'\"' // try"):
            self.assertEqual("", code(text).strip())
        self.assertEqual("1'000 + umask( )", code("1'000 + umask('x')"))
