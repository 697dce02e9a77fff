"""twinlock enrol gives a user a new token, which counts after its first right code."""

import base64
import itertools
import re
import subprocess

from support import paths
from support.app import App
from support.command import DONE, NO, STORE, USAGE, USERS, run
from support.enrolment import SECRET, EnrolScenario, app_with
from support.totp import Phone
from support.twinlock import run_json

KEYS = ["user", "uri", "secret", "token", "recovery_codes"]


class FirstCode(EnrolScenario):
    def test_the_right_one_confirms(self) -> None:
        done = self.assert_status(DONE, self.enrol())
        self.assertEqual("", done.messages)
        self.assertEqual(1, done.output.count("\n"))
        self.assertEqual(KEYS, list(done.json()))
        self.assertEqual(("alice", SECRET, 1), tuple(done.json()[key] for key in ("user", "secret", "token")))
        self.assertEqual(app_with(), App.from_uri(done.json()["uri"]))
        self.assertEqual([{"user": "alice", "state": "active", "tokens": 1, "last_used": None}], run_json("list"))

    def test_it_is_used_up_and_the_next_one_is_good(self) -> None:
        app = app_with()
        code, following = app.code(), app.code(ahead=1)
        self.assert_status(DONE, self.enrol(code=code))
        self.assert_verdict("replayed", code)
        self.assert_verdict("accepted", following)

    def test_blanks_and_dashes_within_it_do_no_harm(self) -> None:
        code = app_with().code()
        self.assert_status(DONE, self.enrol(code=f" {code[:3]}-{code[3:]} "))

    def test_without_the_right_one_nothing_is_kept(self) -> None:
        phone = Phone(SECRET)
        for code in (phone.wrong_code(), "", "12345", "abcdef", phone.code() + "0", "\0" * 6, "9" * 1000):
            with self.subTest(code):
                done = self.assert_status(NO, self.enrol(code=code))
                self.assertEqual("", done.output)
                self.assertIn("not confirmed", done.error()["why"])
                self.assert_nobody()

    def test_without_any_nothing_is_kept(self) -> None:
        done = self.assert_status(NO, run("enrol", "alice", "--secret-stdin", "--json", stdin=SECRET))
        self.assertIn("not confirmed: no code came", done.error()["why"])
        self.assert_nobody()

    def test_a_further_token_that_is_not_confirmed_leaves_the_others_alone(self) -> None:
        self.enrol()
        before = (USERS / "alice").read_bytes()
        self.assert_status(NO, self.enrol(code=Phone(SECRET).wrong_code()))
        self.assertEqual(before, (USERS / "alice").read_bytes())

    def test_can_be_left_out_on_request(self) -> None:
        done = self.assert_status(DONE, run("enrol", "alice", "--no-confirm", "--json"))
        self.assert_verdict("accepted", App.from_uri(done.json()["uri"]).code())

    def test_the_key_and_the_prompt_come_before_it_is_read(self) -> None:
        with subprocess.Popen([paths.COMMAND, "enrol", "alice", "--qr", "none"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin and process.stdout
            line = next(line for line in process.stdout if line.startswith("Key: "))
            rest = process.communicate(app_with(line.split()[1]).code() + "\n", timeout=20)[0]
        self.assertEqual(DONE, process.returncode)
        self.assertIn("alice is enrolled with token 1.\n", rest)
        self.assertEqual(10, len(re.findall(r"^  ([A-Z2-7]{4}-){2}[A-Z2-7]{4}$", rest, re.MULTILINE)))

    def test_each_secret_is_new_and_of_160_bits(self) -> None:
        secrets = {run_json("enrol", "alice", "--no-confirm")["secret"] for _ in range(8)}
        self.assertEqual(8, len(secrets))
        self.assertEqual({32}, set(map(len, secrets)))


class Parameters(EnrolScenario):
    def assert_kept(self, app: App, *options: str) -> None:
        done = self.assert_status(DONE, self.enrol(*options, app=app))
        self.assertEqual(app, App.from_uri(done.json()["uri"]))

    def test_digits_period_and_algorithm(self) -> None:
        wanted = [*itertools.product((6, 8), (15, 30, 300), ("SHA1", "SHA256", "SHA512"))]
        for number, (digits, period, algorithm) in enumerate(wanted):
            with self.subTest(digits=digits, period=period, algorithm=algorithm):
                if number % 8 == 0:
                    self.setUp()  # a user has at most 8 tokens
                self.assert_kept(app_with(digits=digits, period=period, algorithm=algorithm), "--digits", str(digits),
                                 "--period", str(period), "--algorithm", algorithm.lower())
                token = run_json("show", "alice")["tokens"][-1]
                self.assertEqual((digits, period, algorithm.lower()),
                                 (token["digits"], token["period"], token["algorithm"]))

    def test_a_code_of_another_length_does_not_confirm(self) -> None:
        self.assert_status(NO, self.enrol("--digits", "8", app=app_with(digits=6)))
        self.assert_status(NO, self.enrol(app=app_with(digits=8)))

    def test_what_is_not_supported_is_refused(self) -> None:
        for option, value in (("--digits", "7"), ("--digits", "06"), ("--period", "14"), ("--period", "301"),
                              ("--period", "030"), ("--period", "0x1e"), ("--period", "-30"), ("--period", "30s"),
                              ("--algorithm", "md5"), ("--algorithm", "SHA1"), ("--qr", "png"),
                              ("--recovery-codes", "11"), ("--recovery-codes", "-1"), ("--recovery-codes", "")):
            with self.subTest(f"{option} {value}"):
                self.assertIn(option, self.assert_fails(USAGE, "enrol", "alice", f"{option}={value}"))
        self.assert_nobody()

    def test_a_counting_token(self) -> None:
        app = app_with(kind="hotp")
        self.assert_kept(app, "--hotp")
        token = run_json("show", "alice")["tokens"][0]
        self.assertEqual(("hotp", None), (token["type"], token["period"]))
        self.assert_verdict("replayed", app.code())
        self.assert_verdict("accepted", app.code(ahead=1))
        self.assert_verdict("replayed", app.code(ahead=1))
        self.assert_verdict("accepted", app.code(ahead=5))

    def test_a_counting_token_is_confirmed_by_one_of_its_first_codes(self) -> None:
        app = app_with(kind="hotp")
        self.assert_status(NO, self.enrol("--hotp", code=app.code(ahead=11)))
        self.assert_status(DONE, self.enrol("--hotp", code=app.code(ahead=10)))
        self.assert_verdict("replayed", app.code(ahead=3))


class GivenSecret(EnrolScenario):
    def test_is_taken_in_lower_case_with_blanks_dashes_and_padding(self) -> None:
        for typed in ("jbswy3dpehpk3pxp jbswy3dpehpk3pxp", "JBSW-Y3DP-EHPK-3PXP-jbsw-y3dp-ehpk-3pxp", f"{SECRET}\r",
                      f"  {SECRET} ", f"{SECRET}===="):
            with self.subTest(typed):
                self.setUp()
                done = run("enrol", "alice", "--secret-stdin", "--json", stdin=f"{typed}\n{app_with().code()}\n")
                self.assertEqual(SECRET, self.assert_status(DONE, done).json()["secret"])

    def test_what_is_no_base32_is_refused_and_not_repeated(self) -> None:
        for typed in ("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PX0", "JBSWY3DPEHPK3PXP18JBSWY3DPEHPK3P",
                      "JBSWY3DPEHPK3PXPÄÖÜJBSWY3", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPA", "JBSWY3DP\0HPK3PXPJBSWY3DPEHPK3PXP", "otpauth://totp/a"):
            with self.subTest(typed):
                said = self.assert_fails(USAGE, "enrol", "alice", "--secret-stdin", "--no-confirm", stdin=f"{typed}\n")
                self.assertIn("secret: ", said)
                self.assertNotIn(typed[:8], said)
        self.assert_nobody()

    def test_has_16_to_64_bytes(self) -> None:
        for length, status in ((0, USAGE), (15, USAGE), (16, DONE), (64, DONE), (65, USAGE)):
            with self.subTest(length):
                app = app_with(base32(bytes(range(length))))
                typed = f"{app.secret}\n{app.code() if length else ''}\n"
                self.assert_status(status, run("enrol", "alice", "--secret-stdin", "--json", stdin=typed))

    def test_a_line_that_is_too_long_is_refused(self) -> None:
        self.assert_fails(USAGE, "enrol", "alice", "--secret-stdin", stdin="A" * 10_000 + "\n")

    def test_no_line_at_all_is_an_error(self) -> None:
        self.assertIn("standard input", self.assert_fails(STORE, "enrol", "alice", "--secret-stdin"))


def base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")
