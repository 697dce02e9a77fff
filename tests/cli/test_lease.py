"""twinlock lease …: who needs no new code from where, and until when."""

import datetime
from typing import Any

from support import virtual_time
from support.command import DONE, NOT_FOUND, STORE, USAGE, USERS, CommandScenario, run
from support.twinlock import audit_lines, enrol, run_json
from support.virtual_time import DAY, HOUR, MORNING

ADDRESS, ELSEWHERE = "192.0.2.7", "198.51.100.7"


def seconds(text: str) -> int:
    """Unix time of a time in RFC 3339."""
    return int(datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.UTC).timestamp())


class LeaseScenario(CommandScenario):
    def setUp(self) -> None:
        super().setUp()
        enrol("alice")

    def at(self, moment: int, *words: str) -> Any:
        """What a command answers at that moment."""
        done = self.assert_status(DONE, run(*words, "--json", prefix=virtual_time.prefix(moment)))
        return done.json()

    def grant(self, *options: str, user: str = "alice", address: str = ADDRESS) -> Any:
        return self.at(MORNING, "lease", "grant", user, "--address", address, *options)

    def listed(self, moment: int = MORNING, *user: str) -> list[tuple[str, str, list[str]]]:
        return [(row["user"], row["address"], row["services"]) for row in self.at(moment, "lease", "list", *user)]

    def verdict(self, service: str = "samba", address: str = ADDRESS, moment: int = MORNING, user: str = "alice") -> str:
        done = run("check", user, "--json", "--service", service, "--address", address, stdin="\n",
                   prefix=virtual_time.prefix(moment))
        return str(done.json()["verdict"])


class Grant(LeaseScenario):
    def test_answers_with_the_users_leases_as_list_does(self) -> None:
        granted = self.grant()
        self.assertEqual([{"user": "alice", "address": ADDRESS, "services": ["samba"],
                           "granted": "2027-03-01T09:00:00Z", "until": "2027-03-01T19:00:00Z"}], granted)
        self.assertEqual(["user", "address", "services", "granted", "until"], list(granted[0]))
        self.assertEqual(granted, self.at(MORNING, "lease", "list"))
        self.assertEqual(granted, self.at(MORNING, "lease", "list", "alice"))

    def test_opens_the_named_service_to_the_named_address_only(self) -> None:
        self.grant("--service", "sshd")
        self.assertEqual("leased", self.verdict("sshd"))
        self.assertEqual("wrong_code", self.verdict("samba"))
        self.assertEqual("wrong_code", self.verdict("su"))
        self.assertEqual("wrong_code", self.verdict("sshd", ELSEWHERE))
        self.assertEqual("wrong_code", self.verdict("sshd", "local"))

    def test_is_the_users_own(self) -> None:
        enrol("bob")
        self.grant()
        self.assertEqual("wrong_code", self.verdict(user="bob"))

    def test_lasts_as_long_as_it_is_told_to_the_second(self) -> None:
        for words, length in ((("--for", "1s"), 1), (("--for", "15m"), 900), (("--for", "31d"), 31 * DAY), ((), 10 * HOUR)):
            row = self.grant(*words)[0]
            self.assertEqual(length, seconds(row["until"]) - seconds(row["granted"]))
            self.assertEqual("leased", self.verdict(moment=MORNING + length - 1))
            self.assertEqual("wrong_code", self.verdict(moment=MORNING + length))
            self.assertEqual(1, len(self.listed(MORNING + length - 1)))
            self.assertEqual([], self.listed(MORNING + length))

    def test_is_void_where_the_clock_has_gone_back(self) -> None:
        self.grant()
        self.assertEqual([], self.listed(MORNING - 1))
        self.assertEqual("wrong_code", self.verdict(moment=MORNING - 1))
        self.assertEqual("leased", self.verdict(moment=MORNING + 1))

    def test_another_service_takes_none_away(self) -> None:
        self.grant("--service", "sshd")
        self.grant("--service", "samba")
        self.assertEqual([["sshd"], ["samba"]], [services for _, _, services in self.listed()])
        self.assertEqual({"leased"}, {self.verdict("sshd"), self.verdict("samba")})

    def test_the_same_again_takes_the_place_of_the_former(self) -> None:
        self.grant("--for", "20h")
        rows = self.grant("--for", "1h")
        self.assertEqual(["2027-03-01T10:00:00Z"], [row["until"] for row in rows])

    def test_covers_the_network_of_an_ipv6_client(self) -> None:
        self.assertEqual(["2001:db8::/64"], [row["address"] for row in self.grant(address="2001:db8::7")])
        self.assertEqual("leased", self.verdict(address="2001:db8::8"))
        self.assertEqual("wrong_code", self.verdict(address="2001:db8:0:1::7"))

    def test_lengths_services_and_addresses_that_cannot_be(self) -> None:
        for options in (("--for", "0"), ("--for", "0s"), ("--for", "32d"), ("--for", "-1h"), ("--for", "1"), ("--for", ""),
                        ("--for", "soon"), ("--for", "99999999999999999999d"), ("--service", "a/b"),
                        ("--service", "x" * 16), ("--service", "sshd,samba")):
            with self.subTest(options):
                self.assert_fails(USAGE, "lease", "grant", "alice", "--address", ADDRESS, *options)
        for address in ("", "example.com", "192.0.2.0/24", "192.0.2.256", "192.0.2"):
            with self.subTest(address):
                self.assert_fails(USAGE, "lease", "grant", "alice", "--address", address)
        self.assertEqual([], self.listed())

    def test_words_that_lack(self) -> None:
        for words in (("grant",), ("grant", "alice"), ("grant", "--address", ADDRESS), ("revoke", "alice"), (),
                      ("list", "alice", "bob"), ("grant", "alice", ADDRESS)):
            self.assert_fails(USAGE, "lease", *words)

    def test_nobody(self) -> None:
        for verb in ("grant", "revoke"):
            for user in ("bob", "carol2"):
                said = self.assert_fails(NOT_FOUND, "lease", verb, user, "--address", ADDRESS)
                self.assertEqual(f"user {user}: is not enrolled", said)


