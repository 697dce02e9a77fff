"""twinlock remove deletes what is known of a user, and asks before."""

import os
from pathlib import Path

from support.command import DONE, NOT_FOUND, STORE, USAGE, USERS, CommandScenario, run
from support.twinlock import audit_lines, enrol, run_json


class Remove(CommandScenario):
    """Without a terminal; test_at_terminal.py has one."""

    def test_needs_yes_where_nobody_can_be_asked(self) -> None:
        enrol("alice")
        for answer in ("", "y\n", "yes\n"):
            self.assertIn("confirmation", self.assert_fails(USAGE, "remove", "alice", stdin=answer))
        self.assertEqual(1, len(run_json("list")))

    def test_deletes_the_record_and_nothing_else(self) -> None:
        enrol("alice")
        enrol("bob")
        self.assertEqual({"user": "alice"}, run_json("remove", "alice", "--yes"))
        self.assertEqual(["bob"], [file.name for file in USERS.iterdir()])
        self.assert_status(NOT_FOUND, run("check", "alice", stdin="123456"))

    def test_says_so(self) -> None:
        enrol("alice")
        self.assertEqual("alice is removed\n", run("remove", "--yes", "alice").output)

    def test_is_written_down_with_who_did_it(self) -> None:
        enrol("alice")
        run("remove", "alice", "--yes")
        line = audit_lines()[-1]
        self.assertEqual(("remove", "alice", None), (line["event"], line["user"], line["verdict"]))
        self.assertEqual(self.acting_person(), line["actor"])

    def acting_person(self) -> str:
        """root, or the login user that the kernel remembers."""
        login_uid = Path("/proc/self/loginuid").read_text().strip()
        return "root" if login_uid in ("0", "4294967295") else login_uid

    def test_nobody(self) -> None:
        self.assertEqual("user bob: is not enrolled", self.assert_fails(NOT_FOUND, "remove", "bob", "--yes"))
        self.assertEqual("user bob: is not enrolled", self.assert_fails(NOT_FOUND, "remove", "bob"))

    def test_a_user_unknown_to_the_system_can_be_removed(self) -> None:
        self.assert_status(DONE, run("enrol", "carol2", "--allow-unknown", "--no-confirm"))
        self.assert_status(DONE, run("remove", "carol2", "--yes"))
        self.assertEqual([], run_json("list"))

    def test_one_good_copy_suffices(self) -> None:
        enrol("alice")
        with open(USERS / "alice", "r+b") as record:
            record.seek(9000)
            record.write(b"damage")
        self.assert_status(DONE, run("remove", "alice", "--yes"))

    def test_a_bad_record_can_be_removed_so_that_its_user_enrols_anew(self) -> None:
        enrol("alice")
        os.truncate(USERS / "alice", 100)
        self.assert_status(DONE, run("remove", "alice", "--yes"))
        self.assertFalse((USERS / "alice").exists())

    def test_a_link_in_the_place_of_a_record_is_not_followed(self) -> None:
        enrol("bob")
        (USERS / "alice").symlink_to("bob")
        self.addCleanup((USERS / "alice").unlink)
        self.assertIn(str(USERS / "alice"), self.assert_fails(STORE, "remove", "alice", "--yes"))
        self.assertTrue((USERS / "bob").exists())

    def test_after_it_everything_begins_anew(self) -> None:
        first = run_json("enrol", "alice", "--no-confirm")
        enrol("alice")
        run("remove", "alice", "--yes")
        second = run_json("enrol", "alice", "--no-confirm")
        self.assertEqual((1, 1), (first["token"], second["token"]))
        self.assertNotEqual(first["secret"], second["secret"])
