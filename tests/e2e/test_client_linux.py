"""packaging/clients/files.sh as a person starts it: a real sshd, a real smbd, and smbclient as the system's client."""

import re
import subprocess
import tempfile
from pathlib import Path

import pexpect

from support import accounts, paths, smbd, sshd, twinlock
from support.accounts import ALICE, CAROL
from support.scenario import SshScenario

START_FILE = paths.PACKAGING / "clients/files.sh"
KNOWN_HOSTS = Path("/etc/ssh/ssh_known_hosts")
ENGLISH = {"welcome": "type your password, then the code", "refused": "Password or code was not right",
           "unreachable": "cannot be reached", "changed": "another key than before", "closed": "files were not opened",
           "share": "could not be connected", "open": "Your files are open at this address until"}
GERMAN = {"welcome": "Tippen Sie Ihr Passwort", "refused": "Passwort oder Code war falsch",
          "open": "Ihre Dateien sind an dieser Adresse bis"}


class Laptop(SshScenario):
    """Somebody's own machine, on which she has another name; she is alice on the server."""

    files: smbd.Smbd

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.files = cls.enterClassContext(smbd.Smbd())
        accounts.make_group("twinlock-open", ALICE)
        cls.addClassCleanup(accounts.install)

    def setUp(self) -> None:
        super().setUp()
        keys = subprocess.run(["ssh-keyscan", "-p", str(self.server.port), "127.0.0.1"], capture_output=True, text=True,
                              check=True).stdout
        KNOWN_HOSTS.write_text(keys)
        self.start_file = Path("/tmp/files.sh")
        self.edit({"SERVER": "127.0.0.1", "USER_NAME": "alice", "SSH_PORT": str(self.server.port),
                   "SMB_PORT": str(self.files.port)})
        self.programs = [Path("/usr/bin", name) for name in ("ssh", "id", "smbclient")]

    def edit(self, settings: dict[str, str]) -> None:
        """What the administration does before it hands the file out."""
        text = (self.start_file if self.start_file.exists() else START_FILE).read_text()
        for name, value in settings.items():
            text, count = re.subn(rf"^{name}=.*?(?=  #|$)", f"{name}='{value}'", text, flags=re.MULTILINE)
            self.assertEqual(1, count)
        self.start_file.write_text(text)

    def start(self, language: str = "en_GB.UTF-8") -> pexpect.spawn:
        """As carol, with nothing but these programs on her machine."""
        tools = Path("/tmp/tools")
        tools.mkdir(exist_ok=True)
        for tool in tools.iterdir():
            tool.unlink()
        for program in self.programs:
            (tools / program.name).symlink_to(program)
        person = pexpect.spawn(
            "/usr/bin/setpriv", [f"--reuid={CAROL.uid}", f"--regid={CAROL.uid}", "--clear-groups", "/bin/sh", str(self.start_file)],
            env={"PATH": str(tools), "LANG": language, "TERM": "dumb"}, encoding="utf-8", timeout=30, echo=False)
        person.delaybeforesend = None
        self.addCleanup(person.close, force=True)
        return person

    def answer_ssh(self, person: pexpect.spawn, code: str, password: str = ALICE.password) -> None:
        for prompt, answer in (("Password: ", password), ("Code: ", code)):
            if person.expect_exact([prompt, "Enter"]) == 1:  # a wrong password ends it before the code
                return
            person.sendline(answer)

    def assert_gives_up(self, person: pexpect.spawn, text: str) -> None:
        """Says why, waits until that was read, and ends with 1."""
        if text not in str(person.before):
            person.expect_exact(text)
            person.expect("Enter|Eingabetaste")
        person.sendline("")
        person.expect(pexpect.EOF)
        person.wait()
        self.assertEqual(1, person.exitstatus)


class Opens(Laptop):
    def check_whole_way(self, language: str, texts: dict[str, str]) -> None:
        person = self.start(language)
        person.expect_exact(texts["welcome"])
        self.answer_ssh(person, self.phone.code())
        person.expect_exact(texts["open"])
        person.expect_exact("Password for")  # smbclient asks for it, and for no code
        person.sendline(ALICE.password)
        person.expect_exact("smb: \\> ")
        person.sendline("ls")
        person.expect_exact("readme.txt")
        person.sendline("exit")
        person.expect(pexpect.EOF)
        person.wait()
        self.assertEqual(0, person.exitstatus)

    def test_the_files_open_with_one_code_in_english(self) -> None:
        self.check_whole_way("en_GB.UTF-8", ENGLISH)

    def test_the_files_open_with_one_code_in_german(self) -> None:
        self.configure('language = "de"\n')
        self.check_whole_way("de_DE.UTF-8", GERMAN)

    def test_gio_is_asked_first_where_there_is_one(self) -> None:
        """With a stand-in: a real one needs a desktop."""
        asked, stand_in = Path("/tmp/asked"), Path("/tmp/gio")
        asked.write_text("")
        asked.chmod(0o666)
        stand_in.write_text(f'#!/bin/sh\necho "$*" >>{asked}\n')
        stand_in.chmod(0o755)
        self.programs.append(stand_in)
        person = self.start()
        self.answer_ssh(person, self.phone.code())
        person.expect(pexpect.EOF)
        place = f"smb://alice@127.0.0.1:{self.files.port}/data"
        self.assertEqual(f"mount {place}\nopen {place}\n", asked.read_text())


class SaysWhatWentWrong(Laptop):
    def test_a_wrong_code(self) -> None:
        person = self.start()
        self.answer_ssh(person, "000000")
        for _ in range(2):  # ssh lets her try again
            self.answer_ssh(person, "000000")
        self.assert_gives_up(person, ENGLISH["refused"])
        self.assertEqual([], twinlock.leases("alice"))

    def test_a_server_that_is_not_there(self) -> None:
        self.edit({"SSH_PORT": "1"})
        self.assert_gives_up(self.start(), ENGLISH["unreachable"])

    def test_a_server_that_shows_another_key(self) -> None:
        other = sshd.make_key(Path(self.enterContext(tempfile.TemporaryDirectory()), "key"))
        KNOWN_HOSTS.write_text(f"[127.0.0.1]:{self.server.port} {other}")
        self.assert_gives_up(self.start(), ENGLISH["changed"])

    def test_a_lease_that_is_not_granted(self) -> None:
        self.configure('[service.sshd]\nlease = "0"\n')
        person = self.start()
        self.answer_ssh(person, self.phone.code())
        self.assert_gives_up(person, ENGLISH["closed"])

    def test_a_share_that_does_not_connect(self) -> None:
        person = self.start()
        self.answer_ssh(person, self.phone.code())
        person.expect_exact("Password for")
        person.sendline("wrong")
        self.assert_gives_up(person, ENGLISH["share"])
