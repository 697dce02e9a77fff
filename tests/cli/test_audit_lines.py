"""twinlock audit show, export and purge."""

import base64
import datetime
import hashlib
import hmac
import json
import subprocess
from typing import Any

from support import pam, paths, syslog
from support.audit_log import AuditScenario, ahead, append, derived_key, line
from support.command import AUDIT_HEAD, AUDIT_LOG, DONE, USAGE, Person, run
from support.twinlock import run_json

KEYS = ["time", "event", "user", "service", "address", "verdict", "token", "host", "actor"]
HOSTILE = ['x\n{"time":"2026-01-01T00:00:00Z","event":"seal"}', "x\x1b[2J\r", '","verdict":"accepted","x":"', b"\xff\xfe\n", "\u2028",
           '{"time":"2026-01-01T00:00:00Z","event":"login"}']


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)


class Show(AuditScenario):
    def setUp(self) -> None:
        super().setUp()
        append(1, user="alice", moment=at("2026-03-01T10:00:00"))
        append(2, user="bob", moment=at("2026-03-02T10:00:30"))
        self.sweep()
        append(3, user="alice", moment=at("2026-03-03T23:59:59"))

    def numbers(self, *options: str) -> list[int]:
        return [entry["token"] for entry in run_json("audit", "show", *options)]

    def test_all_but_the_seals(self) -> None:
        self.assertEqual([1, 2, 3], self.numbers())
        self.assertEqual(KEYS, list(run_json("audit", "show")[0]))

    def test_of_a_user(self) -> None:
        self.assertEqual([1, 3], self.numbers("--user", "alice"))
        self.assertEqual([2], self.numbers("--user", "bob"))
        self.assertEqual([], self.numbers("--user", "nobody.of.that.name"))

    def test_of_a_verdict_event_or_service(self) -> None:
        self.assertEqual([1, 2, 3], self.numbers("--verdict", "accepted", "--event", "login", "--service", "sshd"))
        self.assertEqual([], self.numbers("--verdict", "locked"))
        self.assertEqual([], self.numbers("--event", "enrol"))
        self.assert_fails(USAGE, "audit", "show", "--verdict", "maybe")

    def test_of_a_time(self) -> None:
        for options, expected in [(["--since", "2026-03-02T10:00:30Z"], [2, 3]), (["--since", "2026-03-02T10:00:31Z"], [3]),
                                  (["--since", "2026-03-02T11:00:31+01:00"], [3]), (["--until", "2026-03-02"], [1, 2]),
                                  (["--until", "2026-03-02 09:59"], [1]), (["--until", "2026-03-02 10:00"], [1, 2]),
                                  (["--since", "2026-03-02", "--until", "2026-03-02"], [2]), (["--since", "1h"], [])]:
            with self.subTest(options):
                done = run("audit", "show", "--json", *options, prefix=["env", "TZ=UTC"])
                self.assertEqual(expected, [entry["token"] for entry in done.json()])
        self.assertEqual([2, 3], [entry["token"] for entry in run("audit", "show", "--json", "--since", "2026-03-02 11:00",
                                                                 prefix=["env", "TZ=Europe/Berlin"]).json()])
        for bad in ("yesterday", "2026-02-30", "2026-3-1", "25:00", "2026-03-01T10:00:00", "-1d"):
            self.assert_fails(USAGE, "audit", "show", f"--since={bad}")

    def test_as_a_table(self) -> None:
        rows = run("audit", "show", "--user", "bob").output.splitlines()
        self.assertEqual("TIME EVENT USER SERVICE ADDRESS VERDICT TOKEN ACTOR DETAIL".split(), rows[0].split())
        self.assertEqual("2026-03-02T10:00:30Z login bob sshd 192.0.2.7 accepted 2".split(), rows[1].split())
        self.assertEqual("No such line is in the audit log.\n", run("audit", "show", "--user", "carol").output)


