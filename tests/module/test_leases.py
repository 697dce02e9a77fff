"""Leases and addresses: who needs no new code, and from where."""

import socket

from support import twinlock
from support.pam import IN_SSHD, KEYBOARD, Code
from support.pam_scenario import ADDRESS, PamScenario


class Leases(PamScenario):
    config = '[service.sshd]\nopens = ["sshd", "samba"]\n'

    def earn(self, rhost: str = ADDRESS) -> None:
        end = (KEYBOARD, "open_session")
        self.assert_accepted(self.ssh("alice", self.phone.code(), then=end, rhost=rhost))
        self.clear_logs()

    def assert_leased(self, **scenario: object) -> None:
        outcome = self.attempt("alice", **scenario)
        self.assert_accepted(outcome)
        self.assertEqual([], outcome.prompts)
        self.assertEqual(("login", "leased"), self.verdicts()[-1])

    def assert_asked(self, **scenario: object) -> None:
        self.assertEqual(["Code: "], self.attempt("alice", "", **scenario).prompts)

    def test_it_opens_what_it_names_and_nothing_else(self) -> None:
        self.earn()
        self.assert_leased(service="samba")
        self.assert_leased(service="sshd")
        self.assert_asked(service="su")

    def test_it_is_the_users_and_the_addresss_own(self) -> None:
        self.earn()
        self.assert_asked(rhost="192.0.2.8")
        self.assert_asked(rhost="2001:db8::7")
        self.assert_asked(rhost=None)
        self.enrol("carol")
        self.assertEqual(["Code: "], self.attempt("carol", "").prompts)

    def test_it_ends(self) -> None:
        self.earn()
        self.assert_leased(hours_ahead=9.9)
        self.assert_asked(hours_ahead=10.1)

    def test_it_is_void_before_its_time_and_where_the_configuration_has_become_stricter(self) -> None:
        self.earn()
        self.assert_asked(hours_ahead=-1)
        self.configure('[service.sshd]\nopens = ["sshd", "samba"]\nlease = "9h"\n')
        self.assert_asked()

    def test_mapped_addresses_are_the_same_client(self) -> None:
        self.earn(rhost="::ffff:192.0.2.7")
        self.assert_leased(rhost="192.0.2.7")
        self.assert_leased(rhost="::ffff:192.0.2.7")
        self.assert_leased(rhost="::FFFF:c000:207")

    def test_it_covers_the_64_bits_of_an_ipv6_network(self) -> None:
        self.earn(rhost="2001:db8:0:1::7")
        self.assert_leased(rhost="2001:db8:0:1:ffff::8")
        self.assert_asked(rhost="2001:db8:0:2::7")

    def test_account_admits_by_it_and_without_a_proof(self) -> None:
        self.earn()
        self.assertEqual(Code.SUCCESS, self.account(None).code("account"))
        self.assertEqual(Code.SUCCESS, self.account(None, service="samba").code("account"))

    def test_a_leased_login_earns_no_other_one(self) -> None:
        self.earn()
        until = twinlock.leases("alice")[0]["until"]
        outcome = self.ssh("alice", then=(KEYBOARD, "open_session"))
        self.assert_accepted(outcome)
        self.assertIsNone(outcome.variable("TWINLOCK_PROOF"))
        self.assertEqual(until, twinlock.leases("alice")[0]["until"])


class Addresses(PamScenario):
    def test_names_are_no_addresses(self) -> None:
        names = ["localhost", "files.example.com", "local", "192.0.2.7.example.com", "UNKNOWN", "192.0.2", "0x7f.1", " ",
                 "192.0.2.7 ", "192.0.2.7:22", "[2001:db8::7]", "x" * 5000, socket.gethostname()]
        for name in names:
            for step, refusal in (("authenticate", Code.AUTH_ERR), ("account", Code.PERM_DENIED)):
                with self.subTest(name=name[:30], step=step):
                    self.clear_logs()
                    outcome = self.attempt("alice", self.phone.code(), steps=[IN_SSHD, step], rhost=name)
                    self.assertEqual(refusal, outcome.code(step))
                    self.assert_one_complaint("PAM_RHOST: ", "UseDNS no")

    def test_no_address_at_all_is_the_machine_itself(self) -> None:
        self.assert_accepted(self.attempt("alice", self.phone.code(), service="su", rhost=None))
        self.assert_accepted(self.attempt("alice", self.phone.code(1), service="su", rhost=""))
        self.assertEqual({"local"}, {line["address"] for line in twinlock.audit_lines()})
