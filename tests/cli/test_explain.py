"""twinlock explain: why logins were refused, in words, from the audit log."""

import json
import os
import socket
from typing import Any

from support import pam
from support.command import AUDIT_LOG, CONFIG, DONE, NOT_FOUND, STORE, USAGE, USERS, CommandScenario, run
from support.pam import IN_SSHD
from support.twinlock import enrol, run_json

GERMAN = 'language = "de"\n'
TIME = "2027-03-01T09:00:00Z"
MISSING = ("The login gave no code, such as one with a key alone, or over SMB with the bare name.",
           "Bei der Anmeldung wurde kein Code eingegeben, etwa nur mit einem Schlüssel oder über SMB nur mit dem Namen.")

# What whoever helps must learn from it, in English and German.
WORDS = {
    "wrong_code": ("was wrong", "war falsch"),
    "replayed": ("used already", "schon benutzt"),
    "throttled": ("too many wrong codes", "zu vielen falschen Codes"),
    "locked": ("twinlock unlock", "twinlock unlock"),
    "disabled": ("disabled", "gesperrt"),
    "not_enrolled": ("twinlock enrol", "twinlock enrol"),
    "expired": ("too late", "abgelaufen"),
    "unavailable": ("could not check codes", "konnte keine Codes prüfen"),
}


def line(verdict: str | None = "wrong_code", event: str = "login", user: str = "alice", **more: object) -> str:
    """As the audit log has it."""
    return json.dumps({"time": TIME, "event": event, "user": user, "service": "sshd", "address": "192.0.2.7",
                       "verdict": verdict, "token": None, "host": "files", "actor": None, **more}) + "\n"


class ExplainScenario(CommandScenario):
    def log(self, *lines: str | bytes) -> None:
        AUDIT_LOG.write_bytes(b"".join(part.encode() if isinstance(part, str) else part for part in lines))
        AUDIT_LOG.chmod(0o600)

    def explained(self, user: str = "alice") -> list[dict[str, Any]]:
        return list(run_json("explain", user))

    def words(self) -> list[str]:
        return [str(entry["words"]) for entry in self.explained()]

    def verdicts(self, user: str = "alice") -> list[str]:
        return [str(entry["verdict"]) for entry in self.explained(user)]


class Words(ExplainScenario):
    def test_has_exactly_these_keys(self) -> None:
        self.log(line())
        (entry,) = self.explained()
        self.assertEqual(["time", "service", "address", "verdict", "words"], list(entry))
        self.assertEqual((TIME, "sshd", "192.0.2.7", "wrong_code"), tuple(entry.values())[:4])

    def test_for_every_refusal_in_both_languages(self) -> None:
        for verdict, (english, german) in WORDS.items():
            with self.subTest(verdict):
                self.log(line(verdict))
                in_english = self.words()
                with self.config(GERMAN):
                    in_german = self.words()
                self.assertIn(english, in_english[0])
                self.assertIn(german, in_german[0])
                self.assertNotEqual(in_english, in_german)

    def test_of_account_that_it_was_never_asked_for_a_code(self) -> None:
        self.log(line(event="account"))
        self.assertEqual([MISSING[0]], self.words())
        with self.config(GERMAN):
            self.assertEqual([MISSING[1]], self.words())

    def test_of_account_for_other_reasons_the_reason(self) -> None:
        for verdict in ("disabled", "not_enrolled", "unavailable"):
            self.log(line(verdict, event="account"))
            self.assertIn(WORDS[verdict][0], self.words()[0])

    def test_as_a_table(self) -> None:
        self.log(line("replayed"))
        self.assertEqual("TIME                  SERVICE  ADDRESS    WHY\n"
                         f"{TIME}  sshd     192.0.2.7  The code had been used already. The next one is shown within "
                         "a minute.\n", run("explain", "alice").output)


class Which(ExplainScenario):
    def test_refused_logins_only(self) -> None:
        passed = [line(verdict) for verdict in ("accepted", "leased", "exempt", "observed")]
        others = [line(event="check"), line(event="session"), line(None, event="unlock"), line("no_such_verdict"), line(None)]
        self.log(*passed, line("replayed"), *others)
        self.assertEqual(["replayed"], self.verdicts())

    def test_of_that_user_only(self) -> None:
        names = ("bob", "Alice", "alice2", "alic", "alice ", " alice", "")
        self.log(line("replayed"), *(line(user=name) for name in names))
        self.assertEqual(["replayed"], self.verdicts())

    def test_the_last_ten_the_newest_last(self) -> None:
        self.log(*(line(time=f"2027-03-01T09:00:{second:02}Z") for second in range(30)), line(user="bob"))
        times = [entry["time"] for entry in self.explained()]
        self.assertEqual([f"2027-03-01T09:00:{second}Z" for second in range(20, 30)], times)

    def test_real_logins(self) -> None:
        phone = enrol("alice")
        AUDIT_LOG.unlink()
        code = phone.code()
        pam.attempt("alice", code)
        pam.attempt("alice", code)
        pam.attempt("alice", phone.wrong_code(), rhost="198.51.100.7")
        pam.attempt("alice", steps=[IN_SSHD, "account"])
        entries = [(entry["address"], entry["verdict"]) for entry in self.explained()]
        self.assertEqual([("192.0.2.7", "replayed"), ("198.51.100.7", "wrong_code"), ("192.0.2.7", "wrong_code")], entries)
        self.assertEqual(MISSING[0], self.words()[-1])

    def test_a_user_who_is_not_enrolled_has_reasons_too(self) -> None:
        pam.attempt("bob", "123456")
        self.assertEqual(["not_enrolled"], self.verdicts("bob"))

    def test_even_where_store_and_keys_are_broken(self) -> None:
        (USERS / "alice").write_bytes(b"damage")
        pam.attempt("alice", "123456")
        with self.config('[store]\nkey_file = "/nowhere/key"\n'):
            self.assertEqual(["unavailable"], self.verdicts())


