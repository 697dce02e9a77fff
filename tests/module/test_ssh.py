"""What sshd's phases hand on to each other: proof, account, session. pam_driver plays sshd."""

import re

from support import pam, twinlock
from support.pam import IN_SSHD, KEYBOARD, Code, Outcome, Scenario, Step, completed, proof
from support.pam_scenario import ADDRESS, PamScenario

KEY_AND_KEYBOARD = completed("publickey ssh-ed25519 AAAAC3Nz\nkeyboard-interactive/pam\n")


class Proofs(PamScenario):
    def test_a_right_code_leaves_a_proof_of_128_bits_and_a_new_one_each_time(self) -> None:
        nonces = [self.prove(self.phone.code(step)) for step in (0, 1)]
        for nonce in nonces:
            self.assertRegex(nonce, "^[0-9a-f]{32}$")
        self.assertEqual(2, len(set(nonces)))

    def test_only_sshd_gets_one(self) -> None:
        for service in ("su", "samba"):
            twinlock.run("remove", "alice", "--yes")
            code = self.enrol("alice").code()
            outcome = self.attempt("alice", code, service=service, rhost=None)
            self.assert_accepted(outcome)
            self.assertEqual([], outcome.environment)

    def test_a_refused_login_leaves_none_and_takes_an_older_one_away(self) -> None:
        for answer in ("", self.phone.wrong_code()):
            outcome = self.attempt("alice", answer, steps=[IN_SSHD, proof(32 * "0"), "authenticate"])
            self.assert_refused(outcome)
            self.assertIsNone(outcome.variable("TWINLOCK_PROOF"))

    def test_a_second_attempt_on_the_same_connection_does_not_stand_on_the_first(self) -> None:
        outcome = self.attempt("alice", self.phone.code(), "", steps=[IN_SSHD, "authenticate", "authenticate", "account"])
        self.assertEqual([Code.SUCCESS, Code.AUTH_ERR, Code.PERM_DENIED], [code for _, code in outcome.steps])
        outcome = self.attempt("alice", "", self.phone.code(1), steps=[IN_SSHD, "authenticate", "authenticate", "account"])
        self.assertEqual([Code.AUTH_ERR, Code.SUCCESS, Code.SUCCESS], [code for _, code in outcome.steps])

    def test_an_error_of_ours_takes_an_older_one_away_too(self) -> None:
        self.configure("broken")
        outcome = self.attempt("alice", steps=[IN_SSHD, proof(32 * "0"), "authenticate"])
        self.assertIsNone(outcome.variable("TWINLOCK_PROOF"))


class Account(PamScenario):
    def test_a_login_without_a_proof_is_not_admitted_and_told_why(self) -> None:
        outcome = self.account(None)
        self.assert_not_admitted(outcome)
        self.assertEqual(1, len(outcome.messages))
        self.assertIn("code", outcome.messages[0])
        self.assertEqual([("account", "wrong_code")], self.verdicts())
        self.assertEqual([], outcome.prompts)

    def test_a_silent_application_is_told_nothing(self) -> None:
        self.assertEqual([], self.account(None, silent=True).messages)

    def test_a_login_with_its_proof_is_admitted(self) -> None:
        outcome = self.account(self.prove(self.phone.code()))
        self.assertEqual(Code.SUCCESS, outcome.code("account"))
        self.assertEqual([], outcome.messages)
        self.assertEqual([("login", "accepted")], self.verdicts())

    def test_forged_nonces_are_worth_nothing(self) -> None:
        nonce = self.prove(self.phone.code())
        flipped = ("0" if nonce[-1] != "0" else "1")
        for forged in ("", "0", 32 * "0", 32 * "f", nonce[:-1], nonce + "0", nonce[:-1] + flipped, nonce.upper() + " ",
                       f" {nonce}", f"0x{nonce[:-2]}", "x" * 32, "%s" * 16, nonce + "=" + nonce, "0" * 100_000):
            with self.subTest(forged=forged[:40]):
                self.assert_not_admitted(self.account(forged))

    def test_a_nonce_serves_its_own_user_only(self) -> None:
        self.enrol("carol")
        nonce = self.prove(self.phone.code())
        for user in ("carol", "bob", "carol2"):
            self.assert_not_admitted(self.account(nonce, user))

    def test_a_nonce_serves_its_own_address_and_service_only(self) -> None:
        nonce = self.prove(self.phone.code())
        self.assert_not_admitted(self.account(nonce, rhost="192.0.2.8"))
        self.assert_not_admitted(self.account(nonce, rhost=None))
        self.assert_not_admitted(self.account(nonce, service="su"))

    def test_a_mapped_address_is_the_same_address(self) -> None:
        nonce = self.prove(self.phone.code(), rhost="::ffff:192.0.2.7")
        self.assertEqual(Code.SUCCESS, self.account(nonce, rhost="192.0.2.7").code("account"))

    def test_variables_of_the_process_prove_nothing(self) -> None:
        nonce = self.prove(self.phone.code())
        environment = {"SSH_CONNECTION": "192.0.2.7 1 192.0.2.1 22", "TWINLOCK_PROOF": nonce}
        (outcome,) = pam.repeated(Scenario("alice", steps=["account"]), environment)
        self.assert_not_admitted(outcome)

    def test_a_nonce_dies_of_age(self) -> None:
        nonce = self.prove(self.phone.code())
        self.assert_not_admitted(self.account(nonce, hours_ahead=1))
        self.assert_not_admitted(self.account(nonce, hours_ahead=-1))
        self.assertEqual(Code.SUCCESS, self.account(nonce).code("account"))

    def test_samba_is_answered_as_if_the_password_were_wrong(self) -> None:
        for nonce in (None, self.prove(self.phone.code())):
            self.assertEqual(Code.AUTH_ERR, self.account(nonce, service="samba").code("account"))

    def test_who_is_not_enrolled_is_not_admitted(self) -> None:
        self.assert_not_admitted(self.account(None, "bob"))
        self.assertEqual([("account", "not_enrolled")], self.verdicts())


