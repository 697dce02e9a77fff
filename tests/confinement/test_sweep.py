"""twinlock-sweep.service can do its work with what it leaves itself: capabilities, places to write, system calls."""

import subprocess

from support import paths, twinlock, unit_file
from support.accounts import ALICE
from support.command import run
from support.smb_client import Connection
from support.smb_scenario import FOR_IMPACKET, HOME, SmbScenario
from support.unit_file import Unit


class Sweep(SmbScenario):
    smb_options = FOR_IMPACKET
    unit = Unit("twinlock-sweep.service")

    def connected(self) -> Connection:
        connection = self.enterContext(Connection(self.server, source=HOME))
        self.assertEqual("", connection.log_in(self.with_code(), ALICE.password), self._logs())
        return connection

    def test_it_cuts_connections_whose_lease_has_ended(self) -> None:
        connection = self.connected()
        twinlock.run("lease", "revoke", "alice", "--address", HOME)
        self.clear_logs()
        done = run("sweep", "--json", prefix=self.unit.prefix)
        self.assertEqual((0, ""), (done.status, done.messages))
        self.assertEqual(["alice"], [cut["user"] for cut in done.json()["cut"]])
        self.assertFalse(connection.is_alive())
        self.assertEqual(["cut"], [line["event"] for line in twinlock.audit_lines()])

    def inside(self, script: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([*self.unit.prefix, "/bin/sh", "-c", script], capture_output=True, text=True, check=True)

    def test_what_it_runs_in_here_is_a_confinement(self) -> None:
        messages = self.inside("echo >/var/lib/elsewhere; echo >/etc/twinlock/key; :").stderr
        self.assertEqual(2, messages.count("Read-only file system"), messages)
        capabilities = self.inside("grep CapEff /proc/self/status").stdout
        self.assertEqual("CapEff:\t0000000000000021\n", capabilities)  # capability.h: CAP_CHOWN is bit 0, CAP_KILL 5

    def test_it_makes_no_other_system_calls_than_allowed(self) -> None:
        self.connected()
        twinlock.run("lease", "revoke", "alice", "--address", HOME)
        called = unit_file.traced_calls([paths.COMMAND, "sweep"])
        self.assertIn("pidfd_send_signal", called)
        self.assertEqual(set(), called - self.unit.system_calls)
