"""twinlock enrol: who can be enrolled, how often, with which label, and what comes with the first token."""

import dataclasses
import json
import re
import subprocess

from support import accounts, paths
from support.accounts import ALICE
from support.command import DONE, NO, NOT_FOUND, USAGE, USERS, run
from support.enrolment import EnrolScenario, app_with
from support.twinlock import run_json


class RecoveryCodes(EnrolScenario):
    def test_as_many_as_wanted(self) -> None:
        for count in (0, 1, 10):
            with self.subTest(count):
                self.setUp()
                codes = self.enrol("--recovery-codes", str(count)).json()["recovery_codes"]
                self.assertEqual(count, len(set(codes)))
                self.assertEqual(count, run_json("show", "alice")["recovery_codes_left"])
                for code in codes:
                    self.assertRegex(code, "^([A-Z2-7]{4}-){2}[A-Z2-7]{4}$")

    def test_each_opens_once_however_it_is_typed(self) -> None:
        codes = self.enrol().json()["recovery_codes"]
        ways = (str, str.lower, lambda code: code.replace("-", ""), lambda code: code.replace("-", " "))
        for code, way in zip(codes, ways):
            typed = way(code)
            self.assert_verdict("accepted", typed)
            self.assert_verdict("replayed", code)
        self.assertEqual(6, run_json("show", "alice")["recovery_codes_left"])

    def test_come_only_with_the_first_token(self) -> None:
        first = self.enrol().json()["recovery_codes"]
        self.assertEqual([], self.enrol("--recovery-codes", "5").json()["recovery_codes"])
        self.assertEqual(10, run_json("show", "alice")["recovery_codes_left"])
        self.assert_verdict("accepted", first[0])

    def test_of_a_removed_user_are_worthless(self) -> None:
        former = self.enrol().json()["recovery_codes"][0]
        run("remove", "alice", "--yes")
        self.enrol()
        self.assert_verdict("wrong_code", former)


class Users(EnrolScenario):
    def test_the_other_spelling_does_the_same(self) -> None:
        self.assertEqual("alice", run_json("enroll", "alice", "--no-confirm")["user"])

    def test_an_unknown_one_is_refused_unless_allowed(self) -> None:
        self.assertIn("user carol2: is unknown", self.assert_fails(NOT_FOUND, "enrol", "carol2", "--no-confirm"))
        self.assert_nobody()
        self.assert_status(DONE, self.enrol("--allow-unknown", user="carol2"))
        self.assert_verdict("accepted", app_with().code(ahead=1), user="carol2")

    def test_impossible_names_are_refused(self) -> None:
        for name in (b"", b"a\nb", b"a\x1b[31mb", b"a\x7f", b"x" * 256):
            with self.subTest(name):
                said = self.assert_fails(USAGE, "enrol", name, "--no-confirm", "--allow-unknown")
                self.assertIn("user name: ", said)
        self.assert_nobody()

    def test_strange_names_stay_within_the_directory_of_records(self) -> None:
        names = ["../x", "a/b", "..", ".", "/", "%2e", "~", "DOMAIN\\alice", "alice@example.com", " alice ", "jürgen",
                 "-rf", "--yes", "list", "x" * 255, "/" * 255]
        for name in names:
            done = run("enrol", "--no-confirm", "--allow-unknown", "--json", "--", name)
            self.assertEqual(name, self.assert_status(DONE, done).json()["user"])
        self.assertEqual(sorted(names), sorted(user["user"] for user in run_json("list")))
        self.assertEqual(len(names), sum(file.is_file() for file in USERS.iterdir()))
        self.assertLessEqual({path.name for path in USERS.parent.iterdir()}, {"users", "removed", "names.lock"})
        for name in names:
            self.assert_status(DONE, run("remove", "--yes", "--", name))
        self.assert_nobody()

    def test_one_whose_account_was_made_anew_starts_afresh(self) -> None:
        self.enrol()
        self.addCleanup(accounts.install)
        accounts.install((dataclasses.replace(ALICE, uid=60699),))
        self.assertIn("made for uid 60601", self.assert_fails(NO, "enrol", "alice", "--no-confirm"))
        run("remove", "alice", "--yes")
        self.enrol()
        self.assert_verdict("accepted", app_with().code(ahead=1))

    def test_a_user_has_at_most_8_tokens(self) -> None:
        for number in range(1, 9):
            self.assertEqual(number, self.enrol().json()["token"])
        before = (USERS / "alice").read_bytes()
        self.assertIn("8", self.assert_fails(NO, "enrol", "alice", "--no-confirm"))
        self.assertEqual(before, (USERS / "alice").read_bytes())


