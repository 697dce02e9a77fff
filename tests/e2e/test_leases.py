"""A login over SSH opens the file shares at that address, but only once every factor has passed."""

import re

import paramiko

from support import twinlock
from support.scenario import SshScenario
from support.ssh_client import with_key


class LeaseAfterPasswordAndCode(SshScenario):
    def test_a_complete_login_earns_a_lease_for_samba_at_its_address(self) -> None:
        self.assert_let_in(self.log_in(self.phone.code()))
        (lease,) = twinlock.leases("alice")
        self.assertEqual(("127.0.0.1", ["samba"]), (lease["address"], lease["services"]))

    def test_a_refused_login_earns_none(self) -> None:
        self.assert_refused(self.log_in(self.phone.wrong_code()))
        self.assertEqual([], twinlock.leases("alice"))


class LeaseAfterALaterFactor(SshScenario):
    """Here a key is asked after the code: the code alone has earned nothing yet."""

    sshd_options = ["AuthenticationMethods keyboard-interactive:pam,publickey", "PubkeyAuthentication yes"]

    def test_a_good_code_grants_nothing_when_the_key_is_missing(self) -> None:
        outcome = self.log_in(self.phone.code())
        self.assert_refused(outcome)
        self.assertTrue(self.server.log.matching("Partial keyboard-interactive/pam"), self.server.log.text())
        self.assertEqual([], twinlock.leases("alice"))

    def test_with_the_key_the_lease_is_there(self) -> None:
        self.assert_let_in(self.log_in(self.phone.code(), options=with_key(self.new_key())))
        self.assertEqual(1, len(twinlock.leases("alice")))


class LeaseAfterAFailedPassword(SshScenario):
    """A stack that asks for the code first. The key that follows a failed attempt on the same connection completes
    the login for sshd; what the failed attempt proved must not earn anything."""

    sshd_options = ["AuthenticationMethods any", "PubkeyAuthentication yes", "PasswordAuthentication yes"]

    def setUp(self) -> None:
        super().setUp()
        code_first = "auth required pam_twinlock.so\nauth requisite pam_unix.so\n"
        self.use_pam_stack(lambda shipped: re.sub("(?m)^auth.*\n", "", shipped) + code_first)

    def test_in_the_prompts(self) -> None:
        options = [*with_key(self.new_key()), "PreferredAuthentications=keyboard-interactive,publickey"]
        outcome = self.log_in(self.phone.code(), password="wrong", options=options)
        self.assertEqual(["Code: ", "Password: "], outcome.questions())
        self.assert_refused(outcome)
        self.assertEqual([], twinlock.leases("alice"))

    def test_in_the_single_field_of_the_password_method(self) -> None:
        key = paramiko.Ed25519Key.from_private_key_file(str(self.new_key()))
        with paramiko.Transport(("127.0.0.1", self.server.port)) as transport:
            transport.connect()
            with self.assertRaises(paramiko.AuthenticationException):
                transport.auth_password("alice", self.phone.code(), fallback=False)
            transport.auth_publickey("alice", key)
            session = transport.open_session()
            session.exec_command("true")
            self.assertEqual(0, session.recv_exit_status())
        self.assert_audited(("login", "alice", "accepted"))
        self.assertEqual([], twinlock.leases("alice"))
