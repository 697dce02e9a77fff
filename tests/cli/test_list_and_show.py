"""twinlock list and twinlock show: what an administrator sees, and nothing that is secret."""

import datetime
import itertools
import os
import shutil

from support.command import DONE, NOT_FOUND, STORE, USERS, CommandScenario, run
from support.totp import Phone
from support.twinlock import enrol, run_json

SHOW_KEYS = ["user", "state", "tokens", "recovery_codes_left", "throttle", "leases"]
TOKEN_KEYS = ["id", "label", "type", "algorithm", "digits", "period", "state", "failures", "last_used"]
RFC_3339 = "%Y-%m-%dT%H:%M:%SZ"


def seconds_from_now(text: str) -> float:
    """Of a time in UTC; raises where it is not in RFC 3339."""
    time = datetime.datetime.strptime(text, RFC_3339).replace(tzinfo=datetime.UTC)
    return (time - datetime.datetime.now(datetime.UTC)).total_seconds()


class List(CommandScenario):
    def test_nobody(self) -> None:
        self.assertEqual("[]\n", run("list", "--json").output)
        self.assertEqual("Nobody is enrolled yet. Begin with: twinlock enrol USER\n", run("list").output)

    def test_everybody_by_name(self) -> None:
        phone = enrol("carol")
        enrol("carol")
        enrol("alice")
        run("check", "carol", stdin=phone.code())
        alice, carol = run_json("list")
        self.assertEqual({"user": "alice", "state": "active", "tokens": 1, "last_used": None}, alice)
        self.assertEqual(["user", "state", "tokens", "last_used"], list(carol))
        self.assertEqual(("carol", "active", 2), (carol["user"], carol["state"], carol["tokens"]))
        self.assertLess(abs(seconds_from_now(carol["last_used"])), 60)

    def test_as_a_table(self) -> None:
        enrol("alice")
        self.assertEqual("USER   STATE   TOKENS  LAST USED\nalice  active  1       never\n", run("list").output)

    def test_a_locked_token_is_not_counted(self) -> None:
        phone = enrol("alice")
        with self.config("[throttle]\ndisable_after = 1\n"):
            run("check", "alice", stdin=phone.wrong_code())
        self.assertEqual(0, run_json("list")[0]["tokens"])

    def test_names_that_are_no_text_end_neither_the_table_nor_the_json(self) -> None:
        names = [b"a\xffb", b"a\xc2\x9b31mb", "jürgen".encode()]
        for name in names:
            self.assert_status(DONE, run("enrol", name, "--allow-unknown", "--no-confirm", "--json"))
        users = [user["user"] for user in run_json("list")]
        self.assertEqual(["a\u009b31mb", "a\N{REPLACEMENT CHARACTER}b", "jürgen"], users)
        table = run("list").output
        self.assertTrue(table.replace("\n", "").isprintable(), ascii(table))
        self.assertEqual({"a?31mb", "a?b", "jürgen"}, {line.split()[0] for line in table.splitlines()[1:]})
        for name in names:
            self.assert_status(DONE, run("remove", name, "--yes"))


