"""The life of the .deb packages on a fresh Debian: apt installs, upgrades, removes and purges them, and real logins run."""

import json
import unittest
from pathlib import Path

from support import packages
from support.accounts import ALICE, BOB
from support.machine import Machine
from support.smb_client import REFUSED, smbclient
from support.ssh_client import log_in
from support.totp import Phone

NAMES = ("libpam-twinlock", "twinlock")
RECORD = "/var/lib/twinlock/users/alice"
CONFIG = "/etc/twinlock/twinlock.conf"
SHARE = """
[data]
   path = /srv/data
   read only = no
"""


class CleanMachine(unittest.TestCase):
    def setUp(self) -> None:
        self.machine = self.enterContext(Machine())

    def install(self, kind: str) -> str:
        files = [self.machine.copy_in(packages.deb(name, kind), f"/srv/{kind}") for name in NAMES]
        return self.machine.do("apt-get", "install", "--yes", "--no-install-recommends", "--allow-downgrades", "--reinstall",
                               *files)

    def state_of(self, package: str) -> str:
        return self.machine.run("dpkg-query", "--show", "--showformat=${db:Status-Status}", package).stdout

    def enrol(self, user: str) -> Phone:
        """One more token; its first code confirms it, and is used up then."""
        phone = Phone()
        self.machine.do("twinlock", "enrol", user, "--secret-stdin", "--qr", "none",
                        stdin=f"{phone.secret}\n{phone.code(-1)}\n")
        return phone

    def set_up(self, service: str) -> None:
        """Not confirmed yet: a login comes first."""
        self.machine.do("twinlock", "setup", service, "--yes")

    def confirm(self) -> None:
        self.machine.do("twinlock", "setup", "confirm")

    def take_out(self) -> None:
        """Everything is as it was before the setups, byte for byte."""
        for service in ("samba", "ssh"):
            self.machine.do("twinlock", "setup", "undo", service, "--yes")
        self.assertEqual(self.before, {file: self.machine.path(file).read_text() for file in self.before})
        self.assertFalse(self.machine.path("/etc/ssh/sshd_config.d/10-twinlock.conf").exists())
        self.assertFalse(self.machine.path("/etc/samba/twinlock.conf").exists())

    def make_accounts(self) -> None:
        for account in (ALICE, BOB):
            self.machine.do("useradd", "--create-home", "--shell", "/bin/sh", account.name)
            self.machine.do("chpasswd", stdin=f"{account.name}:{account.password}\n")
        self.machine.do("smbpasswd", "-a", "-s", BOB.name, stdin=f"{BOB.password}\n{BOB.password}\n")
        self.machine.write("/etc/samba/smb.conf", self.machine.path("/etc/samba/smb.conf").read_text() + SHARE)
        self.machine.do("install", "--directory", "--mode=777", "/srv/data")
        self.machine.do("install", "--directory", "/run/sshd")
        self.before = {file: self.machine.path(file).read_text()
                       for file in ("/etc/pam.d/sshd", "/etc/pam.d/samba", "/etc/samba/smb.conf")}

    def assert_the_doctor_agrees(self) -> None:
        """What Debian's stock files bring along is no way around the code. Records lie on tmpfs here, which it minds."""
        checks = json.loads(self.machine.run("twinlock", "doctor", "--json").stdout)["checks"]
        self.assertEqual(["store.file-system"], [check["id"] for check in checks if check["result"] == "fail"], checks)

    def assert_ssh_wants_the_code(self, phone: Phone) -> None:
        code = phone.code()
        self.assertFalse(log_in(self.sshd, "alice", {"Password: ": ALICE.password, "Code: ": ""}).let_in)
        entered = log_in(self.sshd, "alice", {"Password: ": ALICE.password, "Code: ": code})
        self.assertTrue(entered.let_in, entered.server_log)
        self.assertEqual(["Password: ", "Code: "], entered.questions())

    def assert_smb_wants_the_code(self, phone: Phone) -> None:
        refused = smbclient(self.smbd, "bob", BOB.password)
        self.assertEqual(REFUSED, refused.nt_status, refused.output)
        entered = smbclient(self.smbd, f"bob+{phone.code()}", BOB.password)
        self.assertTrue(entered.let_in, entered.output + self.smbd.log.text())

    def test_life(self) -> None:
        self.make_accounts()
        self.install("previous")
        self.assertEqual(self.before, {file: self.machine.path(file).read_text() for file in self.before})
        self.assertFalse(self.machine.path("/etc/twinlock").exists())  # nothing secret before `init`
        self.machine.do("twinlock", "init", "--issuer", "File server")
        first, bobs = self.enrol("alice"), self.enrol("bob")
        second, third = self.enrol("alice"), self.enrol("alice")

        self.sshd = self.machine.start(22, "^Server listening on 0.0.0.0", "/usr/sbin/sshd", "-D", "-e")
        self.smbd = self.machine.start(445, "^waiting for connections", "/usr/sbin/smbd", "--foreground",
                                       "--no-process-group", "--debug-stdout", "--debuglevel=2")
        self.set_up("ssh")
        self.assert_ssh_wants_the_code(first)
        self.confirm()
        self.set_up("samba")
        self.assert_smb_wants_the_code(bobs)
        self.confirm()
        self.assert_the_doctor_agrees()

        self.check_upgrade(second)
        self.check_shared_runtime(third)
        self.check_own_test()
        self.check_removal()
        self.check_purge()

    def check_upgrade(self, phone: Phone) -> None:
        kept = {file: self.machine.path(file).read_bytes() for file in (RECORD, CONFIG, "/etc/twinlock/key")}
        older = self.version()
        self.assertIn("(0.1.0", self.install("current").replace("twinlock_", "("))
        self.assertNotEqual(older, self.version())
        self.machine.do("dpkg", "--compare-versions", older, "lt", self.version())
        self.assertEqual(kept, {file: self.machine.path(file).read_bytes() for file in kept})
        self.assert_ssh_wants_the_code(phone)

    def version(self) -> str:
        return self.machine.do("dpkg-query", "--show", "--showformat=${Version}", "twinlock")

    def check_shared_runtime(self, phone: Phone) -> None:
        """The build for distributions that forbid linking the C++ library statically."""
        self.install("shared")
        self.assertEqual("installed", self.state_of("libstdc++6"))
        self.assert_ssh_wants_the_code(phone)

    def check_own_test(self) -> None:
        """debian/tests, which autopkgtest would run."""
        script = Path(self.machine.copy_in(packages.SOURCE_TESTS / "login", "/srv/tests"))
        self.machine.do(str(script))

    def check_removal(self) -> None:
        for command in (("remove",), ("purge",)):
            refused = self.machine.run("apt-get", "--yes", *command, *NAMES)
            self.assertEqual(100, refused.returncode, refused.stdout)
            for word in ("NOT removed", "/etc/pam.d/sshd", "/etc/pam.d/samba", "twinlock setup undo"):
                self.assertIn(word, refused.stdout)
            self.assertEqual(["installed"] * 2, [self.state_of(name) for name in NAMES])
        self.assertEqual("accepted", self.check("alice", self.enrol("alice").code()))
        self.take_out()
        self.machine.do("apt-get", "remove", "--yes", *NAMES)
        self.assertFalse(self.machine.path("/usr/bin/twinlock").exists())
        self.assertEqual([], list(self.machine.path("/usr/lib").glob("*/security/pam_twinlock.so")))
        for kept in (RECORD, CONFIG, "/etc/twinlock/key", "/var/log/twinlock/audit.log"):
            self.assertTrue(self.machine.path(kept).exists(), kept)
        self.assert_the_password_is_enough_again()

    def assert_the_password_is_enough_again(self) -> None:
        """By the method that asks for nothing else, which Debian's sshd has and our drop-in turns off."""
        entered = self.machine.run("sshpass", "-e", "ssh", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                                   f"{ALICE.name}@127.0.0.1", "echo logged in", SSHPASS=ALICE.password)
        self.assertEqual(0, entered.returncode, entered.stdout)
        self.assertIn("logged in", entered.stdout)

    def check(self, user: str, code: str) -> str:
        return self.machine.do("twinlock", "check", user, stdin=f"{code}\n").split()[-1]

    def check_purge(self) -> None:
        self.machine.do("apt-get", "purge", "--yes", *NAMES)
        left = [str(path) for top in ("etc", "usr", "var/lib", "var/log", "run")
                for path in self.machine.path(top).rglob("*twinlock*") if "dpkg" not in str(path)]
        self.assertEqual([], left)
