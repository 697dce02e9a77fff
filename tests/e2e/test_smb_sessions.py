"""Who is connected, and how connections end: twinlock sessions, revoke and sweep against a real smbd and sshd."""

import contextlib
import datetime
import os
import signal
import time
from pathlib import Path
from typing import Any

from support import paths, processes, twinlock, virtual_time
from support.accounts import ALICE, BOB
from support.command import DONE, NOT_FOUND, STORE, run
from support.smb_client import REFUSED, Connection
from support.smb_scenario import ELSEWHERE, FOR_IMPACKET, HOME, SmbScenario
from support.ssh_client import SshClient, log_in
from support.sshd import Sshd

HOUR = 3600


class Sessions(SmbScenario):
    smb_options = FOR_IMPACKET

    def connect(self, name: str, password: str = ALICE.password, source: str = HOME) -> Connection:
        connection = self.enterContext(Connection(self.server, source=source))
        self.assertEqual("", connection.log_in(name, password), self._logs())
        return connection

    def enrol_bob(self) -> str:
        """His name with a code."""
        return f"bob+{twinlock.enrol('bob').code()}"

    def sessions(self, *user: str) -> list[dict[str, Any]]:
        return list(twinlock.run_json("sessions", *user))

    def assert_cut(self, connection: Connection) -> None:
        connection.wait_until_cut()
        self.assertFalse(connection.is_alive())


class Listing(Sessions):
    def test_a_connection_is_listed_while_it_lasts(self) -> None:
        before = int(time.time())
        connection = self.connect(self.with_code())
        after = int(time.time())
        [session] = self.sessions()
        since = datetime.datetime.fromisoformat(session["since"]).timestamp()
        self.assertTrue(before <= since <= after, session)
        self.assertEqual(["user", "service", "address", "pid", "since"], list(session))
        self.assertEqual(("alice", "samba", HOME), (session["user"], session["service"], session["address"]))
        self.assertEqual("smbd", Path(f"/proc/{session['pid']}/comm").read_text().strip())
        connection.log_off()
        self.assertEqual([], self.sessions())

    def test_one_users_sessions_can_be_asked_for(self) -> None:
        self.connect(self.with_code())
        self.connect(self.enrol_bob(), BOB.password, ELSEWHERE)
        self.assertCountEqual(["alice", "bob"], [session["user"] for session in self.sessions()])
        self.assertEqual([ELSEWHERE], [session["address"] for session in self.sessions("bob")])

    def test_a_child_that_was_killed_is_no_longer_listed(self) -> None:
        connection = self.connect(self.with_code())
        os.kill(self.sessions()[0]["pid"], signal.SIGKILL)
        connection.wait_until_cut()
        self.wait_until_nobody_is_listed()
        self.assert_let_in(self.log_in("alice"))

    def test_a_refused_login_is_not_listed(self) -> None:
        with Connection(self.server, source=HOME) as connection:
            self.assertEqual(REFUSED, connection.log_in("alice", ALICE.password))
            self.assertEqual([], self.sessions())


class Revoking(Sessions):
    def test_revoke_cuts_the_connection_and_ends_the_lease(self) -> None:
        connection = self.connect(self.with_code())
        bobs = self.connect(self.enrol_bob(), BOB.password)
        self.clear_logs()
        answer = twinlock.run_json("revoke", "alice")
        self.assertEqual((1, ["alice"], []), (answer["revoked"], [cut["user"] for cut in answer["cut"]],
                                              answer["also_cut"]))
        self.assert_cut(connection)
        self.assertEqual([("revoke", "alice")], [(line["event"], line["user"]) for line in twinlock.audit_lines()])
        self.assertTrue(bobs.is_alive())
        self.assert_refused(self.log_in("alice"))

    def test_revoke_at_one_address_leaves_the_others(self) -> None:
        here = self.connect(self.with_code())
        there = self.connect(self.with_code(self.phone.code(steps_ahead=1)), source=ELSEWHERE)
        answer = twinlock.run_json("revoke", "alice", "--address", HOME)
        self.assertEqual([HOME], [cut["address"] for cut in answer["cut"]])
        self.assert_cut(here)
        self.assertTrue(there.is_alive())
        self.assertEqual([ELSEWHERE], [lease["address"] for lease in twinlock.leases("alice")])

    def test_who_shares_the_connection_is_named(self) -> None:
        connection = self.connect(self.with_code())
        connection.forget_session()
        self.assertEqual("", connection.log_in(self.enrol_bob(), BOB.password))
        done = run("revoke", "alice")
        self.assertRegex(done.output, r"cut alice's connection: samba from 127\.0\.0\.41 \(pid \d+\)\n"
                                      r"bob used the same connection and must connect again")
        self.assert_cut(connection)
        self.assertEqual([], self.sessions())

    def test_who_authenticates_an_open_session_again_as_another_user_is_listed_and_cut(self) -> None:
        connection = self.connect(self.with_code())
        self.assertEqual("", connection.authenticate_again(self.enrol_bob(), BOB.password))
        self.assertEqual({"alice", "bob"}, {session["user"] for session in self.sessions()})
        self.assertEqual(["bob"], [cut["user"] for cut in twinlock.run_json("revoke", "bob")["cut"]])
        self.assert_cut(connection)

    def test_a_process_that_does_not_end_is_named(self) -> None:
        connection = self.connect(self.with_code())
        [session] = self.sessions()
        processes.stop(session["pid"])
        done = run("revoke", "alice")
        os.kill(session["pid"], signal.SIGCONT)
        self.assertEqual(STORE, done.status)
        self.assertRegex(done.output, r"^1 lease ended\nalice's connection does not end: samba from 127\.0\.0\.41 "
                                      r"\(pid (\d+)\); end it with: kill -KILL \1\n$")
        self.assert_cut(connection)

    def test_revoking_nobody_says_so(self) -> None:
        self.assertEqual(NOT_FOUND, run("revoke", "carol").status)
        self.assertEqual(DONE, run("revoke", "alice").status)

    def test_revoke_ends_ssh_sessions_too(self) -> None:
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(Sshd())
            client = stack.enter_context(SshClient(server, "alice", "echo ready; exec sleep 600"))
            for text in (ALICE.password, self.phone.code()):
                client.answer(str(client.next_prompt()), text)
            client.wait_for("ready")
            self.assertEqual([("alice", "sshd", "127.0.0.1")],
                             [(row["user"], row["service"], row["address"]) for row in self.sessions()])
            self.assertEqual(1, len(twinlock.run_json("revoke", "alice")["cut"]))
            self.assertEqual(255, client.converse({}).status)
        self.assertEqual([], self.sessions())