class BadRecords(CommandScenario):
    def setUp(self) -> None:
        super().setUp()
        for user in ("alice", "bob", "carol"):
            enrol(user)

    def assert_names_it_and_goes_on(self, users: list[str], name: str) -> None:
        plain, as_json = run("list"), run("list", "--json")
        self.assertEqual((STORE, STORE), (plain.status, as_json.status))
        self.assertEqual(users, [user["user"] for user in as_json.json()])
        self.assertEqual(users, [line.split()[0] for line in plain.output.splitlines()[1:]])
        self.assertEqual(STORE, as_json.error()["status"])
        for said in (plain.messages, as_json.error()["what"]):
            self.assertIn(str(USERS / name), said)

    def test_one_with_two_damaged_copies(self) -> None:
        content = bytearray((USERS / "bob").read_bytes())
        content[1000] ^= 1
        content[9000] ^= 1
        (USERS / "bob").write_bytes(content)
        self.assert_names_it_and_goes_on(["alice", "carol"], "bob")

    def test_one_that_is_cut_off(self) -> None:
        os.truncate(USERS / "bob", 8192)
        self.assert_names_it_and_goes_on(["alice", "carol"], "bob")

    def test_one_that_is_empty(self) -> None:
        os.truncate(USERS / "bob", 0)
        self.assert_names_it_and_goes_on(["alice", "carol"], "bob")

    def test_one_of_another_owner(self) -> None:
        os.chown(USERS / "bob", 60602, 60602)
        self.assert_names_it_and_goes_on(["alice", "carol"], "bob")

    def test_one_under_the_name_of_somebody_else(self) -> None:
        shutil.copy(USERS / "alice", USERS / "bob")
        self.assert_names_it_and_goes_on(["alice", "carol"], "bob")

    def test_one_that_is_a_link(self) -> None:
        shutil.move(USERS / "bob", "/run/bob")
        (USERS / "bob").symlink_to("/run/bob")
        self.assert_names_it_and_goes_on(["alice", "carol"], "bob")

    def test_one_that_is_a_directory(self) -> None:
        (USERS / "not-a-record").mkdir()
        self.assert_names_it_and_goes_on(["alice", "bob", "carol"], "not-a-record")

    def test_a_file_that_is_no_record(self) -> None:
        (USERS / "not a record").touch()
        self.assert_names_it_and_goes_on(["alice", "bob", "carol"], "not a record")

    def test_where_all_are_bad_nobody_is_said_not_to_be_enrolled(self) -> None:
        for user in ("alice", "bob", "carol"):
            os.truncate(USERS / user, 0)
        self.assertEqual((STORE, ""), (run("list").status, run("list").output))

    def test_one_damaged_copy_is_no_bad_record(self) -> None:
        content = bytearray((USERS / "bob").read_bytes())
        content[9000] ^= 1
        (USERS / "bob").write_bytes(content)
        self.assertEqual(3, len(run_json("list")))


class Show(CommandScenario):
    def test_has_exactly_these_keys(self) -> None:
        phone = enrol("alice", "--label", "Alices Händy", "--recovery-codes", "7")
        enrol("alice", "--hotp", "--digits", "8", "--label", "key ring")
        run("check", "alice", stdin=phone.code())
        shown = run_json("show", "alice")
        self.assertEqual(SHOW_KEYS, list(shown))
        self.assertEqual([TOKEN_KEYS] * 2, list(map(list, shown["tokens"])))
        used = shown["tokens"][0].pop("last_used")
        self.assertLess(abs(seconds_from_now(used)), 60)
        self.assertEqual(
            {"user": "alice", "state": "active", "recovery_codes_left": 7, "throttle": [], "leases": [], "tokens": [
                {"id": 1, "label": "Alices Händy", "type": "totp", "algorithm": "sha1", "digits": 6, "period": 30,
                 "state": "active", "failures": 0},
                {"id": 2, "label": "key ring", "type": "hotp", "algorithm": "sha1", "digits": 8, "period": None,
                 "state": "active", "failures": 0, "last_used": None}]}, shown)

    def test_in_words(self) -> None:
        enrol("alice")
        self.assertEqual("alice: active\n\n"
                         "TOKEN  LABEL  TYPE                        STATE   FAILURES  LAST USED\n"
                         "1      phone  totp, 6 digits, 30 s, sha1  active  0         never\n\n"
                         "Recovery codes left: 10\n", run("show", "alice").output)

    def test_holds_no_secret(self) -> None:
        made = run_json("enrol", "alice", "--no-confirm")
        shown = run("show", "alice").output + run("show", "alice", "--json").output
        for secret in (made["secret"], *made["recovery_codes"]):
            self.assertNotIn(secret, shown)

    def test_nobody(self) -> None:
        self.assertEqual("user bob: is not enrolled", self.assert_fails(NOT_FOUND, "show", "bob"))
        self.assertEqual("user carol2: is not enrolled", self.assert_fails(NOT_FOUND, "show", "carol2"))

    def test_a_bad_record_is_not_called_not_enrolled(self) -> None:
        enrol("bob")
        os.truncate(USERS / "bob", 100)
        self.assertIn(str(USERS / "bob"), self.assert_fails(STORE, "show", "bob"))

    def test_writes_nothing(self) -> None:
        enrol("alice")
        before = (USERS / "alice").read_bytes(), (USERS / "alice").stat().st_mtime_ns
        run("show", "alice")
        run("list")
        self.assertEqual(before, ((USERS / "alice").read_bytes(), (USERS / "alice").stat().st_mtime_ns))


