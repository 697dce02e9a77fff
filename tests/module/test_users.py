"""User names are data: whatever they look like, the right one gets in, and no file but its record is touched."""

import os
from pathlib import Path

from support import pam
from support.pam import Code
from support.pam_scenario import AUDIT_LOG, USERS, PamScenario

# Real accounts, and the file names of their records by DESIGN 3 (a percent sign and two hex digits for odd bytes).
ODD_NAMES = {
    "../x": "%2E.%2Fx",
    "a/b": "a%2Fb",
    "%2e": "%252e",
    ".": "%2E",
    "..": "%2E.",
    ".hidden": "%2Ehidden",
    "~root": "%7Eroot",
    "two words ": "two%20words%20",
    "DOMAIN\\alice": "DOMAIN%5Calice",
    "alice@example.com": "alice@example.com",
    "jürgen": "j%C3%BCrgen",
    "Alice": "Alice",
    "$(id)": "%24%28id%29",
    "';--": "%27%3B--",
    "*": "%2A",
}
LONGEST = "x" * 255
NOT_EVEN_NAMES = ["", "x" * 256, "x" * 5000, "alice\n", "al\tice", "alice\x7f", "\x01", "alice\r\nrefused: x"]
FIRST_UID = 60700
# Whatever the module could reach by a name that escapes; the audit log and the records have their own checks.
WATCHED = ("/", "/etc/twinlock", "/var/lib", "/var/lib/twinlock", "/var/log", "/var/log/twinlock", "/home", "/run")


def add_account(name: str, uid: int) -> None:
    with open("/etc/passwd", "a", encoding="utf-8") as passwd:
        passwd.write(f"{name}:x:{uid}:{uid}::/nonexistent:/bin/sh\n")


def footprint() -> dict[str, tuple[int, int, int]]:
    """What lies in the watched directories, and when it was changed last."""
    found = {}
    for directory in WATCHED:
        for entry in os.scandir(directory):
            status = entry.stat(follow_symlinks=False)
            if not entry.is_dir(follow_symlinks=False) and Path(entry.path) != AUDIT_LOG:
                found[entry.path] = (status.st_ino, status.st_size, status.st_mtime_ns)
            elif entry.is_dir(follow_symlinks=False):
                found[entry.path] = (status.st_ino, 0, 0)
    return found


class OddNames(PamScenario):
    def setUp(self) -> None:
        super().setUp()
        for number, name in enumerate([*ODD_NAMES, LONGEST]):
            add_account(name, FIRST_UID + number)

    def test_each_has_its_own_record_and_no_other_file(self) -> None:
        before = footprint()
        for name, file_name in ODD_NAMES.items():
            with self.subTest(name=name):
                present = set(os.listdir(USERS))
                phone = self.enrol(name)
                self.assertEqual({file_name}, set(os.listdir(USERS)) - present)
                code = phone.code()
                self.assert_accepted(self.ssh(name, code))
                self.assert_refused(self.attempt(name, code), "replayed")
        self.assertEqual(before, footprint())

    def test_the_longest_name_has_a_record_too(self) -> None:
        phone = self.enrol(LONGEST)
        code = phone.code()
        self.assert_accepted(self.ssh(LONGEST, code))
        self.assert_refused(self.attempt(LONGEST, code), "replayed")
        (record,) = set(os.listdir(USERS)) - {"alice"}
        self.assertRegex(record, r"^~[0-9a-f]{64}$")

    def test_unenrolled_they_are_asked_and_refused(self) -> None:
        before = footprint()
        for name in [*ODD_NAMES, LONGEST]:
            with self.subTest(name=name[:20]):
                outcome = self.attempt(name, self.phone.code())
                self.assertEqual(["Code: "], outcome.prompts)
                self.assert_refused(outcome, "not_enrolled")
        self.assertEqual(before, footprint())
        self.assertEqual({"alice"}, set(os.listdir(USERS)))


class NoNames(PamScenario):
    config = '[[rule]]\nname = "everybody"\naction = "exempt"\n'

    def test_what_cannot_be_a_name_is_refused_in_both_phases(self) -> None:
        before = footprint()
        for name in NOT_EVEN_NAMES:
            for step, refusal in (("authenticate", Code.AUTH_ERR), ("account", Code.PERM_DENIED)):
                with self.subTest(name=name[:20], step=step):
                    self.clear_logs()
                    outcome = self.attempt(name, steps=[pam.IN_SSHD, step])
                    self.assertEqual(refusal, outcome.code(step))
                    self.assert_one_complaint("user name: ")
        self.assertEqual(before, footprint())


