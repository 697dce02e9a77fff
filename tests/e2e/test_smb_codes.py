"""A code on plain SMB logins: real smbd, smbclient; the code rides in the user name, the password is alice's own."""

import concurrent.futures
from collections.abc import Iterator, Sequence

from support import accounts, syslog, twinlock
from support.accounts import ALICE, BOB, Account
from support.rounds import is_soak, rounds
from support.smb_client import REFUSED, Connection, start_smbclient
from support.smb_scenario import ELSEWHERE, FOR_IMPACKET, HOME, SmbScenario

NO_LEASE = '[service.samba]\nlease = "0"\n'


class Codes(SmbScenario):
    def wrong_code(self) -> str:
        """One that no step near now has."""
        right = {self.phone.code(steps_ahead=step) for step in (-1, 0, 1, 2)}
        return next(code for code in ("000000", "111111", "222222", "333333", "444444") if code not in right)

    def test_a_name_without_a_code_is_refused(self) -> None:
        self.assert_refused(self.log_in("alice"))
        self.assert_audited(("alice", "wrong_code"))
        self.assertEqual(0, self.failures())
        self.assertIn("gave no code", twinlock.run_json("explain", "alice")[0]["words"])

    def test_a_right_code_opens_the_files_and_earns_a_lease(self) -> None:
        outcome = self.log_in(self.with_code())
        self.assert_let_in(outcome)
        self.assertIn("readme.txt", outcome.output)
        self.assert_audited(("alice", "accepted"))
        self.assertEqual([(HOME, ["samba"])],
                         [(lease["address"], lease["services"]) for lease in twinlock.leases("alice")])

    def test_a_wrong_code_is_refused_and_counted(self) -> None:
        self.assert_refused(self.log_in(self.with_code(self.wrong_code())))
        self.assert_audited(("alice", "wrong_code"))
        self.assertEqual(1, self.failures())

    def test_a_right_code_with_a_wrong_password_is_neither_used_up_nor_counted(self) -> None:
        code = self.phone.code()
        self.assert_refused(self.log_in(self.with_code(code), password="wrong"))
        self.assertEqual(0, self.failures())
        self.assert_audited()
        self.assert_let_in(self.log_in(self.with_code(code)))

    def test_a_stale_code_passes_under_a_lease_and_counts_no_failure(self) -> None:
        name = self.with_code()
        for _ in range(4):
            self.assert_let_in(self.log_in(name))
        self.assert_audited(("alice", "accepted"), *[("alice", "leased")] * 3)
        self.assertEqual(0, self.failures())

    def test_under_a_lease_no_code_is_needed(self) -> None:
        self.assert_let_in(self.log_in(self.with_code()))
        self.assert_let_in(self.log_in("alice"))
        self.assert_audited(("alice", "accepted"), ("alice", "leased"))

    def test_a_wrong_code_under_a_lease_passes_but_is_charged(self) -> None:
        self.assert_let_in(self.log_in(self.with_code()))
        self.assert_let_in(self.log_in(self.with_code(self.wrong_code())))
        self.assertEqual(1, self.failures())
        self.assertEqual("beside it a code: wrong_code", twinlock.audit_lines()[-1]["detail"])

    def test_a_fresh_code_under_a_lease_is_used_up_and_renews_it(self) -> None:
        self.assert_let_in(self.log_in(self.with_code()))
        self.assert_let_in(self.log_in(self.with_code(self.phone.code(steps_ahead=1))))
        self.assert_audited(("alice", "accepted"), ("alice", "accepted"))
        self.assertEqual(1, len(twinlock.leases("alice")))

    def test_a_stale_code_without_a_lease_is_refused_and_not_counted(self) -> None:
        self.configure(NO_LEASE)
        name = self.with_code()
        self.assert_let_in(self.log_in(name))
        self.assert_refused(self.log_in(name))
        self.assert_audited(("alice", "accepted"), ("alice", "replayed"))
        self.assertEqual(0, self.failures())

    def test_a_lease_belongs_to_its_address(self) -> None:
        name = self.with_code()
        self.assert_let_in(self.log_in(name))
        self.assert_refused(self.log_in("alice", source=ELSEWHERE))
        self.assert_refused(self.log_in(name, source=ELSEWHERE))
        self.assert_audited(("alice", "accepted"), ("alice", "wrong_code"), ("alice", "replayed"))
        self.assertEqual([HOME], [lease["address"] for lease in twinlock.leases("alice")])

    def test_a_lease_that_has_ended_opens_nothing(self) -> None:
        name = self.with_code()
        self.assert_let_in(self.log_in(name))
        twinlock.run("lease", "revoke", "alice", "--address", HOME)
        self.assert_refused(self.log_in("alice"))
        self.assert_refused(self.log_in(name))

    def test_a_lease_is_one_users_own(self) -> None:
        self.assert_let_in(self.log_in(self.with_code()))
        self.assert_refused(self.log_in("bob", account=BOB))
        self.assert_refused(self.log_in(f"bob+{self.phone.code(steps_ahead=1)}", account=BOB))

    def test_a_code_is_one_users_own(self) -> None:
        bobs_code = twinlock.enrol("bob").code()
        self.assertNotEqual(bobs_code, self.phone.code())
        self.clear_logs()
        self.assert_refused(self.log_in(self.with_code(bobs_code)))
        self.assert_let_in(self.log_in(f"bob+{bobs_code}", account=BOB))
        self.assert_audited(("alice", "wrong_code"), ("bob", "accepted"))

    def test_guessing_is_throttled_at_its_address_and_nowhere_else(self) -> None:
        near = {self.phone.code(step) for step in range(-2, 4)}
        guesses = [guess for guess in (f"{number:06}" for number in range(12)) if guess not in near][:5]
        for guess in guesses:
            self.assert_refused(self.log_in(self.with_code(guess), source=ELSEWHERE))
        self.assert_refused(self.log_in(self.with_code(), source=ELSEWHERE))
        self.assert_let_in(self.log_in(self.with_code()))
        self.assert_audited(*[("alice", "wrong_code")] * 5, ("alice", "throttled"), ("alice", "accepted"))

    def test_recovery_codes_open_too_in_any_form(self) -> None:
        code = twinlock.run_json("recovery", "alice")["recovery_codes"][0]
        self.clear_logs()
        plain = code.replace("-", "").replace(" ", "")
        self.assertEqual(12, len(plain))
        self.assert_let_in(self.log_in(f"alice+{plain[:4]}-{plain[4:8]}-{plain[8:].lower()}"))
        self.assert_refused(self.log_in(f"alice+{plain}", source=ELSEWHERE))
        self.assert_audited(("alice", "accepted"), ("alice", "replayed"))

    def test_a_disabled_user_stays_out_lease_or_not(self) -> None:
        self.assert_let_in(self.log_in(self.with_code()))
        twinlock.run("disable", "alice")
        self.clear_logs()
        self.assert_refused(self.log_in("alice"))
        self.assert_audited(("alice", "disabled"))

    def test_an_exempt_rule_asks_for_no_code_and_smbd_for_the_password(self) -> None:
        self.configure(f'[[rule]]\nname = "office"\nservices = ["samba"]\nnetworks = ["{HOME}"]\naction = "exempt"\n')
        self.assert_let_in(self.log_in("alice"))
        self.assert_refused(self.log_in("alice", password="wrong"))
        self.assert_refused(self.log_in("alice", source=ELSEWHERE))

    def test_an_ipv6_client_earns_a_lease_of_its_own(self) -> None:
        self.assert_let_in(self.log_in(self.with_code(), host="::1"))
        self.assertEqual(["::1"], [line["address"] for line in twinlock.audit_lines()])
        self.assert_let_in(self.log_in("alice", host="::1"))
        self.assert_refused(self.log_in("alice"))

    def test_a_broken_configuration_refuses(self) -> None:
        self.assert_let_in(self.log_in(self.with_code()))
        self.configure("broken")
        self.assert_refused(self.log_in("alice"))
        self.assertTrue(syslog.collected().matching("twinlock.conf:1: is not TOML"))


