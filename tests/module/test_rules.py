"""Rules: who is asked for a code, from where and where not."""

import subprocess
from typing import Any

from support.pam import IN_SSHD, Code
from support.pam_scenario import PamScenario


def rule(action: str, *keys: str) -> str:
    return "\n".join(["[[rule]]", f"name = '{hash((action, *keys))}'", f"action = '{action}'", *keys]) + "\n"


OFFICE = "networks = ['192.0.2.0/24', '2001:db8::/32']"


class RulesScenario(PamScenario):
    """bob is not enrolled."""

    def phases(self, user: str, *answers: str, **scenario: Any) -> tuple[Code, Code]:
        self.clear_logs()
        outcome = self.attempt(user, *answers, steps=[IN_SSHD, "authenticate", "account"], **scenario)
        self.prompts = outcome.prompts
        return outcome.code("authenticate"), outcome.code("account")

    def assert_passes_unasked(self, user: str, **scenario: Any) -> None:
        self.assertEqual((Code.SUCCESS, Code.SUCCESS), self.phases(user, **scenario))
        self.assertEqual([], self.prompts)

    def assert_refused_unasked(self, user: str, **scenario: Any) -> None:
        self.assertEqual((Code.AUTH_ERR, Code.PERM_DENIED), self.phases(user, **scenario))
        self.assertEqual([], self.prompts)

    def assert_asked_and_refused(self, user: str, **scenario: Any) -> None:
        self.assertEqual((Code.AUTH_ERR, Code.PERM_DENIED), self.phases(user, "", **scenario))
        self.assertEqual(["Code: "], self.prompts)


class Exempt(RulesScenario):
    def test_at_its_networks_nobody_is_asked_and_elsewhere_everybody(self) -> None:
        self.configure(rule("exempt", OFFICE))
        for rhost in ("192.0.2.7", "::ffff:192.0.2.7", "2001:db8:5::7", "2001:db8::7%eth0"):
            self.assert_passes_unasked("alice", rhost=rhost)
            self.assert_passes_unasked("bob", rhost=rhost)
        for rhost in ("198.51.100.7", "192.0.3.7", "2001:db9::7", "::192.0.2.7", None, ""):
            self.assert_asked_and_refused("alice", rhost=rhost)
            self.assert_asked_and_refused("bob", rhost=rhost)

    def test_it_is_written_down_only_where_the_configuration_wants_it(self) -> None:
        self.configure(rule("exempt"))
        self.assert_passes_unasked("alice")
        self.assertEqual([], self.verdicts())
        self.configure("[audit]\nexempt = true\n" + rule("exempt"))
        self.assert_passes_unasked("alice")
        self.assertEqual({"exempt"}, {verdict for _, verdict in self.verdicts()})

    def test_it_earns_no_proof_and_uses_no_code_up(self) -> None:
        self.configure(rule("exempt"))
        code = self.phone.code()
        self.assertIsNone(self.ssh("alice", code).variable("TWINLOCK_PROOF"))
        self.configure("")
        self.assert_accepted(self.ssh("alice", code))

    def test_of_the_machines_own_addresses_only_a_single_one_counts(self) -> None:
        subprocess.run(["ip", "address", "add", "192.0.2.99/32", "dev", "lo"], check=True)
        self.addCleanup(subprocess.run, ["ip", "address", "del", "192.0.2.99/32", "dev", "lo"], check=True)
        self.configure(rule("exempt", "networks = ['192.0.2.0/24', '127.0.0.0/8', '::/0']"))
        for rhost in ("192.0.2.99", "::ffff:192.0.2.99", "127.0.0.1", "127.1.2.3", "::1"):
            self.assert_asked_and_refused("alice", rhost=rhost)
        self.configure(rule("exempt", "networks = ['192.0.2.99', '::1/128']"))
        self.assert_passes_unasked("alice", rhost="192.0.2.99")
        self.assert_passes_unasked("alice", rhost="::1")

    def test_by_service_user_group_and_day(self) -> None:
        for keys in ("services = ['sshd']", "users = ['carol', 'alice']", "groups = ['alice']", "until = 2999-12-31"):
            self.configure(rule("exempt", keys))
            self.assert_passes_unasked("alice")
        for keys in ("services = ['samba']", "users = ['bob', 'Alice']", "groups = ['bob']", "until = 2020-12-31"):
            self.configure(rule("exempt", keys))
            self.assert_asked_and_refused("alice")


class DenyAndRequire(RulesScenario):
    def test_deny_refuses_everybody_whatever_they_have(self) -> None:
        self.configure(rule("deny"))
        self.assert_refused_unasked("alice")
        self.assertEqual([("login", "disabled"), ("account", "disabled")], self.verdicts())
        self.assert_refused_unasked("bob")
        self.assert_refused_unasked("carol2")

    def test_the_first_rule_that_matches_decides(self) -> None:
        self.configure(rule("require", "users = ['alice']") + rule("exempt"))
        self.assert_asked_and_refused("alice")
        self.assert_passes_unasked("bob")
        self.configure(rule("exempt", "users = ['alice']") + rule("deny"))
        self.assert_passes_unasked("alice")
        self.assert_refused_unasked("bob")


class Observe(RulesScenario):
    config = rule("observe")

    def test_who_has_no_phone_passes_and_is_written_down(self) -> None:
        self.assert_passes_unasked("bob")
        self.assertEqual({"observed"}, {verdict for _, verdict in self.verdicts()})

    def test_who_has_one_is_held_to_it(self) -> None:
        self.assert_asked_and_refused("alice")
        self.assertEqual(("login", "wrong_code"), self.verdicts()[0])
        self.assert_accepted(self.ssh("alice", self.phone.code()))

    def test_strangers_are_asked_and_refused(self) -> None:
        self.assert_asked_and_refused("carol2")
