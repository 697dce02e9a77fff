"""setup samba on a running smbd: who gets in after it, and as before once it is taken back."""

import shutil
from pathlib import Path

from support import syslog
from support.accounts import ALICE
from support.command import DONE, run
from support.setup_scenario import SetupScenario
from support.smb_client import Outcome, smbclient
from support.smbd import Smbd

SMB_CONF, STACK = Path("/etc/samba/smb.conf"), Path("/etc/pam.d/samba")
DEBIAN_STACK = "@include common-auth\n@include common-account\n@include common-session-noninteractive\n"


class SystemSmbd(Smbd):
    """Runs by /etc/samba/smb.conf, as the system's own does; without twinlock."""

    def __init__(self) -> None:
        super().__init__(drop_in=())

    @property
    def config(self) -> Path:
        return SMB_CONF


class SetupOnARunningSmbd(SetupScenario):
    def setUp(self) -> None:
        super().setUp()
        shutil.rmtree(SMB_CONF.parent, ignore_errors=True)
        SMB_CONF.parent.mkdir()
        STACK.write_text(DEBIAN_STACK)
        Path("/var/lib/samba/private").mkdir(parents=True, exist_ok=True)
        self.server = self.enterContext(SystemSmbd())

    def log_in(self, name: str) -> Outcome:
        return smbclient(self.server, name, ALICE.password, source="127.0.0.41")

    def test_codes_are_needed_from_then_on_and_no_more_once_it_is_taken_back(self) -> None:
        before = SMB_CONF.read_bytes()
        self.assertEqual(0, self.log_in("alice").status, self.server.log.text())
        done = self.assert_status(DONE, run("setup", "samba", "--yes"))
        self.assertIn(f"smbd reads its files again (process {self.server.pid})", done.output)
        self.await_condition(lambda: self.log_in("alice").status != 0)
        with_code = self.log_in(f"alice+{self.phone.code()}")
        self.assertEqual(0, with_code.status, f"{with_code.output}\n{self.server.log.text()}\n{syslog.collected().text()}")
        self.assert_status(DONE, run("setup", "undo", "--yes"))
        self.assertEqual((before, DEBIAN_STACK), (SMB_CONF.read_bytes(), STACK.read_text()))
        self.await_condition(lambda: self.log_in("alice").status == 0)
        run("revoke", "alice")
        self.await_condition(lambda: self.log_in("alice").status == 0)
