"""Names with a code in them, as clients send them and as attackers might."""

import subprocess
from pathlib import Path

from support import accounts, syslog, twinlock
from support.accounts import ALICE, Account
from support.smb_client import REFUSED, Connection
from support.smb_scenario import FOR_IMPACKET, HOME, SmbScenario

NO_LEASE = '[service.samba]\nlease = "0"\n'


class Names(SmbScenario):
    smb_options = FOR_IMPACKET

    def setUp(self) -> None:
        super().setUp()
        self.configure(NO_LEASE)

    def status(self, name: str, domain: str = "", account: Account = ALICE) -> str:
        """By impacket, which hands any name on as it is; empty: let in."""
        with Connection(self.server, source=HOME) as connection:
            return connection.log_in(name, account.password, domain)

    def assert_opens(self, name: str, domain: str = "") -> None:
        self.assertEqual("", self.status(name, domain), self._logs())
        self.assert_audited(("alice", "accepted"))

    def assert_opens_nothing(self, name: str, domain: str = "") -> None:
        """And leaves the code in it unused."""
        self.assertEqual(REFUSED, self.status(name, domain), self._logs())
        self.assertEqual([], [line for line in twinlock.audit_lines() if line["verdict"] == "accepted"])
        self.assertEqual("", self.status(self.with_code()), self._logs())

    def test_a_domain_beside_the_name(self) -> None:
        self.assert_opens(self.with_code(), "OTHERDOM")

    def test_a_domain_in_front_of_the_name(self) -> None:
        self.assert_opens(f"EXAMPLE\\{self.with_code()}")

    def test_a_domain_behind_the_name(self) -> None:
        self.assert_opens(f"{self.with_code()}@example.com")

    def test_capital_letters(self) -> None:
        self.assert_opens(self.with_code(name="ALICE"))

    def test_blanks_and_dashes_within_the_code(self) -> None:
        code = self.phone.code()
        self.assert_opens(f"alice+{code[:3]} {code[3:]}")

    def test_smbclient_with_a_domain(self) -> None:
        self.assert_let_in(self.log_in(f"EXAMPLE\\{self.with_code()}"))

    def test_no_user_name(self) -> None:
        self.assert_opens_nothing(f"+{self.phone.code()}")

    def test_no_code_behind_the_separator(self) -> None:
        self.assert_opens_nothing("alice+")

    def test_too_many_digits(self) -> None:
        self.assert_opens_nothing("alice+12345678901")

    def test_another_separator(self) -> None:
        self.assert_opens_nothing(f"alice.{self.phone.code()}")

    def test_a_quote_that_adds_arguments(self) -> None:
        code = self.phone.code()
        for name in ('alice+" --ip=10.0.0.9 "x', f'--config" /x "alice+{code}', f'alice" "x+{code}', f'"alice+{code}',
                     f'alice+{code}"', f'alice+{code}" "'):
            with self.subTest(name):
                self.assertNotEqual("", self.status(name))
        self.assert_opens(self.with_code())

    def test_what_a_shell_would_run(self) -> None:
        witness = Path("/tmp/witness")
        for name in (f"$(touch {witness})+492039", f"`touch {witness}`+492039", f"alice;touch {witness}+492039",
                     f"alice+492039;touch {witness}", f"alice\ntouch {witness}\n+492039", f"alice|touch {witness}+492039"):
            with self.subTest(name):
                self.assertEqual(REFUSED, self.status(name))
        self.assertFalse(witness.exists())

    def test_a_line_end_within_the_name(self) -> None:
        # smbd swallows the line end, so this is the name of nobody or alice's own; never another's.
        status = self.status(f"bob\nalice+{self.phone.code()}")
        self.assertEqual(REFUSED, status)

    def test_a_name_of_4_kilobytes(self) -> None:
        self.assert_opens_nothing("a" * 4096 + "+492039")

    def test_letters_beyond_ascii(self) -> None:
        self.assert_opens_nothing("müller😀+492039")

    def test_a_backslash_at_the_end(self) -> None:
        self.assert_opens_nothing("alice+492039\\")

    def test_a_users_name_that_holds_the_separator(self) -> None:
        account = Account("alice+carol", 60777, "an-odd-password")
        self.addCleanup(accounts.install)
        accounts.install((*accounts.EVERYBODY, account))
        self.server.add_account(account)
        phone = twinlock.enrol(account.name)
        self.clear_logs()
        self.assertEqual(REFUSED, self.status(account.name, account=account))
        self.assertEqual("", self.status(f"{account.name}+{phone.code()}", account=account), self._logs())
        self.assert_audited((account.name, "wrong_code"), (account.name, "accepted"))

    def test_another_separator_by_configuration(self) -> None:
        self.configure('[service.samba]\nlease = "0"\nseparator = "."\n')
        self.assertEqual(REFUSED, self.status(self.with_code()))
        self.assertEqual("", self.status(f"alice.{self.phone.code()}"), self._logs())

    def test_share_names_that_look_like_a_user_with_a_code_open_and_use_up_nothing(self) -> None:
        """smbd asks its helper for unknown shares too."""
        code = self.phone.code(steps_ahead=1)
        with Connection(self.server, source=HOME) as connection:
            self.assertEqual("", connection.log_in(self.with_code(), ALICE.password))
            for share in ("bob+999999", f"alice+{code}"):
                self.assertEqual("NT_STATUS_BAD_NETWORK_NAME", connection.connect_tree(share))
            self.assertTrue(connection.is_alive())
        self.assert_audited(("alice", "accepted"))
        self.assertEqual(REFUSED, self.status("alice"))
        self.assertEqual("", self.status(f"alice+{code}"))

    def test_the_code_stands_in_no_log_of_ours(self) -> None:
        code = self.phone.code()
        self.assertEqual("", self.status(f"alice+{code}"))
        self.assertEqual(REFUSED, self.status(f"alice+{code}"))
        ours = syslog.collected().text() + str(twinlock.audit_lines())
        self.assertNotIn(code, ours)
        listed = subprocess.run(["grep", "-r", code, "/run/twinlock", "/var/lib/twinlock"], capture_output=True,
                                text=True, check=False)
        self.assertEqual((1, ""), (listed.returncode, listed.stdout))
