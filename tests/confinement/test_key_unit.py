"""twinlock-key.service: the key from an encrypted credential of systemd.

It is sealed with a key of this host: there is no TPM here, and no systemd that opens the credential for the unit.
"""

import re
import shlex
import subprocess
import tempfile
from pathlib import Path

from support import paths, twinlock, unit_file
from support.command import CONFIG_FILE, DONE, NO, USERS, CommandScenario, run
from support.unit_file import Unit

KEY_FILE = Path("/etc/twinlock/key")
MANUAL = paths.SOURCE / "man/pam_twinlock.8"


class Key(CommandScenario):
    unit = Unit("twinlock-key.service")
    sealed = Path("/etc/credstore.encrypted/twinlock-key")
    placed = Path("/run/twinlock/key")

    def setUp(self) -> None:
        super().setUp()
        CONFIG_FILE.unlink()
        KEY_FILE.unlink(missing_ok=True)
        twinlock.run("init")
        self.phone = twinlock.enrol("alice")
        self.key = KEY_FILE.read_text()
        subprocess.run(["systemd-creds", "setup"], check=True, capture_output=True)
        self.sealed.parent.mkdir(mode=0o700, exist_ok=True)
        self.credentials = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="credentials.")))

    def seal(self, source: str) -> None:
        subprocess.run(["systemd-creds", "encrypt", "--name=twinlock-key", "--with-key=host", source, self.sealed],
                       check=True, capture_output=True)

    def start_unit(self, *prefix: str) -> None:
        """As systemd would: the credential opened, then the commands."""
        ((name, source),) = (value.split(":") for value in self.unit.all("LoadCredentialEncrypted"))
        self.assertEqual(str(self.sealed), source)
        opened = self.credentials / name
        opened.unlink(missing_ok=True)
        subprocess.run(["systemd-creds", "decrypt", f"--name={name}", source, opened], check=True, capture_output=True)
        opened.chmod(0o400)
        for command in self.commands():
            subprocess.run([*prefix, *command], check=True, env={"PATH": "/usr/sbin:/usr/bin"})

    def commands(self) -> list[list[str]]:
        return [[word.replace("${CREDENTIALS_DIRECTORY}", str(self.credentials)) for word in line.split()]
                for line in self.unit.all("ExecStart")]

    def use_placed_key(self) -> None:
        CONFIG_FILE.write_text('[store]\nkey_file = "/run/twinlock/key"\n')
        KEY_FILE.unlink()

    def test_the_placed_key_opens_the_records(self) -> None:
        self.seal("/etc/twinlock/key")
        self.assertNotIn(self.key.splitlines()[-1].encode(), self.sealed.read_bytes())
        self.start_unit(*self.unit.prefix)
        status = self.placed.stat()
        self.assertEqual((0o100600, 0, 0), (status.st_mode, status.st_uid, status.st_gid))
        self.assertEqual(["key"], [path.name for path in self.placed.parent.glob("key*")])
        self.use_placed_key()
        self.assertEqual("accepted", twinlock.run_json("check", "alice", stdin=f"{self.phone.code()}\n")["verdict"])

    def test_until_then_everything_is_refused(self) -> None:
        self.placed.unlink(missing_ok=True)
        self.use_placed_key()
        done = run("check", "alice", stdin=f"{self.phone.code()}\n")
        self.assertIn("/run/twinlock/key", done.messages)
        self.assertNotEqual(0, done.status)

    def follow(self, lines: list[str]) -> None:
        """What an administrator does who follows the manual, with the host's key for want of a TPM."""
        for line in lines:
            if line.startswith("key_file = "):
                CONFIG_FILE.write_text(f"[store]\n{line}\n")
            elif line.startswith("# systemctl "):
                self.assertRegex(line, r"twinlock-key\.service$")
                self.start_unit(*self.unit.prefix)
            else:
                self.do(shlex.split(line.removeprefix("# ").replace("--with-key=host+tpm2", "--with-key=host")))

    def do(self, words: list[str]) -> None:
        program = str(paths.COMMAND) if words[0] == "twinlock" else words[0]
        code = f"{self.phone.code()}\n" if words[:2] == ["twinlock", "check"] else ""
        subprocess.run([program, *words[1:]], input=code, text=True, capture_output=True, check=True)

    def test_the_manual_leads_to_an_encrypted_key_and_through_a_rotation(self) -> None:
        commands = re.search(r"^\.Ss A key that this machine alone can open\n(.*?)^\.S[sh] ", MANUAL.read_text(), re.M | re.S)
        assert commands
        lines = [line.replace(r"\(dq", '"') for line in re.findall(r"^\.Dl (.*)$", commands[1], re.MULTILINE)]
        begin = next(number for number, line in enumerate(lines) if line.startswith("# install "))
        self.follow(lines[:begin])
        self.assertEqual((self.key, False), (self.placed.read_text(), KEY_FILE.exists()))
        self.follow(lines[begin:])
        self.assertFalse(KEY_FILE.exists())
        self.assertGreater(len(self.placed.read_text()), len(self.key))
        self.placed.unlink()  # as a restart does
        self.start_unit(*self.unit.prefix)
        code = self.phone.code(steps_ahead=1)
        self.assertEqual("accepted", twinlock.run_json("check", "alice", stdin=f"{code}\n")["verdict"])

    def test_no_key_is_made_where_it_would_be_gone_after_a_restart(self) -> None:
        self.seal(str(KEY_FILE))
        self.start_unit()
        self.use_placed_key()
        for place in ("/run/twinlock/key", "/var/run/twinlock/key", "/var/../run/twinlock/key"):
            CONFIG_FILE.write_text(f'[store]\nkey_file = "{place}"\n')
            rotated = run("key", "rotate")
            self.assertEqual((NO, ""), (rotated.status, rotated.output), place)
            self.assertIn("CONFINEMENT in pam_twinlock(8)", rotated.messages)
            self.assertEqual(self.key, self.placed.read_text())
        self.assertEqual(DONE, run("init").status)
        self.placed.unlink()
        for record in USERS.iterdir():
            record.unlink()
        self.assertEqual(NO, run("init").status)
        self.assertFalse(self.placed.exists())

    def test_its_commands_make_no_other_system_calls_than_allowed(self) -> None:
        self.seal("/etc/twinlock/key")
        self.start_unit()
        called = set[str]().union(*(unit_file.traced_calls(command) for command in self.commands()))
        self.assertIn("openat", called)
        self.assertEqual(set(), called - self.unit.system_calls)