class Strangers(PamScenario):
    """Who asks cannot tell who is known, who is enrolled and who is not."""

    def test_they_see_the_prompts_and_answers_of_someone_with_a_wrong_code(self) -> None:
        known = self.ssh("alice", self.phone.wrong_code())
        for name in ("carol2", "bob", "../alice", "alice ", "ALICE", "alice\\", "-rf", "älice", b"\xff\xfe"):
            with self.subTest(name=name):
                stranger = self.ssh(name, self.phone.code())
                self.assertEqual((known.steps, known.prompts, known.messages),
                                 (stranger.steps, stranger.prompts, stranger.messages))
                self.assert_refused(stranger, "not_enrolled")
                self.assertGreater(stranger.delays[0], 0)

    def test_they_never_get_in_whatever_the_rules_say(self) -> None:
        for action in ("exempt", "observe", "require", "deny"):
            self.configure(f'[[rule]]\nname = "everybody"\naction = "{action}"\n')
            for step, refusal in (("authenticate", Code.AUTH_ERR), ("account", Code.PERM_DENIED)):
                with self.subTest(action=action, step=step):
                    outcome = self.attempt("carol2", "", steps=[pam.IN_SSHD, step])
                    self.assertEqual(refusal, outcome.code(step))

    def test_not_even_with_a_record_that_was_made_for_later(self) -> None:
        phone = self.enrol("later", "--allow-unknown")
        self.assert_refused(self.attempt("later", phone.code()), "not_enrolled")
        add_account("later", FIRST_UID)
        self.assert_accepted(self.attempt("later", phone.code()))

    def test_names_stay_within_their_line_of_the_audit_log(self) -> None:
        for name in ('","verdict":"accepted', "älice", b"\xff\xfe{}", "\u2028", "</script>"):
            self.clear_logs()
            self.attempt(name, "")
            self.assertEqual([("login", "not_enrolled")], self.verdicts())

    def test_broken_name_service_lets_nobody_in(self) -> None:
        self.configure('[[rule]]\nname = "everybody"\naction = "exempt"\n')
        Path("/etc/nsswitch.conf").write_text("passwd: nothing-of-that-name\n")
        self.assert_refused(self.attempt("alice"))


class Disabled(PamScenario):
    def test_a_disabled_user_stays_out_whatever_the_rules_say(self) -> None:
        pam.disable("alice")
        for action in ("exempt", "observe", "require", "deny"):
            self.configure(f'[[rule]]\nname = "everybody"\naction = "{action}"\n')
            for step, event, refusal in (("authenticate", "login", Code.AUTH_ERR), ("account", "account", Code.PERM_DENIED)):
                with self.subTest(action=action, step=step):
                    self.clear_logs()
                    outcome = self.attempt("alice", self.phone.code(), steps=[pam.IN_SSHD, step])
                    self.assertEqual(refusal, outcome.code(step))
                    self.assertEqual([(event, "disabled")], self.verdicts())

    def test_a_user_who_is_disabled_between_code_and_account_stays_out(self) -> None:
        proof = self.attempt("alice", self.phone.code(), steps=[pam.IN_SSHD, "authenticate"]).variable("TWINLOCK_PROOF")
        handed_on = [pam.IN_SSHD, {"put": f"TWINLOCK_PROOF={proof}"}, "account"]
        self.assertEqual(Code.SUCCESS, self.attempt("alice", steps=handed_on).code("account"))
        pam.disable("alice")
        self.assertEqual(Code.PERM_DENIED, self.attempt("alice", steps=handed_on).code("account"))

    def test_a_lease_does_not_outlive_it(self) -> None:
        end = (pam.completed("keyboard-interactive/pam\n"), "open_session")
        self.assert_accepted(self.ssh("alice", self.phone.code(), then=end))
        self.assert_accepted(self.attempt("alice", service="samba"))
        pam.disable("alice")
        self.assert_refused(self.attempt("alice", service="samba"), "disabled")
