"""What logins over SMB do with twinlock's files is what our SELinux module and our AppArmor rules let Samba do."""

import contextlib
import re
import tempfile
from pathlib import Path
from typing import ClassVar

from impacket.smbconnection import SessionError  # type: ignore[import-untyped]

from support import apparmor, selinux, system_calls, twinlock
from support.accounts import ALICE, BOB
from support.apparmor import Profile
from support.selinux_scenario import RULES, WithPolicy, fresh_start, needs_by, permissions_on
from support.smb_client import Connection
from support.smb_scenario import ELSEWHERE, FOR_IMPACKET, HOME, SmbScenario
from support.system_calls import Need, Trace

PROGRAMS = {"sh": "sh", "smb-map": "smb-map", "samba-dcerpcd": "rpcd", "rpcd_lsad": "rpcd"}
HELPER = "twinlock-smb-map"


class Smb(WithPolicy, SmbScenario):
    smb_options = FOR_IMPACKET

    _trace: ClassVar[Trace | None] = None

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.compile(Path(cls.enterClassContext(selinux.work_directory())))

    def setUp(self) -> None:
        super().setUp()
        self.configure(RULES)

    def trace(self) -> Trace:
        """One for all tests: codes, leases, refusals, and a login within RPC."""
        if Smb._trace is None:
            bobs_phone = twinlock.enrol("bob")
            with fresh_start(), system_calls.attached(self.server.pid, PROGRAMS, "smbd") as end:
                self.assert_let_in(self.log_in(self.with_code()))
                self.assert_let_in(self.log_in("alice"))
                self.assert_refused(self.log_in(self.with_code(self.phone.wrong_code()), source=ELSEWHERE))
                self.log_in_within_rpc(f"bob+{bobs_phone.code()}")
                self.wait_until_nobody_is_listed()
                Smb._trace = end()
        return Smb._trace

    def log_in_within_rpc(self, name: str) -> None:
        """Traced, the start of Samba's processes for RPC can take longer than smbd waits for them. Then once more: bob
        has a lease by then, and they are there.
        """
        for _ in range(5):
            with contextlib.suppress(SessionError), Connection(self.server, source=HOME) as connection:
                self.assertEqual("", connection.log_in(name, BOB.password), self._logs())
                name = "bob"
                connection.log_in_on_pipe("alice", ALICE.password)
                return
        self.fail("no login within RPC" + self._logs())

    def needs(self, program: str) -> set[Need]:
        return needs_by(self.trace(), program)

    def profile(self, file: str, name: str) -> Profile:
        directory = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="apparmor.")))
        apparmor.install(directory)
        return Profile(apparmor.parse(directory, file, "--preprocess"), name)

    def test_the_trace_has_seen_what_a_login_is_about(self) -> None:
        smbd, helper, rpc = (self.needs(program) for program in ("smbd", "smb-map", "rpcd"))
        self.assertIn("write", permissions_on("/var/lib/twinlock/users/alice", smbd))
        self.assertLessEqual({"add_name", "remove_name"}, permissions_on("/run/twinlock/sessions", smbd))
        self.assertIn("remove_name", permissions_on("/run/twinlock/smb", smbd))
        self.assertIn("add_name", permissions_on("/run/twinlock/smb", helper))
        self.assertEqual(set(), permissions_on("/etc/twinlock/key", helper))
        self.assertIn("read", permissions_on("/var/lib/twinlock/users/alice", rpc))

    def test_selinux_grants_all_of_it(self) -> None:
        helper, rpc = self.needs("smb-map") | self.needs("sh"), self.needs("rpcd")
        self.assert_covered(self.needs("smbd") | helper | rpc, "smbd_t")
        self.assert_covered(helper | rpc, "winbind_rpcd_t")

    def test_selinux_lets_smbd_start_the_helper_through_its_shell(self) -> None:
        for program in (self.policy.label("/usr/libexec/twinlock/smb-map", "file"), "shell_exec_t"):
            self.assertLessEqual({"execute", "execute_no_trans", "open", "read", "map"},
                                 self.policy.allowed("smbd_t", program, "file"))

    def assert_in_profile(self, profile: Profile, needs: set[Need]) -> None:
        for need in sorted(needs):
            path, letters = apparmor.letters_for(need)
            if system_calls.is_ours(need.path):
                self.assertLessEqual(set(letters), profile.allowed(path), path)

    def test_apparmor_grants_all_of_it(self) -> None:
        self.assert_in_profile(self.profile("usr.sbin.smbd", "smbd"), self.needs("smbd"))
        self.assert_in_profile(self.profile("samba-rpcd", "samba-rpcd"), self.needs("rpcd"))
        self.assert_in_profile(self.profile("usr.sbin.smbd", HELPER), self.needs("smb-map"))

    def test_apparmor_lets_the_helper_open_whatever_it_opens(self) -> None:
        """Its profile is all of our own making."""
        profile = self.profile("usr.sbin.smbd", HELPER)
        opened = {(match[2], "m" if ".so" in match[2] else "r") for program, line in self.trace().lines
                  if program in ("sh", "smb-map")
                  and (match := re.match(r'openat\(.*, (O_\S*)[,)].* = \d+<(/[^>]*)>$', line)) and "O_PATH" not in match[1]}
        self.assertIn("/etc/twinlock/twinlock.conf", {path for path, _ in opened})
        for path, letter in sorted(opened):
            place = f"{path}/" if Path(path).is_dir() else path
            self.assertIn(letter, profile.allowed(place), place)

    def test_apparmor_keeps_keys_and_records_from_the_helper(self) -> None:
        profile = self.profile("usr.sbin.smbd", HELPER)
        for path in ("/etc/twinlock/key", "/run/twinlock/key", "/var/lib/twinlock/users/alice",
                     "/var/log/twinlock/audit.log", "/run/twinlock/sessions/7.login"):
            self.assertEqual(set(), profile.allowed(path), path)