class List(LeaseScenario):
    def test_everybody_by_name_or_one(self) -> None:
        enrol("bob")
        self.grant(user="bob")
        self.grant(address=ELSEWHERE)
        self.grant()
        self.assertEqual([("alice", ELSEWHERE, ["samba"]), ("alice", ADDRESS, ["samba"]), ("bob", ADDRESS, ["samba"])],
                         self.listed())
        self.assertEqual([("bob", ADDRESS, ["samba"])], self.listed(MORNING, "bob"))

    def test_nothing(self) -> None:
        self.assertEqual("[]\n", run("lease", "list", "--json").output)
        self.assertEqual("No lease holds at the moment.\n", run("lease", "list").output)
        self.assertEqual("No lease holds at the moment.\n", run("lease", "list", "alice").output)

    def test_as_a_table(self) -> None:
        self.grant()
        self.assertEqual("USER   ADDRESS    SERVICES  GRANTED           UNTIL\n"
                         "alice  192.0.2.7  samba     2027-03-01 09:00  2027-03-01 19:00\n",
                         run("lease", "list", prefix=virtual_time.prefix(MORNING)).output)

    def test_nobody(self) -> None:
        self.assertEqual("user bob: is not enrolled", self.assert_fails(NOT_FOUND, "lease", "list", "bob"))

    def test_a_bad_record_is_named_and_the_list_goes_on(self) -> None:
        enrol("bob")
        self.grant()
        (USERS / "bob").write_bytes(b"")
        done = run("lease", "list", "--json", prefix=virtual_time.prefix(MORNING))
        self.assert_status(STORE, done)
        self.assertEqual(["alice"], [row["user"] for row in done.json()])
        self.assertIn(str(USERS / "bob"), done.error()["what"])

    def test_after_the_loss_of_a_copy_there_are_none(self) -> None:
        self.grant()
        content = bytearray((USERS / "alice").read_bytes())
        content[9000] ^= 0xFF
        (USERS / "alice").write_bytes(content)
        self.assertEqual(([], []), (self.listed(), self.listed(MORNING, "alice")))
        self.assertNotEqual("leased", self.verdict())


class Revoke(LeaseScenario):
    def revoke(self, *options: str, address: str = ADDRESS) -> int:
        answer = self.at(MORNING, "lease", "revoke", "alice", "--address", address, *options)
        self.assertEqual(["user", "revoked"], list(answer))
        return int(answer["revoked"])

    def test_ends_those_of_the_address(self) -> None:
        self.grant()
        self.grant(address=ELSEWHERE)
        self.assertEqual(1, self.revoke())
        self.assertEqual([("alice", ELSEWHERE, ["samba"])], self.listed())
        self.assertEqual("wrong_code", self.verdict())

    def test_ends_those_of_one_service(self) -> None:
        self.grant("--service", "sshd")
        self.grant("--service", "samba")
        self.assertEqual(1, self.revoke("--service", "sshd"))
        self.assertEqual([("alice", ADDRESS, ["samba"])], self.listed())

    def test_finds_the_network_of_an_ipv6_client(self) -> None:
        self.grant(address="2001:db8::7")
        self.assertEqual(1, self.revoke(address="2001:db8::ffff"))

    def test_nothing_to_end(self) -> None:
        self.assertEqual(0, self.revoke())
        self.grant()
        self.assertEqual(0, self.revoke(address=ELSEWHERE))
        self.assertEqual(1, len(self.listed()))

    def test_survives_the_loss_of_a_copy(self) -> None:
        self.grant()
        self.revoke()
        content = bytearray((USERS / "alice").read_bytes())
        content[1000] ^= 0xFF
        (USERS / "alice").write_bytes(content)
        self.assertNotEqual("leased", self.verdict())

    def test_addresses_that_cannot_be(self) -> None:
        for address in ("", "example.com", "192.0.2.0/24"):
            self.assert_fails(USAGE, "lease", "revoke", "alice", "--address", address)


class Audit(LeaseScenario):
    def test_each_act_names_address_and_service(self) -> None:
        self.grant("--service", "sshd")
        self.at(MORNING, "lease", "revoke", "alice", "--address", ADDRESS)
        lines = [(line["event"], line["user"], line["address"], line["service"]) for line in audit_lines()[1:]]
        self.assertEqual([("lease grant", "alice", ADDRESS, "sshd"), ("lease revoke", "alice", ADDRESS, None)], lines)
