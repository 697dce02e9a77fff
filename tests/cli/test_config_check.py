"""twinlock config check reads the configuration as a login would, and names the line that is wrong."""

import os
from pathlib import Path

from support.command import CONFIG, CONFIG_FILE, DONE, NOT_PERMITTED, CommandScenario, run

OFFICE = """\
[[rule]]
name = "office"
services = ["sshd"]
groups = ["alice"]
networks = ["192.0.2.0/24"]
action = "exempt"
"""


class ConfigCheck(CommandScenario):
    def assert_good(self, rules: int) -> None:
        done = self.assert_status(DONE, run("config", "check", "--json"))
        self.assertEqual({"config": str(CONFIG_FILE), "rules": rules}, done.json())
        self.assertEqual("", done.messages)

    def assert_names(self, place: str) -> None:
        self.assertIn(place, self.assert_fails(CONFIG, "config", "check"))

    def test_the_default_file_is_good(self) -> None:
        self.assert_good(rules=0)
        self.assertEqual(f"{CONFIG_FILE}: good, 0 rules\n", run("config", "check").output)

    def test_an_empty_file_means_the_defaults(self) -> None:
        with self.config(""):
            self.assert_good(rules=0)

    def test_counts_the_rules(self) -> None:
        with self.config(OFFICE):
            self.assert_good(rules=1)
            self.assertEqual(f"{CONFIG_FILE}: good, 1 rule\n", run("config", "check").output)

    def test_names_the_line_of_an_unknown_key(self) -> None:
        with self.config('issuer = "x"\n\nisuer = "y"\n'):
            self.assert_names(f"{CONFIG_FILE}:3: isuer")

    def test_names_the_line_of_a_wrong_type(self) -> None:
        with self.config('[throttle]\nfree_attempts = "many"\n'):
            self.assert_names(f"{CONFIG_FILE}:2: throttle.free_attempts")

    def test_names_the_line_of_what_is_no_toml(self) -> None:
        with self.config('issuer = "x"\nlanguage = \n'):
            self.assert_names(f"{CONFIG_FILE}:2")

    def test_names_the_rule_whose_group_does_not_exist(self) -> None:
        with self.config("\n\n" + OFFICE.replace('"alice"', '"alice", "staff"')):
            self.assert_names(f"{CONFIG_FILE}:3: group staff: is named in a rule and does not exist")

    def test_a_missing_file_is_an_error(self) -> None:
        missing = CONFIG_FILE.with_name("missing.conf")
        self.assertIn(str(missing), self.assert_fails(CONFIG, "config", "check", "--config", missing))

    def test_a_file_that_others_can_write_is_not_believed(self) -> None:
        CONFIG_FILE.chmod(0o666)
        self.addCleanup(CONFIG_FILE.chmod, 0o644)
        self.assert_names(str(CONFIG_FILE))

    def test_a_file_of_somebody_else_is_not_believed(self) -> None:
        os.chown(CONFIG_FILE, 60601, 60601)
        self.addCleanup(os.chown, CONFIG_FILE, 0, 0)
        self.assert_names(str(CONFIG_FILE))

    def test_control_characters_of_the_file_do_not_reach_the_terminal(self) -> None:
        with self.config('"\\u001b[31m\\u009b31m" = 1\n'):
            messages = run("config", "check").messages
        self.assertIn(f"twinlock: {CONFIG_FILE}:1: ", messages)
        self.assertTrue(messages.replace("\n", "").isprintable(), ascii(messages))

    def test_anybody_may_ask_but_only_root_gets_further(self) -> None:
        as_alice = ["setpriv", "--reuid", "alice", "--regid", "alice", "--clear-groups"]
        self.assert_status(DONE, run("config", "check", prefix=as_alice))
        self.assert_status(NOT_PERMITTED, run("list", prefix=as_alice))

    def test_writes_nothing(self) -> None:
        before = {file: file.stat().st_mtime_ns for file in Path("/etc/twinlock").iterdir()}
        run("config", "check")
        self.assertEqual(before, {file: file.stat().st_mtime_ns for file in Path("/etc/twinlock").iterdir()})