class Injection(AuditScenario):
    """Names that somebody types at a login, through PAM and through the command."""

    def test_never_makes_a_line_or_a_seal(self) -> None:
        for name in HOSTILE:
            pam.attempt(name, "123456")
            run("check", name, stdin="123456\n")
        entries = [json.loads(text) for text in AUDIT_LOG.read_bytes().splitlines()]  # raises where one is no JSON
        self.assertEqual({"login", "check"}, {entry["event"] for entry in entries})
        self.assertEqual([KEYS] * len(entries), [list(entry)[:9] for entry in entries])
        self.assertLessEqual(6, len(entries))  # names with control characters are refused before they are anybody's
        self.assertEqual({False}, {entry["verdict"] == "accepted" for entry in entries})
        self.sweep()
        self.assertEqual((len(entries), 1), (self.assert_ok()["lines"], self.assert_ok()["seals"]))
        self.assertEqual(len(entries), len(run_json("audit", "show")))
        shown = run("audit", "show").output
        self.assertEqual(len(entries) + 1, shown.count("\n"), ascii(shown))
        self.assertTrue(shown.replace("\n", "").replace("\u2028", "").isprintable(), ascii(shown))
        for name in (HOSTILE[2], HOSTILE[4], HOSTILE[5]):
            self.assertEqual(2, len(run_json("audit", "show", "--user", name)), name)


class Export(AuditScenario):
    def pseudonym(self, kind: str, text: str) -> str:
        key = derived_key("twinlock audit pseudonym 1")
        mac = hmac.digest(key, f"{kind}\0{text}".encode(), hashlib.sha256)
        return f"{kind}-{base64.b32encode(mac[:10]).decode().lower()}"

    def exported(self, *options: str) -> list[Any]:
        return [json.loads(text) for text in run("audit", "export", *options).output.splitlines()]

    def test_line_by_line_or_as_an_array(self) -> None:
        append(1, 2)
        self.sweep()
        self.assertEqual(AUDIT_LOG.read_text().splitlines()[:2], run("audit", "export").output.splitlines())
        self.assertEqual(self.exported(), run_json("audit", "export"))
        self.assertEqual([], self.exported("--since", "2999-01-01"))

    def test_pseudonyms_are_the_same_for_the_same_person_and_tell_nothing(self) -> None:
        append(1, user="alice")
        acted = {**json.loads(line(2, user="pass\u00fcword1")), "actor": "alice", "address": "local", "detail": "alice said so"}
        with AUDIT_LOG.open("a") as log:
            log.write(json.dumps(acted, separators=(",", ":")) + "\n")
        done = run("audit", "export", "--pseudonyms")
        first, second = (json.loads(text) for text in done.output.splitlines())
        self.assertEqual([KEYS, KEYS], [list(first), list(second)])
        self.assertEqual((self.pseudonym("p", "alice"), None, self.pseudonym("a", "192.0.2.7")),
                         (first["user"], first["actor"], first["address"]))
        self.assertEqual((self.pseudonym("p", "pass\u00fcword1"), first["user"], "local"),
                         (second["user"], second["actor"], second["address"]))
        for hidden in ("alice", "word1", "192.0.2.7", derived_key("twinlock audit pseudonym 1").hex()):
            self.assertNotIn(hidden, done.output)


