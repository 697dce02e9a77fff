"""The start files of packaging/clients/: what can be told about them without the systems that they are for."""

import re
import subprocess
import unittest

from support import paths

CLIENTS = paths.PACKAGING / "clients"
SHELL_FILES = ("files.sh", "files.command")


def text_of(name: str) -> str:
    return (CLIENTS / name).read_bytes().decode()


def shell_texts(name: str, language: str) -> set[str]:
    return set(re.findall(rf"^ +{language}\.(\w+)\) echo \"\S", text_of(name), re.MULTILINE))


def cmd_texts(language: str) -> set[str]:
    block = text_of("files.cmd").split(f"\r\n:{language}\r\n")[1].split("\r\ngoto begin")[0]
    return set(re.findall(r'^set "(\w+)=.', block, re.MULTILINE))


class StartFiles(unittest.TestCase):
    def test_every_text_is_there_in_both_languages(self) -> None:
        for name in SHELL_FILES:
            used = set(re.findall(r"\b(?:text|give_up) (\w+)", text_of(name).split("esac\n}\n", 1)[1])) - {"1"}
            self.assertEqual(used, shell_texts(name, "en"), name)
            self.assertEqual(used, shell_texts(name, "de"), name)
        used = set(re.findall(r'MESSAGE=(\w+)"', text_of("files.cmd"))) | {"WELCOME"}
        self.assertEqual(used, cmd_texts("en"))
        self.assertEqual(used, cmd_texts("de"))

    def test_the_shell_finds_nothing_to_object(self) -> None:
        for name in SHELL_FILES:
            done = subprocess.run(["shellcheck", CLIENTS / name], capture_output=True, text=True, check=False)
            self.assertEqual((0, ""), (done.returncode, done.stdout))

    def test_no_file_reads_or_passes_on_a_password_or_code(self) -> None:
        for name in SHELL_FILES:
            self.assertEqual(["read -r _"], re.findall(r"\bread\b.*", text_of(name).split("give_up() {", 1)[1]))
            self.assertNotRegex(text_of(name), r"sshpass|SSH_ASKPASS|PASSWD|-o StrictHostKeyChecking")
        self.assertNotRegex(text_of("files.cmd"), r"set /p|StrictHostKeyChecking|cmdkey|/savecred")
        self.assertRegex(text_of("files.cmd"), r"/persistent:no")

    def test_windows_gets_its_line_ends_and_plain_letters(self) -> None:
        raw = (CLIENTS / "files.cmd").read_bytes()
        self.assertEqual(raw.count(b"\n"), raw.count(b"\r\n"))
        self.assertTrue(raw.isascii())
        attributes = subprocess.run(["git", "-c", f"safe.directory={paths.SOURCE}", "-C", paths.SOURCE, "check-attr",
                                     "text", "packaging/clients/files.cmd"], capture_output=True, text=True, check=False)
        if attributes.returncode == 0:  # a source archive has no git
            self.assertIn("text: unset", attributes.stdout)

    def test_every_label_of_the_cmd_file_exists(self) -> None:
        text = text_of("files.cmd")
        labels = set(re.findall(r"^:(\w+)", text, re.MULTILINE))
        self.assertLessEqual(set(re.findall(r"goto (\w+)", text)) | {"en", "de"}, labels)

    def test_what_was_not_tried_says_so(self) -> None:
        for name in ("files.cmd", "files.command"):
            self.assertIn("UNTRIED", text_of(name))

    def test_the_desktop_entry_opens_a_terminal(self) -> None:
        entry = text_of("files.desktop")
        self.assertIn("\nTerminal=true\n", entry)
        self.assertRegex(entry, r"\nExec=/\S+/files\.sh\n")
        self.assertRegex(entry, r"\nName\[de\]=\S")
