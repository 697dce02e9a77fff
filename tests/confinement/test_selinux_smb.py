"""What logins over SMB do with twinlock's files is what the SELinux module lets smbd and Samba's RPC processes do."""

from pathlib import Path

from support import selinux, system_calls, twinlock
from support.accounts import ALICE, BOB
from support.selinux_scenario import RULES, WithPolicy, fresh_start, needs_by, permissions_on
from support.smb_client import Connection
from support.smb_scenario import ELSEWHERE, FOR_IMPACKET, HOME, SmbScenario
from support.system_calls import Trace


class Smb(WithPolicy, SmbScenario):
    smb_options = FOR_IMPACKET

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.compile(Path(cls.enterClassContext(selinux.work_directory())))

    def setUp(self) -> None:
        super().setUp()
        self.configure(RULES)

    def traced_logins(self) -> Trace:
        programs = {"sh": "smbd", "smb-map": "smb-map", "samba-dcerpcd": "rpcd", "rpcd_lsad": "rpcd"}
        bobs_phone = twinlock.enrol("bob")
        with fresh_start(), system_calls.attached(self.server.pid, programs, "smbd") as end:
            self.assert_let_in(self.log_in(self.with_code()))
            self.assert_let_in(self.log_in("alice"))
            self.assert_refused(self.log_in(self.with_code(self.phone.wrong_code()), source=ELSEWHERE))
            with Connection(self.server, source=HOME) as connection:
                self.assertEqual("", connection.log_in(f"bob+{bobs_phone.code()}", BOB.password), self._logs())
                connection.log_in_on_pipe("alice", ALICE.password)
            self.wait_until_nobody_is_listed()
            return end()

    def test_logins_need_nothing_that_is_not_granted(self) -> None:
        trace = self.traced_logins()
        smbd, helper, rpc = (needs_by(trace, program) for program in ("smbd", "smb-map", "rpcd"))
        self.assertIn("write", permissions_on("/var/lib/twinlock/users/alice", smbd))
        self.assertLessEqual({"add_name", "remove_name"}, permissions_on("/run/twinlock/sessions", smbd))
        self.assertIn("remove_name", permissions_on("/run/twinlock/smb", smbd))
        self.assertIn("add_name", permissions_on("/run/twinlock/smb", helper))
        self.assertEqual(set(), permissions_on("/etc/twinlock/key", helper))
        self.assertIn("read", permissions_on("/var/lib/twinlock/users/alice", rpc))
        self.assert_covered(smbd | helper | rpc, "smbd_t")
        self.assert_covered(helper | rpc, "winbind_rpcd_t")

    def test_smbd_may_start_the_helper_through_its_shell(self) -> None:
        helper = self.policy.label("/usr/libexec/twinlock/smb-map", "file")
        self.assertEqual("bin_t", helper)
        for program in (helper, "shell_exec_t"):
            self.assertLessEqual({"execute", "execute_no_trans", "open", "read", "map"},
                                 self.policy.allowed("smbd_t", program, "file"))
