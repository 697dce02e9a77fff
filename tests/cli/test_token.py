"""twinlock token …: the single tokens of a user."""

from support import totp
from support.command import DONE, NO, NOT_FOUND, USAGE, CommandScenario, Person, run
from support.twinlock import audit_lines, enrol, run_json

VERBS = {"disable": (), "enable": (), "remove": ("--yes",), "resync": (), "rename": ("new label",)}


class TokenScenario(CommandScenario):
    def tokens(self, user: str = "alice") -> list[dict[str, object]]:
        return list(run_json("token", "list", user))

    def states(self) -> list[object]:
        return [token["state"] for token in self.tokens()]

    def assert_verdict(self, verdict: str, code: str, user: str = "alice") -> None:
        self.assertEqual({"verdict": verdict}, run("check", user, "--json", stdin=code + "\n").json())


class Usage(TokenScenario):
    def test_a_user_who_is_not_enrolled(self) -> None:
        for user in ("bob", "carol2"):
            said = {self.assert_fails(NOT_FOUND, "token", "list", user)}
            said |= {self.assert_fails(NOT_FOUND, "token", verb, user, "1", *more) for verb, more in VERBS.items()}
            self.assertEqual({f"user {user}: is not enrolled"}, said)

    def test_a_token_that_does_not_exist(self) -> None:
        enrol("alice")
        for verb, more in VERBS.items():
            said = self.assert_fails(NOT_FOUND, "token", verb, "alice", "2", *more)
            self.assertEqual("token 2 of alice: does not exist", said)
        self.assertEqual(["active"], self.states())

    def test_whoever_is_not_there_is_noticed_before_anybody_is_asked(self) -> None:
        enrol("alice")
        for user, token in (("bob", "1"), ("alice", "2")):
            self.assert_fails(NOT_FOUND, "token", "remove", user, token)
            person = Person("token", "resync", user, token)
            self.assertEqual(NOT_FOUND, person.end())
            self.assertNotIn("code: ", str(person.before))

    def test_ids_that_cannot_be(self) -> None:
        enrol("alice")
        for token in ("0", "-1", "x", "", "1.0", "1e0", "0x1", "01", "+1", " 1", "4294967297", "99999999999999999999"):
            with self.subTest(token):
                self.assert_fails(USAGE, "token", "disable", "alice", "--", token)
        self.assertEqual(["active"], self.states())

    def test_too_few_and_too_many_words(self) -> None:
        enrol("alice")
        for words in ((), ("frobnicate", "alice", "1"), ("list",), ("list", "alice", "1"), ("disable", "alice"),
                      ("enable", "alice", "1", "2"), ("rename", "alice", "1"), ("disable", "alice", "1", "--yes")):
            with self.subTest(words):
                self.assert_fails(USAGE, "token", *words)


class List(TokenScenario):
    def test_has_the_token_objects_of_show(self) -> None:
        phone = enrol("alice", "--label", "Händy")
        enrol("alice", "--hotp", "--label", "key ring")
        run("check", "alice", stdin=phone.code())
        listed = self.tokens()
        self.assertEqual(["id", "label", "type", "algorithm", "digits", "period", "state", "failures", "last_used"],
                         list(listed[0]))
        self.assertEqual(run_json("show", "alice")["tokens"], listed)

    def test_in_words(self) -> None:
        enrol("alice", "--digits", "8")
        self.assertEqual("TOKEN  LABEL  TYPE                        STATE   FAILURES  LAST USED\n"
                         "1      phone  totp, 8 digits, 30 s, sha1  active  0         never\n",
                         run("token", "list", "alice").output)

    def test_after_the_last_one_was_removed_it_is_empty(self) -> None:
        enrol("alice")
        run_json("token", "remove", "alice", "1", "--yes")
        self.assertEqual([], self.tokens())


class DisableAndEnable(TokenScenario):
    def test_a_disabled_token_opens_nothing_until_it_is_enabled(self) -> None:
        phone, other = enrol("alice"), enrol("alice")
        self.assertEqual({"user": "alice", "token": 1}, run_json("token", "disable", "alice", "1"))
        self.assertEqual(["disabled", "active"], self.states())
        self.assert_verdict("wrong_code", phone.code())
        self.assert_verdict("accepted", other.code())
        self.assertEqual({"user": "alice", "token": 1}, run_json("token", "enable", "alice", "1"))
        self.assert_verdict("accepted", phone.code())

    def test_with_the_only_one_disabled_the_user_is_not_enrolled(self) -> None:
        phone = enrol("alice")
        run_json("token", "disable", "alice", "1")
        self.assert_status(NOT_FOUND, run("check", "alice", stdin=phone.code()))

    def test_unlock_does_not_enable_what_an_administrator_disabled(self) -> None:
        phone = enrol("alice")
        run_json("token", "disable", "alice", "1")
        run_json("unlock", "alice")
        self.assertEqual(["disabled"], self.states())
        self.assert_verdict("not_enrolled", phone.code())

    def lock(self, phone: totp.Phone) -> None:
        with self.config("[throttle]\ndisable_after = 1\n"):
            self.assert_verdict("wrong_code", phone.wrong_code())
            self.assert_verdict("locked", phone.code())

    def test_not_even_where_failures_had_locked_it_before(self) -> None:
        phone = enrol("alice")
        self.lock(phone)
        run_json("token", "disable", "alice", "1")
        run_json("unlock", "alice")
        self.assert_verdict("not_enrolled", phone.code())

    def test_enable_frees_a_locked_one(self) -> None:
        phone = enrol("alice")
        self.lock(phone)
        self.assertIn("disabled (too many failures)", run("token", "list", "alice").output)
        run_json("token", "enable", "alice", "1")
        self.assertEqual(("active", 0), (self.tokens()[0]["state"], self.tokens()[0]["failures"]))
        self.assert_verdict("accepted", phone.code())

    def test_codes_used_before_stay_used(self) -> None:
        phone = enrol("alice")
        code = phone.code()
        self.assert_verdict("accepted", code)
        run_json("token", "disable", "alice", "1")
        run_json("token", "enable", "alice", "1")
        self.assert_verdict("replayed", code)


