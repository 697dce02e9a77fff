"""Clients that come at once, and clients that go without a word."""

from support import twinlock
from support.accounts import ALICE, EVERYBODY, Account
from support.scenario import SshScenario
from support.ssh_client import Outcome, SshClient


class ManyClients(SshScenario):
    def log_in_at_once(self, logins: list[tuple[Account, str]]) -> list[Outcome]:
        """All passwords are given before the first code, and all codes before the first result is awaited."""
        clients = [self.enterContext(SshClient(self.server, account.name)) for account, _ in logins]
        for client, (account, _) in zip(clients, logins):
            self.answer(client, "Password: ", account.password)
        for client, (_, code) in zip(clients, logins):
            self.answer(client, "Code: ", code)
        return [client.converse({}) for client in clients]

    def answer(self, client: SshClient, prompt: str, text: str) -> None:
        self.assertEqual(prompt, client.next_prompt())
        client.answer(prompt, text)

    def test_six_logins_at_once_with_six_codes_all_get_in(self) -> None:
        logins = [(account, twinlock.enrol(account.name).code()) for account in EVERYBODY for _ in range(2)]
        for outcome in self.log_in_at_once(logins):
            self.assert_let_in(outcome)

    def test_six_logins_at_once_with_one_code_let_one_in(self) -> None:
        outcomes = self.log_in_at_once([(ALICE, self.phone.code())] * 6)
        self.assertEqual(1, sum(outcome.let_in for outcome in outcomes), self.server.log.text())


class VanishingClients(SshScenario):
    """A client that dies leaves no lock behind, wherever it was."""

    def client_at(self, prompt: str) -> SshClient:
        client = self.enterContext(SshClient(self.server, "alice"))
        for expected, answer in (("Password: ", ALICE.password), ("Code: ", self.phone.code())):
            self.assertEqual(expected, client.next_prompt())
            if expected == prompt:
                return client
            client.answer(expected, answer)
        return client

    def test_at_the_password(self) -> None:
        self.client_at("Password: ").vanish()
        self.assert_let_in(self.log_in(self.phone.code()))

    def test_at_the_code(self) -> None:
        self.client_at("Code: ").vanish()
        self.assert_let_in(self.log_in(self.phone.code()))

    def test_right_after_the_code(self) -> None:
        next_code = self.phone.code(steps_ahead=1)
        self.client_at("neither").vanish()
        self.assert_let_in(self.log_in(next_code))