class Purge(AuditScenario):
    def setUp(self) -> None:
        super().setUp()
        append(1, 2)
        self.sweep()
        append(3, 4)
        self.sweep(prefix=ahead("10d"))
        append(5)

    def purge(self, age: str, days: str = "15d") -> Any:
        return run("audit", "purge", "--older-than", age, "--yes", "--json", prefix=ahead(days)).json()

    def numbers(self) -> list[int]:
        return [entry["token"] for entry in run_json("audit", "show", "--event", "login")]

    def test_keeps_the_rest_verifiable(self) -> None:
        inode = AUDIT_LOG.stat().st_ino
        answer = self.purge("10d")  # seals what is left first
        self.assertEqual({"lines": 2, "files": [], "sequence": 1, "break": None}, answer)
        self.assertNotEqual(inode, AUDIT_LOG.stat().st_ino)
        self.assertEqual(0o600, AUDIT_LOG.stat().st_mode & 0o777)
        self.assertEqual([3, 4, 5], self.numbers())
        begun, act = run_json("audit", "show", "--event", "audit purge")
        self.assertTrue(begun["detail"].startswith("begins: up to seal 1 of "))
        self.assertEqual(("root", True), (act["actor"], act["detail"].startswith("2 lines, up to seal 1 of ")))
        self.sweep(prefix=ahead("15d"))
        self.assertEqual((5, 3), (self.assert_ok()["lines"], self.assert_ok()["seals"]))
        append(6)
        self.sweep(prefix=ahead("15d"))
        self.assert_ok()

    def test_lines_behind_a_copy_of_the_border_show_and_take_no_others_along(self) -> None:
        self.purge("10d")
        self.sweep(prefix=ahead("15d"))
        text = AUDIT_LOG.read_text().splitlines(keepends=True)
        border, at = text[0], next(at for at in range(1, len(text)) if '"event":"seal"' in text[at]) + 1
        for put_in in ([border], [line(99), border]):
            AUDIT_LOG.write_text("".join(text[:at] + put_in + text[at:]))
            self.assert_found("fail", "before the last purge stands here once more")
            self.purge("10d")
            self.assertLessEqual({3, 4, 5}, set(self.numbers()))
        AUDIT_LOG.write_text("".join([line(99), *text]))
        self.assert_found("fail", "lines of before the last purge were changed")

    def test_a_seal_of_a_clock_that_was_ahead_keeps_nothing_for_ever(self) -> None:
        self.sweep(prefix=ahead("3000d"))
        append(6)
        self.sweep(prefix=ahead("16d"))
        self.assertEqual(6, self.purge("1d", days="20d")["lines"])
        self.assert_ok()

    def test_what_is_cut_off_later_still_shows(self) -> None:
        self.purge("10d")
        self.sweep(prefix=ahead("15d"))
        text = AUDIT_LOG.read_text().splitlines(keepends=True)
        AUDIT_LOG.write_text("".join(text[:1] + text[4:]))
        self.assert_found("fail", "seal 2 is missing")
        AUDIT_LOG.write_text("".join(text[:-1]))
        self.assert_found("fail", "seal 4 is missing: the end of the log was cut off")

    def test_of_everything_leaves_a_chain_that_goes_on(self) -> None:
        self.assertEqual(5, self.purge("0")["lines"])
        self.assertEqual([], self.numbers())
        append(7)
        self.sweep(prefix=ahead("15d"))
        self.assertEqual(3, self.assert_ok()["lines"])  # and two of the purge

    def test_of_nothing_says_so(self) -> None:
        self.assertEqual((0, 0), (self.purge("30d")["lines"], self.purge("30d")["sequence"]))
        self.assertEqual([], run_json("audit", "show", "--event", "audit purge"))

    def test_whose_head_was_lost_on_the_way_is_made_good(self) -> None:
        """Stopped behind the rename: the head still names the file of before."""
        self.sweep(prefix=ahead("15d"))
        before = json.loads(AUDIT_HEAD.read_text())
        self.purge("10d")
        self.assertNotEqual(before["inode"], json.loads(AUDIT_HEAD.read_text())["inode"])
        self.sweep(prefix=ahead("15d"))
        self.assert_ok()

    def test_asks_first(self) -> None:
        self.assert_fails(USAGE, "audit", "purge")
        person = Person("audit", "purge", "--older-than", "0")
        person.expect("Remove all lines of the audit log")
        person.sendline("n")
        self.assertEqual(1, person.end())
        self.assertEqual([1, 2, 3, 4, 5], self.numbers())
        self.assert_fails(USAGE, "audit", "purge", "--yes", "--older-than", "soon")

    def test_by_retention_happens_in_the_sweep_once_a_day(self) -> None:
        with self.config('[audit]\nretention = "9d"\n'):
            for days in ("11d", "14d"):  # it leapt to the 10th
                self.sweep(prefix=ahead(days))
                self.assertEqual([1, 2, 3, 4, 5], self.numbers())
            for _ in range(2):
                self.sweep(prefix=ahead("18d"))
                self.assertEqual([3, 4, 5], self.numbers())
                self.assertEqual(2, len(run_json("audit", "show", "--event", "audit purge")))
            for days in ("32d", "33d", "38d"):  # a clock that leaps, for less than a week, makes nothing old
                self.sweep(prefix=ahead(days))
                self.assertEqual([3, 4, 5], self.numbers())
            self.sweep(prefix=ahead("40d"))
            self.assertEqual([], self.numbers())
        self.assertEqual(2, len(syslog.collected().matching("audit: the clock leapt from ")))
        self.assert_ok()

    def test_who_purged_is_in_the_log_before_anything_is_removed(self) -> None:
        subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat2", "-e",
                        "inject=renameat2:signal=KILL:when=1", *ahead("15d"), paths.COMMAND, "audit", "purge", "--older-than",
                        "10d", "--yes"], check=False, capture_output=True, timeout=60)
        self.assertEqual([1, 2, 3, 4, 5], self.numbers())
        (act,) = run_json("audit", "show", "--event", "audit purge")
        self.assertEqual(("root", True), (act["actor"], act["detail"].startswith("begins: up to seal 1 of ")))
        purged = self.verify()["purged"]
        self.assertEqual((1, "root"), (purged["sequence"], purged["actor"]))
        self.assertIn(", purged at ", run("audit", "verify").output)
        self.purge("10d")
        self.assertEqual([3, 4, 5], self.numbers())