class Labels(EnrolScenario):
    def label_after(self, *options: str | bytes) -> str:
        self.setUp()
        self.assert_status(DONE, run("enrol", "alice", "--no-confirm", "--json", *options))
        return str(run_json("show", "alice")["tokens"][0]["label"])

    def test_is_phone_unless_given(self) -> None:
        self.assertEqual("phone", self.label_after())

    def test_odd_ones_are_kept_as_they_are(self) -> None:
        for label in ("", " ", "-x", "--json", "a=b", "[a,b]", '"quoted"', "Alices Händy 📱", "x" * 48, "é" * 24):
            with self.subTest(label):
                self.assertEqual(label, self.label_after(f"--label={label}"))
                self.assertEqual(label, self.label_after("--label", label))

    def test_an_empty_one_does_not_swallow_the_user(self) -> None:
        self.assert_fails(USAGE, "enrol", "--label=", "bob", "alice", "--no-confirm")
        self.assert_nobody()

    def test_long_ones_and_control_characters_are_refused(self) -> None:
        for label in (b"x" * 49, "é".encode() * 24 + b"x", b"a\nb", b"\x1b[31m", b"\x7f"):
            with self.subTest(label):
                self.assertIn("label", self.assert_fails(USAGE, "enrol", "alice", "--no-confirm", b"--label=" + label))
        self.assert_nobody()

    def test_bytes_that_are_no_text_stay_out_of_the_output(self) -> None:
        self.assertEqual("a\N{REPLACEMENT CHARACTER}b", self.label_after(b"--label=a\xffb"))
        self.label_after(b"--label=a\xff\xc2\x9b31mb")
        shown = run("show", "alice").output
        self.assertIn("a??31mb", shown)
        self.assertTrue(shown.replace("\n", "").isprintable(), ascii(shown))


class AtTheSameTime(EnrolScenario):
    def enrol_all(self, count: int) -> list[subprocess.Popen[str]]:
        """So many enrolments of alice that have got as far as their first code, and then get it all at once."""
        app = app_with()
        processes = [subprocess.Popen([paths.COMMAND, "enrol", "alice", "--secret-stdin", "--qr=none"], text=True,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=1)
                     for _ in range(count)]
        for process in processes:
            assert process.stdin and process.stdout
            process.stdin.write(app.secret + "\n")
            next(line for line in process.stdout if line.startswith("Scan"))
        code = app.code()
        for process in processes:
            assert process.stdin
            process.stdin.write(code + "\n")
        return processes

    def test_all_get_their_token_and_one_gets_the_recovery_codes(self) -> None:
        for _ in range(5):
            self.setUp()
            ends = [(process.communicate(timeout=20), process.returncode) for process in self.enrol_all(4)]
            self.assertEqual([("", DONE)] * 4, [(messages, status) for (_, messages), status in ends])
            tokens = sorted(int(re.findall(r"token (\d)\.", output)[0]) for (output, _), _ in ends)
            self.assertEqual([1, 2, 3, 4], tokens)
            self.assertEqual(1, sum("Recovery codes" in output for (output, _), _ in ends))
            self.assertEqual(4, len(run_json("show", "alice")["tokens"]))

    def test_no_more_than_8_get_one(self) -> None:
        processes = [subprocess.Popen([paths.COMMAND, "enrol", "alice", "--no-confirm", "--json"],
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) for _ in range(12)]
        ends = [(process.communicate(timeout=20)[0], process.returncode) for process in processes]
        self.assertEqual([DONE] * 8 + [NO] * 4, sorted(status for _, status in ends))
        self.assertEqual(list(range(1, 9)), sorted(json.loads(output)["token"] for output, _ in ends if output))