class Nothing(ExplainScenario):
    def test_on_record(self) -> None:
        self.log(line("accepted"))
        self.assertEqual("[]\n", run("explain", "alice", "--json").output)
        self.assertEqual("No refused login is on record.\n", run("explain", "alice").output)

    def test_after_the_log_was_rotated_away(self) -> None:
        self.assertFalse(AUDIT_LOG.exists())
        self.assertEqual([], self.explained())
        self.assertFalse(AUDIT_LOG.exists())

    def test_in_an_empty_one(self) -> None:
        self.log()
        self.assertEqual([], self.explained())

    def test_of_a_name_that_nobody_has(self) -> None:
        self.log(line())
        self.assertIn("user carol2: is unknown to this system", self.assert_fails(NOT_FOUND, "explain", "carol2"))
        self.log(line("not_enrolled", user="carol2"))
        self.assertEqual(["not_enrolled"], self.verdicts("carol2"))

    def test_where_there_is_no_log_by_configuration(self) -> None:
        with self.config('[audit]\nfile = ""\n'):
            self.assertIn("syslog", self.assert_fails(CONFIG, "explain", "alice"))

    def test_wrong_usage(self) -> None:
        for words in ((), ("alice", "bob"), ("",), ("alice", "--yes"), ("a\nb",)):
            self.assert_fails(USAGE, "explain", *words)


class DamagedLogs(ExplainScenario):
    def test_lines_that_are_not_ours_are_passed_over(self) -> None:
        foreign = ["\n", "not json\n", "[]\n", "null\n", "42\n", '"alice"\n', "{}\n", '{"user":"alice"}\n',
                   '{"user":["alice"],"event":"login","verdict":"locked"}\n', '{"user":"alice","event":"login","verdict":7}\n',
                   "[" * 100_000 + "\n", b"\xff\xfe\x00\x80\n", b"\x00" * 4096 + b"\n", "x" * 200_000 + "\n",
                   line("locked")[:60] + "\n"]
        for noise in foreign:
            with self.subTest(noise=noise[:40]):
                self.log(line("replayed"), noise, line("expired"))
                self.assertEqual(["replayed", "expired"], self.verdicts())

    def test_a_line_that_was_torn_off_at_the_end(self) -> None:
        whole = line("replayed")
        for length in (1, 20, len(whole) - 3):
            self.log(line("expired"), whole[:length])
            self.assertEqual(["expired"], self.verdicts())
        self.log(line("expired"), whole[:-1])  # only the line end lacks
        self.assertEqual(["expired", "replayed"], self.verdicts())

    def test_what_comes_after_a_torn_line_is_read_again(self) -> None:
        self.log(line("expired"), line("replayed")[:30])
        pam.attempt("alice", "123456")
        self.assertEqual(["expired", "not_enrolled"], self.verdicts())

    def test_fields_that_lack_or_would_move_the_cursor(self) -> None:
        self.log('{"user":"alice","event":"login","verdict":"locked"}\n', line(service="\x1b[2J\n", address="\u009b31m"))
        self.assertEqual(["", "\x1b[2J\n"], [entry["service"] for entry in self.explained()])
        table = run("explain", "alice").output
        self.assertEqual(3, len(table.splitlines()))
        self.assertTrue(table.replace("\n", "").isprintable(), ascii(table))


class Names(ExplainScenario):
    """What users type as their names stands in the log."""

    def test_never_forge_or_hide_a_line(self) -> None:
        forged = line("locked").strip()
        names = [f'x"{forged}', 'alice","verdict":"locked', f"x{forged}", "alice\\", "'alice'", "alice\u2028", "${alice}"]
        pam.attempt("alice", "123456")
        for name in names:
            pam.attempt(name, "123456")
        self.assertEqual(["not_enrolled"], self.verdicts())
        for name in names:
            with self.subTest(name):
                self.assertEqual(["not_enrolled"], self.verdicts(name))

    def test_with_line_ends_or_no_text_at_all(self) -> None:
        for name in (f"x\n{line('locked')}", b"x\xff\n" + line("locked").encode(), b"alice\xff", b"\xff" * 200, "alice\n"):
            pam.attempt(name, "123456")
        self.assertEqual([], self.explained())


class UntrustedFiles(ExplainScenario):
    def assert_not_read(self) -> None:
        self.assertIn(str(AUDIT_LOG), self.assert_fails(STORE, "explain", "alice"))

    def tearDown(self) -> None:
        if AUDIT_LOG.is_dir():
            AUDIT_LOG.rmdir()
        AUDIT_LOG.unlink(missing_ok=True)

    def test_of_another_owner(self) -> None:
        self.log(line())
        os.chown(AUDIT_LOG, 60601, 60601)
        self.assert_not_read()

    def test_that_others_may_write(self) -> None:
        self.log(line())
        AUDIT_LOG.chmod(0o666)
        self.assert_not_read()

    def test_that_are_links(self) -> None:
        AUDIT_LOG.symlink_to("/etc/passwd")
        self.assert_not_read()

    def test_that_are_directories_pipes_or_sockets(self) -> None:
        AUDIT_LOG.mkdir(mode=0o700)
        self.assert_not_read()
        AUDIT_LOG.rmdir()
        os.mkfifo(AUDIT_LOG, 0o600)
        self.assert_not_read()
        AUDIT_LOG.unlink()
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(AUDIT_LOG))
            self.assert_not_read()

    def test_are_not_made(self) -> None:
        self.assert_status(DONE, run("explain", "alice"))
        self.assertFalse(AUDIT_LOG.exists())
