"""twinlock disable shuts a user out here, whatever rules and leases say; enable lets in again."""

from support.command import DONE, NO, NOT_FOUND, USAGE, USERS, CommandScenario, run
from support.twinlock import audit_lines, enrol, leases, run_json

ADDRESS = "192.0.2.7"
EXEMPT = '[[rule]]\nname = "office"\naction = "exempt"\n'
OBSERVE = '[[rule]]\nname = "pilot"\naction = "observe"\n'


class Disable(CommandScenario):
    def setUp(self) -> None:
        super().setUp()
        made = run_json("enrol", "alice", "--secret-stdin", "--no-confirm", stdin="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP\n")
        self.recovery_codes = made["recovery_codes"]
        self.phone = enrol("alice")

    def verdict(self, code: str, *options: str) -> tuple[int, str]:
        done = run("check", "alice", "--json", *options, stdin=code + "\n")
        return done.status, str(done.json()["verdict"])

    def state(self) -> str:
        return str(run_json("show", "alice")["state"])

    def test_refuses_every_code_and_uses_none_up(self) -> None:
        self.assertEqual({"user": "alice"}, run_json("disable", "alice"))
        self.assertEqual("disabled", self.state())
        self.assertEqual("disabled", run_json("list")[0]["state"])
        for code in (self.phone.code(), self.recovery_codes[0], "123456", "123456789", ""):
            self.assertEqual((NO, "disabled"), self.verdict(code))
        self.assertEqual({"user": "alice"}, run_json("enable", "alice"))
        self.assertEqual("active", self.state())
        for code in (self.phone.code(), self.recovery_codes[0]):
            self.assertEqual((DONE, "accepted"), self.verdict(code))

    def test_beats_rules(self) -> None:
        run_json("disable", "alice")
        for rule in (EXEMPT, OBSERVE):
            with self.config(rule):
                self.assertEqual((NO, "disabled"), self.verdict(self.phone.code(), "--address", ADDRESS))

    def test_beats_leases_and_ends_them(self) -> None:
        at = ("--service", "samba", "--address", ADDRESS)
        run_json("lease", "grant", "alice", "--address", ADDRESS)
        self.assertEqual((DONE, "leased"), self.verdict("", *at))
        run_json("disable", "alice")
        self.assertEqual((NO, "disabled"), self.verdict("", *at))
        run_json("enable", "alice")
        self.assertEqual([], leases("alice"))
        self.assertEqual((NO, "wrong_code"), self.verdict("", *at))

    def test_beats_a_lease_that_is_granted_later(self) -> None:
        run_json("disable", "alice")
        run_json("lease", "grant", "alice", "--address", ADDRESS)
        self.assertEqual((NO, "disabled"), self.verdict("", "--service", "samba", "--address", ADDRESS))

    def test_no_other_command_lets_in_again(self) -> None:
        run_json("disable", "alice")
        run_json("unlock", "alice")
        run_json("token", "enable", "alice", "2")
        run_json("recovery", "alice")
        phone = enrol("alice")
        self.assertEqual((NO, "disabled"), self.verdict(phone.code()))

    def test_each_may_be_said_twice(self) -> None:
        for verb, state in (("disable", "disabled"), ("enable", "active")):
            for _ in range(2):
                run_json(verb, "alice")
                self.assertEqual(state, self.state())

    def test_enable_enables_no_token(self) -> None:
        run_json("token", "disable", "alice", "2")
        run_json("disable", "alice")
        run_json("enable", "alice")
        self.assertEqual((NO, "wrong_code"), self.verdict(self.phone.code()))

    def test_in_words(self) -> None:
        self.assertEqual("alice is disabled\n", run("disable", "alice").output)
        self.assertEqual("alice is enabled\n", run("enable", "alice").output)

    def test_is_written_down(self) -> None:
        run_json("disable", "alice")
        run_json("enable", "alice")
        lines = [(line["event"], line["user"]) for line in audit_lines()]
        self.assertEqual([("disable", "alice"), ("enable", "alice")], lines[-2:])

    def test_survives_the_loss_of_either_copy_of_the_record(self) -> None:
        run_json("disable", "alice")
        whole = (USERS / "alice").read_bytes()
        for place in (1000, 9000):
            content = bytearray(whole)
            content[place] ^= 0xFF
            (USERS / "alice").write_bytes(content)
            self.assertEqual((NO, "disabled"), self.verdict(self.phone.code()))

    def test_nobody(self) -> None:
        for verb in ("disable", "enable"):
            for user in ("bob", "carol2"):
                self.assertEqual(f"user {user}: is not enrolled", self.assert_fails(NOT_FOUND, verb, user))

    def test_wrong_usage(self) -> None:
        for verb in ("disable", "enable"):
            for words in ((), ("alice", "bob"), ("alice", "--yes"), ("",), ("a\nb",)):
                self.assert_fails(USAGE, verb, *words)
        self.assertEqual("active", self.state())