class Dialects(SmbScenario):
    smb_options = FOR_IMPACKET

    def test_impacket_is_asked_for_a_code_as_well(self) -> None:
        with Connection(self.server, source=HOME) as connection:
            self.assertEqual(REFUSED, connection.log_in("alice", ALICE.password))
        with Connection(self.server, source=HOME) as connection:
            self.assertEqual("", connection.log_in(self.with_code(), ALICE.password))
            self.assertIn("readme.txt", connection.files())

    def test_every_dialect_of_smb_3_is_asked_for_a_code(self) -> None:
        self.configure(NO_LEASE)
        self.phone.wait_for_fresh_step()
        for ahead, protocol in enumerate(("SMB3_00", "SMB3_02", "SMB3_11"), start=-1):
            with self.subTest(protocol):
                options = ["--max-protocol", protocol]
                self.assert_refused(self.log_in("alice", options=options))
                self.assert_let_in(self.log_in(self.with_code(self.phone.code(steps_ahead=ahead)), options=options))


class AtOnce(SmbScenario):
    """More connections than cores."""

    clients = 32 if is_soak() else 12
    people = [Account(f"carol{number}", 60800 + number, f"carols-password-{number}") for number in range(50 if is_soak() else 16)]

    def with_one_code(self) -> Iterator[tuple[int, list[str]]]:
        """How many are let in with one code, and the verdicts: once in the tests, more often in ./dev soak."""
        for _ in range(rounds(1)):
            self.setUp()
            name = self.with_code()
            clients = [start_smbclient(self.server, name, ALICE.password, source=HOME) for _ in range(self.clients)]
            outcomes = [client.finish() for client in clients]
            yield sum(outcome.let_in for outcome in outcomes), sorted(line["verdict"] for line in twinlock.audit_lines())

    def test_one_code_of_many_clients_opens_one_login_where_it_earns_no_lease(self) -> None:
        self.configure(NO_LEASE)
        for let_in, verdicts in self.with_one_code():
            self.assertEqual((1, ["accepted", *["replayed"] * (self.clients - 1)]), (let_in, verdicts))

    def test_one_code_of_many_clients_is_used_up_once_and_its_lease_serves_the_others(self) -> None:
        for let_in, verdicts in self.with_one_code():
            self.assertEqual((self.clients, ["accepted", *["leased"] * (self.clients - 1)]), (let_in, verdicts))

    def test_of_many_users_at_once_nobody_is_wrongly_refused(self) -> None:
        self.addCleanup(install_accounts)
        install_accounts(self.people)
        for account in self.people:
            self.server.add_account(account)
        phones = {account: twinlock.enrol(account.name) for account in self.people}
        clients = [start_smbclient(self.server, f"{account.name}+{phone.code()}", account.password, source=HOME)
                   for account, phone in phones.items()]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(lambda client: client.finish(), clients))
        self.assertEqual([], [outcome.output for outcome in outcomes if not outcome.let_in], self._logs())


def install_accounts(more: Sequence[Account] = ()) -> None:
    accounts.install((*accounts.EVERYBODY, *more))
