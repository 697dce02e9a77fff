"""What the lines of the shipped drop-in keep closed: the same client meets a server with the line and one without."""

import contextlib
import subprocess
from collections.abc import Sequence

from support import syslog, twinlock
from support.accounts import ALICE, BOB, CAROL
from support.smb_client import REFUSED, Connection, smbclient
from support.smb_scenario import ELSEWHERE, FOR_IMPACKET, HOME, SmbScenario
from support.smbd import Smbd

READABLE = "server smb encrypt = default"  # anonymous clients and guests have no key, so encryption alone stops them
GUEST_SHARE = ("[guests]", "path = /tmp", "guest ok = yes")


def ask_as_nobody(server: Smbd, question: str) -> tuple[int, str]:
    done = subprocess.run(["rpcclient", "--port", str(server.port), "--configfile=/dev/null", "--user=%", "127.0.0.1",
                           "--command", question], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


class DropIn(SmbScenario):
    def server_with(self, *options: str) -> Smbd:
        """The drop-in stands, and behind it these lines."""
        return self.enterContext(Smbd(options))


class Pam(DropIn):
    def test_without_any_of_it_the_password_alone_opens_the_files(self) -> None:
        plain = self.enterContext(Smbd(drop_in=()))
        for source in (HOME, ELSEWHERE):
            self.assert_let_in(smbclient(plain, "alice", ALICE.password, source=source))
            self.assert_refused(smbclient(plain, "alice", "wrong", source=source))
            self.assert_refused(self.log_in("alice", source=source))

    def test_only_with_obey_pam_restrictions_twinlock_is_asked(self) -> None:
        unasked = self.server_with("obey pam restrictions = no")
        self.assert_let_in(smbclient(unasked, "bob", BOB.password))
        self.assert_audited()
        self.assert_refused(self.log_in("bob", account=BOB))

    def test_the_helper_must_be_smbds_own_child(self) -> None:
        below_a_shell = self.server_with("username map script = /usr/libexec/twinlock/smb-map")
        self.assert_refused(smbclient(below_a_shell, self.with_code(), ALICE.password))
        self.assert_let_in(self.log_in(self.with_code()))
        self.assert_audited(("alice", "wrong_code"), ("alice", "accepted"))


class Wire(DropIn):
    OLD = ("--max-protocol=SMB2",)  # knows no encryption

    def test_files_never_travel_unencrypted(self) -> None:
        twinlock.run("lease", "grant", "alice", "--address", HOME)
        for options, status in ((("server min protocol = SMB2",), "NT_STATUS_ACCESS_DENIED"),
                                (("server min protocol = SMB2", READABLE), "")):
            outcome = smbclient(self.server_with(*options), "alice", ALICE.password, source=HOME, options=self.OLD)
            self.assertEqual(status, outcome.nt_status, options)

    def test_protocols_before_smb_3_are_refused(self) -> None:
        outcome = smbclient(self.server_with(READABLE), "alice", ALICE.password, source=HOME, options=self.OLD)
        self.assertEqual("NT_STATUS_NOT_SUPPORTED", outcome.nt_status)


class Nobody(DropIn):
    """Whoever has no name passes no PAM."""

    def assert_told(self, expected: bool, server: Smbd, question: str) -> None:
        status, output = ask_as_nobody(server, question)
        self.assertEqual(expected, status == 0, output)
        if not expected:
            self.assertIn("NT_STATUS_ACCESS_DENIED", output)

    def test_nobody_sees_the_list_of_shares(self) -> None:
        self.assert_told(True, self.server_with(READABLE, "restrict anonymous = 0"), "netshareenum")
        self.assert_told(False, self.server_with(READABLE), "netshareenum")

    def test_nobody_changes_a_password(self) -> None:
        """For that Samba wants the old password only and asks no PAM."""
        change = f"chgpasswd3 carol {CAROL.password} a-new-password"
        for options, changed in (((READABLE, "restrict anonymous = 0"), True), ((READABLE,), False)):
            server = self.server_with(*options, "obey pam restrictions = no")  # to see which password is right
            self.assert_told(changed, server, change)
            self.assertEqual(not changed, smbclient(server, "carol", CAROL.password).let_in)

    def test_nobody_becomes_a_guest(self) -> None:
        """Least of all alice, by a refusal of ours that looks like a wrong password."""
        for setting, guests in (("Bad User", ["mallory+492039"]), ("Bad Password", ["mallory+492039", "alice"])):
            lax = self.server_with(READABLE, f"map to guest = {setting}", *GUEST_SHARE)
            for name in guests:
                self.assertTrue(smbclient(lax, name, ALICE.password, share="guests").let_in, (setting, name))
        shipped = self.server_with(READABLE, *GUEST_SHARE)
        for name in ("mallory+492039", "alice"):
            self.assertEqual(REFUSED, smbclient(shipped, name, ALICE.password, share="guests").nt_status)


class OneProcessForEach(DropIn):
    def processes(self, options: Sequence[str]) -> int:
        """How many serve two connections of one client from two addresses, each with a code of its own."""
        twinlock.remove_everybody()
        phone = twinlock.enrol("alice")
        server = self.server_with(*FOR_IMPACKET, *options)
        with contextlib.ExitStack() as stack:
            for source, ahead in ((HOME, 0), (ELSEWHERE, 1)):
                connection = stack.enter_context(Connection(server, source=source, client_guid="G"))
                self.assertEqual(REFUSED, connection.log_in("alice", ALICE.password), source)
                self.assertEqual("", connection.log_in(f"alice+{phone.code(ahead)}", ALICE.password), source)
            sessions = twinlock.run_json("sessions")
        self.assertCountEqual([HOME, ELSEWHERE], [session["address"] for session in sessions])
        return len({session["pid"] for session in sessions})

    def test_connections_of_one_client_share_no_process(self) -> None:
        self.assertEqual(1, self.processes(["server multi channel support = yes"]))
        self.assertEqual(2, self.processes([]))


class Addresses(DropIn):
    def complaints(self, *options: str) -> list[str]:
        """Of a login, which is listed in any case: `account` is told the address."""
        self.clear_logs()
        connection = self.enterContext(Connection(self.server_with(*FOR_IMPACKET, *options)))
        twinlock.run("lease", "grant", "alice", "--address", "127.0.0.1")
        self.assertEqual("", connection.log_in("alice", ALICE.password))
        self.assertEqual(["127.0.0.1"], [session["address"] for session in twinlock.run_json("sessions")])
        twinlock.run("revoke", "alice")
        connection.wait_until_cut()
        return syslog.collected().matching("no lease granted: PAM_RHOST: is not a numeric address")

    def test_sessions_are_told_names_only_where_smbd_looks_them_up(self) -> None:
        self.assertEqual(1, len(self.complaints("hostname lookups = yes")))
        self.assertEqual([], self.complaints())