class Remove(TokenScenario):
    def test_removes_that_one_only(self) -> None:
        phone, other = enrol("alice"), enrol("alice")
        self.assertEqual({"user": "alice", "token": 1}, run_json("token", "remove", "alice", "1", "--yes"))
        self.assertEqual([2], [token["id"] for token in self.tokens()])
        self.assert_verdict("wrong_code", phone.code())
        self.assert_verdict("accepted", other.code())

    def test_needs_yes_where_nobody_can_be_asked(self) -> None:
        enrol("alice")
        for answer in ("", "y\n", "yes\n"):
            self.assertIn("confirmation", self.assert_fails(USAGE, "token", "remove", "alice", "1", stdin=answer))
        self.assertEqual(["active"], self.states())

    def test_asks_a_person(self) -> None:
        enrol("alice")
        for answer, status, left in (("n", NO, 1), ("", NO, 1), ("y", DONE, 0)):
            person = Person("token", "remove", "alice", "1")
            person.expect(r"Remove token 1 of alice\? \[y/N\] ")
            person.sendline(answer)
            self.assertEqual(status, person.end())
            self.assertEqual(left, len(self.tokens()))

    def test_ids_are_never_given_again(self) -> None:
        enrol("alice")
        enrol("alice")
        run_json("token", "remove", "alice", "2", "--yes")
        self.assertEqual(3, run_json("enrol", "alice", "--no-confirm")["token"])
        for token in ("1", "3"):
            run_json("token", "remove", "alice", token, "--yes")
        self.assertEqual(4, run_json("enrol", "alice", "--no-confirm")["token"])

    def test_makes_room_for_another(self) -> None:
        for _ in range(8):
            enrol("alice")
        self.assert_status(NO, run("enrol", "alice", "--no-confirm"))
        run_json("token", "remove", "alice", "5", "--yes")
        enrol("alice")
        self.assertEqual({1, 2, 3, 4, 6, 7, 8, 9}, {token["id"] for token in self.tokens()})

    def test_the_secret_is_not_in_the_record_any_more(self) -> None:
        phone = enrol("alice")
        run_json("token", "remove", "alice", "1", "--yes")
        self.assert_verdict("not_enrolled", phone.code())


class Rename(TokenScenario):
    def test_changes_the_label(self) -> None:
        enrol("alice")
        for label in ("Händy 2", "x" * 48, "a 'quoted' \"label\""):
            self.assertEqual({"user": "alice", "token": 1}, run_json("token", "rename", "alice", "1", label))
            self.assertEqual(label, self.tokens()[0]["label"])

    def test_not_to_what_cannot_be_one(self) -> None:
        enrol("alice", "--label", "phone")
        for label in ("x" * 49, "two\nlines", "\x1b[31mred", "bell\x07"):
            with self.subTest(label):
                self.assert_fails(USAGE, "token", "rename", "alice", "1", label)
        self.assertEqual("phone", self.tokens()[0]["label"])

    def test_one_that_begins_with_a_dash(self) -> None:
        enrol("alice")
        self.assert_status(DONE, run("token", "rename", "alice", "1", "--", "-x"))
        self.assertEqual("-x", self.tokens()[0]["label"])


class Audit(TokenScenario):
    def test_each_act_is_written_down_with_its_token(self) -> None:
        codes = totp.counter_codes(enrol("alice", "--hotp").secret, 2)
        for words, typed in ((("disable", "alice", "1"), ""), (("enable", "alice", "1"), ""),
                             (("rename", "alice", "1", "fob"), ""), (("resync", "alice", "1"), "\n".join(codes)),
                             (("remove", "alice", "1", "--yes"), "")):
            self.assert_status(DONE, run("token", *words, stdin=typed))
        lines = [(line["event"], line["user"], line["token"]) for line in audit_lines()]
        verbs = ("disable", "enable", "rename", "resync", "remove")
        self.assertEqual([("enrol", "alice", 1)] + [(f"token {verb}", "alice", 1) for verb in verbs], lines)

    def test_what_fails_is_no_act(self) -> None:
        enrol("alice")
        run("token", "disable", "alice", "2")
        run("token", "remove", "alice", "1")
        self.assertEqual(["enrol"], [line["event"] for line in audit_lines()])

