"""The stack for Fedora, on Fedora's password-auth and postlogin, and what happens in stacks written otherwise."""

import re

from support.accounts import ALICE
from support.scenario import SshScenario
from support.ssh_client import Outcome, with_key

FEDORA = "sshd.fedora"
BOTH = ["Password: ", "Code: "]
ACCOUNT = "account    required     pam_twinlock.so\n"
INCLUDED = "account    include      password-auth\n"


class FedoraStack(SshScenario):
    def setUp(self) -> None:
        super().setUp()
        self.use_pam_stack(lambda shipped: shipped, FEDORA)

    def test_password_and_code_get_in(self) -> None:
        outcome = self.log_in(self.phone.code())
        self.assert_let_in(outcome)
        self.assertEqual(BOTH, outcome.questions())

    def test_a_wrong_code_is_refused(self) -> None:
        self.assert_refused(self.log_in(self.phone.wrong_code()))

    def test_after_a_wrong_password_no_code_is_asked(self) -> None:
        code = self.phone.code()
        outcome = self.log_in(code, password="wrong")
        self.assert_refused(outcome)
        self.assertEqual(["Password: "], outcome.questions())
        self.assert_let_in(self.log_in(code))

    def test_an_exempt_rule_does_not_spare_the_password(self) -> None:
        self.configure('[[rule]]\nname = "everybody"\naction = "exempt"\n')
        self.assert_let_in(self.log_in("never asked"))
        self.clear_logs()
        self.assert_refused(self.log_in("never asked", password="wrong"))


class WithKey(SshScenario):
    def log_in_with_key(self, code: str, *options: str) -> Outcome:
        return self.log_in(code, options=[*with_key(self.new_key()), *options])


class FedoraStackWithKey(WithKey):
    sshd_options = ["AuthenticationMethods publickey,keyboard-interactive:pam keyboard-interactive:pam"]

    def test_key_and_code_or_password_and_code_get_in(self) -> None:
        self.use_pam_stack(lambda shipped: shipped, FEDORA)
        self.assert_both_ways_get_in()

    def test_with_two_modules_for_the_password_too(self) -> None:
        """As with sssd: the three lines of the file's comment, with a stand-in for pam_sss that knows nobody."""
        self.use_pam_stack(with_sssd, FEDORA)
        self.assert_both_ways_get_in()
        self.clear_logs()
        outcome = self.log_in("never asked", password="wrong")
        self.assert_refused(outcome)
        self.assertEqual(["Password: "], outcome.questions())

    def assert_both_ways_get_in(self) -> None:
        with_key = self.log_in_with_key(self.phone.code())
        self.assert_let_in(with_key)
        self.assertEqual(["Code: "], with_key.questions())
        without_key = self.log_in(self.phone.code(steps_ahead=1))
        self.assert_let_in(without_key)
        self.assertEqual(BOTH, without_key.questions())


def with_sssd(shipped: str) -> str:
    local = "(?m)^auth .*after_publickey\n(#.*\n)*auth .*pam_unix.so\n"
    without_local = re.sub(local, "", shipped)
    return re.sub("(?m)^#(auth )", r"\1", without_local).replace("pam_sss.so use_first_pass", "pam_deny.so")


class FedoraStackWithAKeyAlone(WithKey):
    sshd_options = ["AuthenticationMethods any"]

    def log_in_with_key_alone(self) -> Outcome:
        return self.log_in_with_key("never asked", "PreferredAuthentications=publickey")

    def test_it_is_refused(self) -> None:
        self.use_pam_stack(lambda shipped: shipped, FEDORA)
        self.assert_refused(self.log_in_with_key_alone())

    def test_it_gets_in_where_our_account_line_stands_behind_password_auth(self) -> None:
        """The trap that the comment in the shipped file warns of: "sufficient pam_localuser.so" ends the stack."""
        self.use_pam_stack(lambda shipped: shipped.replace(ACCOUNT, "").replace(INCLUDED, INCLUDED + ACCOUNT), FEDORA)
        self.assert_let_in(self.log_in_with_key_alone())
        self.assert_audited()


class OtherStacks(SshScenario):
    """Why the shipped file writes the password's lines out."""

    def use_password_auth(self, control: str) -> None:
        lines = f"auth {control} password-auth\nauth required pam_twinlock.so\n"
        self.use_pam_stack(lambda shipped: re.sub("(?m)^auth.*\n", "", shipped) + lines, FEDORA)

    def test_behind_a_substack_codes_are_asked_and_used_up_after_a_wrong_password(self) -> None:
        self.use_password_auth("substack")
        code = self.phone.code()
        outcome = self.log_in(code, password="wrong")
        self.assert_refused(outcome)
        self.assertEqual(BOTH, outcome.questions())
        self.assert_audited(("login", "alice", "accepted"))
        self.clear_logs()
        self.assert_refused(self.log_in(code))

    def test_behind_a_substack_password_and_code_get_in(self) -> None:
        self.use_password_auth("substack")
        self.assert_let_in(self.log_in(self.phone.code()))

    def test_behind_an_include_no_code_is_asked_and_only_our_account_line_refuses(self) -> None:
        self.use_password_auth("include")
        outcome = self.log_in("never asked", password=ALICE.password)
        self.assert_refused(outcome)
        self.assertEqual(["Password: "], outcome.questions())
        self.assert_audited(("account", "alice", "wrong_code"))
