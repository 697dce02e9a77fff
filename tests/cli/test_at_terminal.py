"""A person at a terminal: what is asked, what shows, and that nothing is left behind."""

import re
import signal
import termios
from pathlib import Path

from support import syslog
from support.app import App, scan_screen
from support.command import AUDIT_LOG, DONE, NO, USERS, CommandScenario, Person
from support.totp import Phone
from support.twinlock import audit_lines, enrol, run_json

FIRST_CODE = "First code from the app: "
QUESTION = r"Remove all tokens, recovery codes and history of alice\? \[y/N\] "


def echoes(person: Person) -> bool:
    return bool(termios.tcgetattr(person.child_fd)[3] & termios.ECHO)


class Enrolling(CommandScenario):
    def enrol(self, *options: str) -> tuple[Person, str]:
        """Until the first code is asked for; with the key."""
        person = Person("enrol", "alice", *options)
        person.expect_exact(FIRST_CODE)
        return person, re.findall(r"Key: (\w+)", str(person.before))[0]

    def test_the_right_first_code_enrols(self) -> None:
        person, key = self.enrol()
        person.sendline(Phone(key).code())
        self.assertEqual(DONE, person.end())
        self.assertIn("alice is enrolled with token 1.", str(person.before))
        self.assertIn("Recovery codes", str(person.before))
        self.assertEqual(1, len(run_json("list")))

    def test_the_qr_code_has_its_own_colours_and_can_be_scanned(self) -> None:
        person, key = self.enrol()
        lines = [line for line in str(person.before).splitlines() if line.startswith("\033")]
        for line in lines:
            self.assertRegex(line, r"^\033\[97;40m[ ▀▄█]+\033\[0m$")
        drawing = "\n".join(re.sub(r"\033\[[\d;]*m", "", line) for line in lines)
        image = Path("/run/screen.pgm")
        self.addCleanup(image.unlink)
        self.assertEqual(key, App.from_uri(scan_screen(drawing, image)).secret)
        person.close(force=True)

    def test_a_mistyped_code_may_be_typed_again(self) -> None:
        person, key = self.enrol()
        phone = Phone(key)
        for _ in range(2):
            person.sendline(phone.wrong_code())
            person.expect_exact(FIRST_CODE)
        person.sendline(phone.code())
        self.assertEqual(DONE, person.end())

    def test_after_three_wrong_codes_nothing_is_kept(self) -> None:
        person, key = self.enrol()
        wrong = Phone(key).wrong_code()
        person.sendline(wrong)
        for _ in range(2):
            person.expect_exact(FIRST_CODE)
            person.sendline(wrong)
        self.assertEqual(NO, person.end())
        self.assertEqual([], run_json("list"))

    def test_ctrl_d_and_ctrl_c_end_it_and_nothing_is_kept(self) -> None:
        png = Path("/run/alice.png")
        for key, status in (("\x04", NO), ("\x03", -signal.SIGINT)):
            with self.subTest(key):
                person, _ = self.enrol("--png", str(png))
                self.assertTrue(png.exists())
                person.send(key)
                self.assertEqual(status, person.end())
                self.assertFalse(png.exists())
                self.assertEqual([], run_json("list"))

    def test_a_secret_is_typed_unseen(self) -> None:
        phone = Phone()
        person = Person("enrol", "alice", "--secret-stdin", "--qr", "none")
        person.expect_exact("Secret (base32): ")
        self.assertFalse(echoes(person))
        person.sendline(phone.secret)
        person.expect_exact("Key: ")
        self.assertNotIn(phone.secret, str(person.before))
        person.expect_exact(FIRST_CODE)
        self.assertTrue(echoes(person))
        person.sendline(phone.code())
        self.assertEqual(DONE, person.end())


