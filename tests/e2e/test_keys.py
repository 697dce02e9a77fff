"""SSH keys do not replace the code."""

from support import accounts
from support.accounts import ALICE
from support.scenario import SshScenario
from support.ssh_client import Outcome, with_key


class KeyAlone(SshScenario):
    """An sshd whose configuration would be content with a key: the PAM stack alone must hold."""

    sshd_options = ["AuthenticationMethods any", "PubkeyAuthentication yes"]

    def log_in_with_key(self) -> Outcome:
        options = [*with_key(self.new_key()), "PreferredAuthentications=publickey", "LogLevel=INFO"]
        return self.log_in("never asked", options=options)

    def assert_key_was_good_and_refused(self, outcome: Outcome) -> None:
        self.assertTrue(self.server.log.matching("Accepted key ED25519"), self.server.log.text())
        self.assert_refused(outcome)
        self.assertIn("does not ask for the phone's code", outcome.output)
        self.assert_audited(("account", "alice", "wrong_code"))

    def test_a_key_alone_is_refused(self) -> None:
        self.assert_key_was_good_and_refused(self.log_in_with_key())

    def test_a_key_alone_is_refused_when_the_password_has_expired(self) -> None:
        self.addCleanup(accounts.set_password, ALICE)
        accounts.expire_password(ALICE)
        self.assert_key_was_good_and_refused(self.log_in_with_key())

    def test_password_and_code_still_get_in(self) -> None:
        self.assert_let_in(self.log_in(self.phone.code()))
