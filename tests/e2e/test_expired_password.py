"""The place of the account line, which an expired password puts to the test."""

from support import accounts, syslog
from support.accounts import ALICE
from support.scenario import SshScenario
from support.ssh_client import log_in, with_key

ACCOUNT = "account    required     pam_twinlock.so\n"
COMMON = "@include common-account\n"


class ExpiredPassword(SshScenario):
    sshd_options = ["AuthenticationMethods any"]

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(accounts.set_password, ALICE)
        accounts.expire_password(ALICE)

    def log_in_with_key(self) -> None:
        options = [*with_key(self.new_key()), "PreferredAuthentications=publickey"]
        self.outcome = self.log_in("never asked", options=options)

    def test_before_common_account_our_line_refuses_a_key_alone(self) -> None:
        self.log_in_with_key()
        self.assert_refused(self.outcome)
        self.assert_audited(("account", "alice", "wrong_code"))

    def test_behind_common_account_it_is_skipped_and_a_session_opens(self) -> None:
        """The trap that the comment in the shipped file warns of. sshd itself then insists on a new password."""
        self.use_pam_stack(lambda shipped: shipped.replace(ACCOUNT, "").replace(COMMON, COMMON + ACCOUNT))
        self.log_in_with_key()
        self.assert_audited()
        self.assertTrue(syslog.collected().matching("session opened for user alice"), self._logs())

    def test_behind_common_account_it_refuses_a_key_alone_while_the_password_is_fresh(self) -> None:
        """So that nobody notices the trap on an ordinary day."""
        accounts.set_password(ALICE)
        self.use_pam_stack(lambda shipped: shipped.replace(ACCOUNT, "").replace(COMMON, COMMON + ACCOUNT))
        self.log_in_with_key()
        self.assert_refused(self.outcome)

    def test_with_password_and_code_it_can_be_changed_in_the_login(self) -> None:
        new = "a-new-Password-of-hers"
        answers = {"Password: ": ALICE.password, "Code: ": self.phone.code(), "Current password: ": ALICE.password,
                   "New password: ": new, "Retype new password: ": new}
        outcome = log_in(self.server, "alice", answers)
        self.assertEqual(0, outcome.status, self._logs())
        asked = [question.splitlines()[-1] for question in outcome.questions()]
        self.assertEqual(["Password: ", "Code: "], asked[:2])
        self.assertEqual("Retype new password: ", asked[-1])
        accounts.set_password(ALICE)
