"""Log-ins within RPC, on a pipe of a connection that is already open. Samba's rpcd_lsad answers them, not smbd; it asks
the same helper and the same PAM, and serves many clients one after the other.
"""

from support import twinlock
from support.accounts import ALICE, BOB
from support.smb_client import Connection
from support.smb_scenario import ELSEWHERE, FOR_IMPACKET, HOME, SmbScenario

WORKERS = 8  # more log-ins than rpcd_lsad has processes, so that each of them is asked


class Pipes(SmbScenario):
    """bob is connected, by his own code; alice's password is known to whoever sits there."""

    smb_options = FOR_IMPACKET

    def setUp(self) -> None:
        super().setUp()
        self.bobs_phone = twinlock.enrol("bob")

    def bobs_connection(self, source: str, steps_ahead: int = 0) -> Connection:
        connection = self.enterContext(Connection(self.server, source=source))
        name = f"bob+{self.bobs_phone.code(steps_ahead)}"
        self.assertEqual("", connection.log_in(name, BOB.password), self._logs())
        self.clear_logs()
        return connection

    def test_without_a_code_a_pipe_is_refused(self) -> None:
        self.bobs_connection(HOME).log_in_on_pipe("alice", ALICE.password)
        self.assert_audited(("alice", "wrong_code"))
        self.assertEqual(([], 0), (twinlock.leases("alice"), self.failures()))

    def test_a_wrong_password_on_a_pipe_uses_no_code_up(self) -> None:
        code = self.phone.code()
        self.bobs_connection(HOME).log_in_on_pipe(f"alice+{code}", "wrong")
        self.assert_audited()
        self.assert_let_in(self.log_in(f"alice+{code}"))

    def test_a_code_opens_no_pipe_and_is_not_used_up(self) -> None:
        code = self.phone.code()
        self.bobs_connection(HOME).log_in_on_pipe(f"alice+{code}", ALICE.password)
        self.assert_audited(("alice", "wrong_code"))
        self.assert_let_in(self.log_in(f"alice+{code}"))

    def test_under_a_lease_a_pipe_needs_no_code(self) -> None:
        twinlock.run("lease", "grant", "alice", "--address", HOME)
        connection = self.bobs_connection(HOME)
        connection.log_in_on_pipe("alice", ALICE.password)
        connection.log_in_on_pipe(f"alice+{self.phone.wrong_code()}", ALICE.password)  # a stale one, sent again
        self.assert_audited(("alice", "leased"), ("alice", "leased"))
        self.assertEqual(0, self.failures())

    def test_the_address_is_that_of_the_client(self) -> None:
        twinlock.run("lease", "grant", "alice", "--address", HOME)
        self.bobs_connection(ELSEWHERE).log_in_on_pipe("alice", ALICE.password)
        self.assertEqual([("wrong_code", ELSEWHERE)],
                         [(line["verdict"], line["address"]) for line in twinlock.audit_lines()])

    def test_a_session_within_rpc_is_no_connection_of_its_own(self) -> None:
        twinlock.run("lease", "grant", "alice", "--address", HOME)
        self.bobs_connection(HOME).log_in_on_pipe("alice", ALICE.password)
        self.assertEqual(["bob"], [session["user"] for session in twinlock.run_json("sessions")])

    def test_a_code_left_behind_on_a_pipe_serves_no_other_client(self) -> None:
        here, there = self.bobs_connection(HOME), self.bobs_connection(ELSEWHERE, steps_ahead=1)
        code = self.phone.code()
        here.log_in_on_pipe(f"alice+{code}", "wrong")
        for _ in range(WORKERS):
            there.log_in_on_pipe("alice", ALICE.password)
        verdicts = {line["verdict"] for line in twinlock.audit_lines()}
        self.assertEqual(({"wrong_code"}, []), (verdicts, twinlock.leases("alice")))
        self.assert_refused(self.log_in("alice", source=ELSEWHERE))
        self.assert_let_in(self.log_in(f"alice+{code}"))