class Waits(CommandScenario):
    HOME = ("--address", "2001:db8:1:2::7")

    def setUp(self) -> None:
        super().setUp()
        self.phone = enrol("alice")
        self.guess_wrong(6, *self.HOME)

    def guess_wrong(self, times: int = 1, *options: str) -> None:
        """Wrong codes, all different."""
        near = {self.phone.code(step) for step in range(-3, 4)}
        codes = (code for code in (f"{number:06}" for number in range(100)) if code not in near)
        for code in itertools.islice(codes, times):
            run("check", "alice", *options, stdin=code)

    def verdict(self, phone: Phone, *options: str) -> str:
        return str(run("check", "alice", *options, stdin=phone.code()).output.strip())

    def test_are_shown_by_network(self) -> None:
        shown = run_json("show", "alice")
        self.assertEqual(["2001:db8:1:2::/64"], [row["address"] for row in shown["throttle"]])
        self.assertEqual(["address", "until"], list(shown["throttle"][0]))
        self.assertTrue(0 < seconds_from_now(shown["throttle"][0]["until"]) <= 30)
        self.assertEqual(5, shown["tokens"][0]["failures"])
        self.assertRegex(run("show", "alice").output, "No token code is looked at from 2001:db8:1:2::/64 until ")

    def test_unlock_ends_them(self) -> None:
        self.assertEqual("throttled", self.verdict(self.phone, *self.HOME))
        self.assertEqual({"user": "alice"}, run_json("unlock", "alice"))
        shown = run_json("show", "alice")
        self.assertEqual(([], 0), (shown["throttle"], shown["tokens"][0]["failures"]))
        self.assertEqual("accepted", self.verdict(self.phone, *self.HOME))

    def test_unlock_fills_the_budget(self) -> None:
        with self.config("[throttle]\nbudget_unknown = 15\n"):
            self.assertIn("unknown addresses", [row["address"] for row in run_json("show", "alice")["throttle"]])
            self.assertEqual("throttled", self.verdict(self.phone))
            self.assertIn("alice: waits and budgets are cleared", run("unlock", "alice").output)
            self.assertEqual([], run_json("show", "alice")["throttle"])
            self.assertEqual("accepted", self.verdict(self.phone))

    def test_unlock_gives_a_locked_token_back(self) -> None:
        with self.config("[throttle]\ndisable_after = 6\n"):
            self.guess_wrong()
            self.assertEqual("disabled", run_json("show", "alice")["tokens"][0]["state"])
            self.assertIn("disabled (too many failures)", run("show", "alice").output)
            self.assertEqual("locked", self.verdict(self.phone))
            run("unlock", "alice")
            self.assertEqual("active", run_json("show", "alice")["tokens"][0]["state"])
            self.assertEqual("accepted", self.verdict(self.phone))

    def test_unlock_brings_no_used_code_back(self) -> None:
        code = self.phone.code()
        self.assertEqual("accepted", run("check", "alice", stdin=code).output.strip())
        run("unlock", "alice")
        self.assertEqual("replayed", run("check", "alice", stdin=code).output.strip())

    def test_unlock_of_nobody(self) -> None:
        self.assertEqual("user bob: is not enrolled", self.assert_fails(NOT_FOUND, "unlock", "bob"))

    def test_times_in_words_are_local(self) -> None:
        until = datetime.datetime.strptime(run_json("show", "alice")["throttle"][0]["until"], RFC_3339)
        local = until + datetime.timedelta(hours=5, minutes=30)
        shown = run("show", "alice", prefix=["env", "TZ=XXX-5:30"]).output
        self.assertIn(f"from 2001:db8:1:2::/64 until {local:%Y-%m-%d %H:%M}\n", shown)