class Checking(CommandScenario):
    def setUp(self) -> None:
        super().setUp()
        self.phone = enrol("alice")

    def check(self) -> Person:
        person = Person("check", "alice")
        person.expect_exact("Code: ")
        self.assertFalse(echoes(person))
        return person

    def test_the_code_does_not_show(self) -> None:
        person, code = self.check(), self.phone.code()
        person.sendline(code)
        self.assertEqual(DONE, person.end())
        self.assertEqual("accepted", str(person.before).strip())

    def test_the_terminal_shows_again_what_is_typed_after_each_ending(self) -> None:
        for key, ending in (("\x03", signal.SIGINT), ("\x1c", signal.SIGQUIT)):
            with self.subTest(ending):
                person = self.check()
                person.send("123" + key)
                self.assertEqual(-ending, person.end())
                self.assertTrue(echoes(person))
        for ending in (signal.SIGTERM, signal.SIGHUP):
            with self.subTest(ending):
                person = self.check()
                person.kill(ending)
                self.assertEqual(-ending, person.end())
                self.assertTrue(echoes(person))


class Removing(CommandScenario):
    def setUp(self) -> None:
        super().setUp()
        enrol("alice")

    def test_asks_and_removes_after_yes(self) -> None:
        for answer in ("y", "YES"):
            with self.subTest(answer):
                enrol("alice")
                person = Person("remove", "alice")
                person.expect(QUESTION)
                person.sendline(answer)
                self.assertEqual(DONE, person.end())
                self.assertIn("alice is removed", str(person.before))
                self.assertEqual([], run_json("list"))

    def test_any_other_answer_keeps_everything(self) -> None:
        for answer in ("", "n", "alice", "yes please"):
            with self.subTest(answer):
                person = Person("remove", "alice")
                person.expect(QUESTION)
                person.sendline(answer)
                self.assertEqual(NO, person.end())
                self.assertEqual(1, len(run_json("list")))

    def test_no_question_about_nobody(self) -> None:
        person = Person("remove", "bob")
        self.assertNotIn("[y/N]", str(person.read()))

    def test_with_yes_nothing_is_asked(self) -> None:
        person = Person("remove", "alice", "--yes")
        self.assertEqual(DONE, person.end())
        self.assertNotIn("[y/N]", str(person.before))

    def test_who_was_removed_in_between_is_not_there_any_more(self) -> None:
        person = Person("remove", "alice")
        person.expect(QUESTION)
        run_json("remove", "alice", "--yes")
        person.sendline("y")
        self.assertEqual(4, person.end())
        self.assertRegex(str(person.before), "twinlock: .*alice")


class Secrets(CommandScenario):
    """While a person takes his time, and afterwards."""

    def test_no_core_dump_and_no_debugger_of_others(self) -> None:
        person = Person("enrol", "alice")
        person.expect_exact(FIRST_CODE)
        limits = Path(f"/proc/{person.pid}/limits").read_text()
        self.assertRegex(limits, r"Max core file size +0 +0 ")
        person.close(force=True)

    def test_no_command_line_environment_or_log_holds_them(self) -> None:
        person = Person("enrol", "alice", "--label", "phone")
        person.expect_exact(FIRST_CODE)
        key = re.findall(r"Key: (\w+)", str(person.before))[0]
        process = Path("/proc", str(person.pid))
        seen = [(process / name).read_bytes() for name in ("cmdline", "environ")]
        code = Phone(key).code()
        person.sendline(code)
        self.assertEqual(DONE, person.end())
        recovery = re.findall(r"(\w{4}-\w{4}-\w{4})", str(person.before))
        self.assertEqual(10, len(recovery))
        lines = [(line["event"], line["user"], line["token"]) for line in audit_lines()]
        self.assertEqual([("enrol", "alice", 1)], lines)
        seen += [AUDIT_LOG.read_bytes(), syslog.collected().text().encode(),
                 *(record.read_bytes() for record in USERS.iterdir())]
        for secret in (key, code, *recovery, *(code.replace("-", "") for code in recovery)):
            self.assertFalse([place for place in seen if secret.encode() in place], secret)