class Session(PamScenario):
    def services(self, user: str = "alice") -> list[tuple[str, list[str]]]:
        return [(lease["address"], lease["services"]) for lease in twinlock.leases(user)]

    def assert_grants_nothing(self, outcome: Outcome) -> None:
        self.assertEqual(Code.SUCCESS, outcome.code("open_session"))
        self.assertIsNone(outcome.variable("TWINLOCK_PROOF"))
        self.assertEqual([], self.services())

    def test_a_completed_login_earns_the_lease_of_the_configuration(self) -> None:
        for methods in (KEYBOARD, KEY_AND_KEYBOARD, completed("password\n"), completed("password")):
            twinlock.run("remove", "alice", "--yes")
            outcome = self.open_session(self.prove(self.enrol("alice").code()), methods)
            self.assertEqual(Code.SUCCESS, outcome.code("open_session"))
            self.assertIsNone(outcome.variable("TWINLOCK_PROOF"))
            self.assertEqual([(ADDRESS, ["samba"])], self.services())

    def test_the_code_alone_earns_nothing(self) -> None:
        self.prove(self.phone.code())
        self.assertEqual([], self.services())

    def test_a_key_earns_nothing_whatever_happened_before(self) -> None:
        nonce = self.prove(self.phone.code())
        for methods in ("", "publickey ssh-ed25519 AAAA\n", "publickey password\n", "publickey keyboard-interactive/pam\n",
                        "hostbased\n", "keyboard-interactive\n", "keyboard-interactive/pam2\n", "Password\n",
                        "gssapi-with-mic\n", "xpassword\n", "password2\n", " password\n"):
            with self.subTest(methods=methods):
                self.assert_grants_nothing(self.open_session(nonce, completed(methods)))
        self.assert_grants_nothing(self.open_session(nonce))

    def test_a_session_without_a_proof_earns_nothing(self) -> None:
        self.assert_grants_nothing(self.open_session(None, KEYBOARD))

    def test_forged_and_foreign_proofs_earn_nothing(self) -> None:
        self.enrol("carol")
        nonce = self.prove(self.phone.code())
        self.assert_grants_nothing(self.open_session(32 * "0", KEYBOARD))
        self.assert_grants_nothing(self.open_session(nonce, KEYBOARD, rhost="192.0.2.8"))
        self.assert_grants_nothing(self.open_session(nonce, KEYBOARD, service="su"))
        self.assert_grants_nothing(self.open_session(nonce, KEYBOARD, user="carol"))
        self.assert_grants_nothing(self.open_session(nonce, KEYBOARD, hours_ahead=1))
        self.assertEqual([], self.services("carol"))

    def test_a_proof_earns_one_lease(self) -> None:
        nonce = self.prove(self.phone.code())
        self.open_session(nonce, KEYBOARD)
        self.assertEqual(1, len(self.services()))
        self.assert_not_admitted(self.account(nonce))

    def test_an_error_grants_nothing_fails_no_session_and_takes_the_proof_away(self) -> None:
        nonce = self.prove(self.phone.code())
        self.configure("broken")
        outcome = self.open_session(nonce, KEYBOARD)
        self.configure("")
        self.assert_grants_nothing(outcome)
        self.assertEqual(1, len([line for line in self.syslog_lines() if "no lease granted: " in line]))

    def test_no_lease_where_the_configuration_gives_none(self) -> None:
        self.configure('[service.sshd]\nlease = "0"\n')
        self.assert_grants_nothing(self.open_session(self.prove(self.phone.code()), KEYBOARD))


