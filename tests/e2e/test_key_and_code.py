"""Key and code, and key or password beside the code on one server: one PAM stack, other lines of sshd_config."""

from support import paths, twinlock
from support.accounts import ALICE, BOB, Account
from support.scenario import SshScenario
from support.ssh_client import Outcome, with_key

KEY_AND_CODE = "AuthenticationMethods publickey,keyboard-interactive:pam"
KEY_OR_PASSWORD = "AuthenticationMethods publickey,keyboard-interactive:pam keyboard-interactive:pam"
BOTH = ["Password: ", "Code: "]


class WithKey(SshScenario):
    def log_in_with_key(self, code: str, account: Account = ALICE, *, key_of: Account | None = None,
                        password: str | None = None) -> Outcome:
        options = [*with_key(self.new_key(key_of or account)), "LogLevel=INFO"]
        return self.log_in(code, account, password=password, options=options)

    def assert_only_asked_for_the_code(self, outcome: Outcome) -> None:
        self.assertEqual(["Code: "], outcome.questions())


class KeyAndCode(WithKey):
    sshd_options = [KEY_AND_CODE]

    def test_a_key_and_a_right_code_get_in_without_the_password(self) -> None:
        outcome = self.log_in_with_key(self.phone.code())
        self.assertEqual(0, outcome.status, self._logs())
        self.assert_only_asked_for_the_code(outcome)
        self.assert_audited(("login", "alice", "accepted"))
        self.assertEqual(1, len(twinlock.leases("alice")))

    def test_a_key_and_a_wrong_code_are_refused_and_told_why(self) -> None:
        outcome = self.log_in_with_key(self.phone.wrong_code())
        self.assert_refused(outcome)
        self.assert_only_asked_for_the_code(outcome)
        self.assertIn("Wrong code.", outcome.output)
        self.assertEqual([], twinlock.leases("alice"))

    def test_a_key_and_a_used_code_are_refused(self) -> None:
        code = self.phone.code()
        self.log_in_with_key(code)
        self.clear_logs()
        self.assert_refused(self.log_in_with_key(code))
        self.assert_audited(("login", "alice", "replayed"))

    def test_nobody_is_asked_anything_without_the_key(self) -> None:
        for outcome in (self.log_in(self.phone.code()), self.log_in_with_key(self.phone.code(), key_of=BOB)):
            self.assert_refused(outcome)
            self.assertEqual([], outcome.questions())

    def test_a_key_does_not_help_who_has_no_phone(self) -> None:
        outcome = self.log_in_with_key("123456", BOB)
        self.assert_refused(outcome)
        self.assert_only_asked_for_the_code(outcome)
        self.assertIn("No phone is enrolled", outcome.output)


class KeyOrPassword(WithKey):
    sshd_options = [KEY_OR_PASSWORD]

    def test_with_a_key_only_the_code_is_asked(self) -> None:
        outcome = self.log_in_with_key(self.phone.code())
        self.assertEqual(0, outcome.status, self._logs())
        self.assert_only_asked_for_the_code(outcome)

    def test_without_a_key_password_and_code_are_asked(self) -> None:
        outcome = self.log_in(self.phone.code())
        self.assert_let_in(outcome)
        self.assertEqual(BOTH, outcome.questions())

    def test_with_a_key_that_sshd_does_not_know_too(self) -> None:
        outcome = self.log_in_with_key(self.phone.code(), key_of=BOB)
        self.assertEqual(0, outcome.status, self._logs())
        self.assertEqual(BOTH, outcome.questions())

    def test_neither_a_key_nor_a_password_does_without_the_code(self) -> None:
        for outcome in (self.log_in_with_key(self.phone.wrong_code()), self.log_in(self.phone.wrong_code())):
            self.assert_refused(outcome)

    def test_a_code_does_without_neither(self) -> None:
        code = self.phone.code()
        outcome = self.log_in_with_key(code, key_of=BOB, password="wrong")
        self.assert_refused(outcome)
        self.assertEqual(["Password: "], outcome.questions())
        self.assert_let_in(self.log_in(code))


class ShippedFile(SshScenario):
    def test_names_both_for_administrators_to_choose(self) -> None:
        shipped = (paths.PACKAGING / "sshd_config.d/10-twinlock.conf").read_text().splitlines()
        for line in (KEY_AND_CODE, KEY_OR_PASSWORD):
            self.assertIn(f"#{line}", shipped)