class Sweeping(Sessions):
    def sweep_in(self, seconds: int) -> Any:
        """What `sweep` does so much later."""
        return run("sweep", "--json", prefix=virtual_time.prefix(int(time.time()) + seconds)).json()

    def test_a_lease_that_runs_out_ends_its_connections(self) -> None:
        connection = self.connect(self.with_code())
        self.assertEqual([], self.sweep_in(9 * HOUR)["cut"])
        self.assertTrue(connection.is_alive())
        self.clear_logs()
        self.assertEqual(["alice"], [cut["user"] for cut in self.sweep_in(11 * HOUR)["cut"]])
        self.assert_cut(connection)
        self.assertEqual([("cut", "alice", "samba", HOME)],
                         [(line["event"], line["user"], line["service"], line["address"])
                          for line in twinlock.audit_lines()])

    def test_a_revoked_lease_ends_its_connections_at_the_next_sweep(self) -> None:
        connection = self.connect(self.with_code())
        twinlock.run("lease", "revoke", "alice", "--address", HOME)
        self.assertTrue(connection.is_alive())
        self.assertEqual(1, len(twinlock.run_json("sweep")["cut"]))
        self.assert_cut(connection)

    def test_a_lease_that_ends_while_the_session_is_being_opened_ends_it_all_the_same(self) -> None:
        revoke = Path("/run/revoke")
        revoke.write_text(f"#!/bin/sh\nexec {paths.COMMAND} lease revoke alice --address {HOME}\n")
        revoke.chmod(0o755)
        self.addCleanup(revoke.unlink)
        ours = "session    required     pam_twinlock.so"
        self.use_pam_stack(lambda text: text.replace(ours, f"session optional pam_exec.so quiet {revoke}\n{ours}"))
        connection = self.connect(self.with_code())
        self.assertEqual([], twinlock.leases("alice"))
        self.assertEqual(1, len(twinlock.run_json("sweep")["cut"]))
        self.assert_cut(connection)

    def test_a_disabled_user_is_cut_off(self) -> None:
        for lease in ("10h", "0"):
            self.configure(f'[service.samba]\nlease = "{lease}"\n')
            connection = self.connect(self.with_code(self.phone.code(steps_ahead=int(lease == "0"))))
            twinlock.run("disable", "alice")
            self.assertEqual(1, len(twinlock.run_json("sweep")["cut"]))
            self.assert_cut(connection)
            twinlock.run("enable", "alice")
            twinlock.run("revoke", "alice")

    def test_a_connection_without_a_lease_lives_as_long_as_it_likes(self) -> None:
        self.configure('[service.samba]\nlease = "0"\n')
        connection = self.connect(self.with_code())
        self.assertEqual([], self.sweep_in(11 * HOUR)["cut"])
        self.assertTrue(connection.is_alive())

    def test_who_needs_no_code_any_more_stays_connected(self) -> None:
        connection = self.connect(self.with_code())
        self.configure('[[rule]]\nname = "all"\naction = "exempt"\n')
        self.assertEqual([], self.sweep_in(11 * HOUR)["cut"])
        self.assertTrue(connection.is_alive())

    def test_it_says_nothing_where_there_is_nothing_to_do(self) -> None:
        done = run("sweep")
        self.assertEqual((DONE, "", ""), (done.status, done.output, done.messages))


class OneLeaseForBoth(Sessions):
    """A login at `ssh files.example.com open` opens SMB from that address."""

    def test_a_login_over_ssh_opens_the_files_at_that_address_only(self) -> None:
        with Sshd() as server:
            answers = {"Password: ": ALICE.password, "Code: ": self.phone.code()}
            self.assertEqual(0, log_in(server, "alice", answers, "true").status)
        self.assert_let_in(self.log_in("alice", source="127.0.0.1"))
        self.assert_refused(self.log_in("alice", source=HOME))

    def test_the_configuration_says_what_opens_what(self) -> None:
        self.configure("[service.sshd]\nopens = []\n")
        with Sshd() as server:
            answers = {"Password: ": ALICE.password, "Code: ": self.phone.code()}
            self.assertEqual(0, log_in(server, "alice", answers, "true").status)
        self.assert_refused(self.log_in("alice", source="127.0.0.1"))