class AfterPublickey(PamScenario):
    """The task of the first line of a stack: SSH_AUTH_INFO_0 alone decides."""

    def code_with(self, *steps: Step, user: str = "alice") -> Code:
        outcome = self.attempt(user, steps=[*steps, "authenticate"], arguments="after_publickey")
        self.assertEqual([], outcome.prompts)
        self.assertEqual([0], outcome.delays)
        return outcome.code("authenticate")

    def test_a_key_that_was_given_lets_the_password_be_skipped(self) -> None:
        for methods in ("publickey ssh-ed25519 AAAA\n", "publickey ssh-rsa AAAA", "hostbased\npublickey ssh-rsa AAAA\n"):
            self.assertEqual(Code.SUCCESS, self.code_with(IN_SSHD, completed(methods)))

    def test_nothing_else_does(self) -> None:
        for methods in ("", "\n", "password\n", "keyboard-interactive/pam\n", "publickey", "publickeys ssh-rsa AAAA\n",
                        "Publickey ssh-rsa AAAA\n", "hostbased publickey ssh-rsa\n", " publickey ssh-rsa AAAA\n"):
            with self.subTest(methods=methods):
                self.assertEqual(Code.AUTH_ERR, self.code_with(IN_SSHD, completed(methods)))
        self.assertEqual(Code.AUTH_ERR, self.code_with(IN_SSHD))
        self.assertEqual(Code.AUTH_ERR, self.code_with())

    def test_neither_rules_nor_records_nor_leases_matter(self) -> None:
        self.configure('[[rule]]\nname = "everybody"\naction = "exempt"\n')
        self.assertEqual(Code.AUTH_ERR, self.code_with(IN_SSHD))
        self.configure("broken")
        key = completed("publickey ssh-ed25519 AAAA\n")
        self.assertEqual(Code.SUCCESS, self.code_with(IN_SSHD, key))
        self.assertEqual(Code.SUCCESS, self.code_with(IN_SSHD, key, user="bob"))
        self.assertEqual([], self.syslog_lines())


class OtherPhases(PamScenario):
    def test_credentials_are_none_of_our_business(self) -> None:
        self.configure("broken")
        self.assertTrue(self.attempt("alice", steps=["setcred"], arguments="").let_in)
        self.assertEqual([], self.syslog_lines())

    def test_a_session_that_was_never_opened_may_be_closed(self) -> None:
        self.assertTrue(self.attempt("alice", steps=["close_session"], arguments="").let_in)
        self.assertEqual([], self.syslog_lines())

    def test_an_error_at_the_end_of_a_session_is_logged_only(self) -> None:
        self.configure("broken")
        self.assertTrue(self.attempt("alice", steps=["close_session"], arguments="").let_in)
        self.assertEqual(1, len(self.syslog_lines()))

    def test_a_silent_login_is_still_asked(self) -> None:
        outcome = self.attempt("alice", self.phone.code(), silent=True)
        self.assert_accepted(outcome)
        self.assertEqual(["Code: "], outcome.prompts)
        self.assertEqual([], outcome.messages)

    def test_the_proof_stands_in_no_log(self) -> None:
        outcome = self.ssh("alice", self.phone.code(), arguments="debug")
        nonce = outcome.variable("TWINLOCK_PROOF")
        assert nonce
        logs = "\n".join(self.syslog_lines()) + str(twinlock.audit_lines())
        self.assertIsNone(re.search(nonce, logs))
