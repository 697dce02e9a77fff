"""twinlock doctor and the limits of sshd that shut out those who should get in; OpenSSH 10's words."""

import json
import subprocess
from pathlib import Path

from support import paths, twinlock
from support.command import AUDIT_LOG, CONFIG_FILE
from support.doctor_scenario import SSHD_CONFIG, DoctorScenario

# As `sshd -T` of OpenSSH 10 writes it, in the parts that the doctor looks at.
TEN = """\
Port 22
UsePAM yes
PAMServiceName sshd
LoginGraceTime 120
MaxAuthTries 6
PermitRootLogin prohibit-password
PidFile /run/sshd.pid
PubkeyAuthentication yes
HostbasedAuthentication no
GSSAPIAuthentication no
PasswordAuthentication no
KbdInteractiveAuthentication yes
PermitEmptyPasswords no
PermitUserEnvironment no
UseDNS no
ExposeAuthInfo no
AuthenticationMethods keyboard-interactive:pam
PerSourcePenalties crash:90.000000 authfail:5.000000 noauth:1.000000 grace-exceeded:10.000000 \
refuseconnection:10.000000 max:600.000000 min:15.000000 max-sources4:65536 max-sources6:65536 overflow:permissive \
overflow6:permissive
"""


class Ten(DoctorScenario):
    def with_ten(self, said: str) -> None:
        """A program in sshd's place that says this, whomever it is asked about."""
        said_file = Path("/run/openssh-10")
        said_file.write_text(said)
        self.addCleanup(said_file.unlink, missing_ok=True)
        self.enterContext(self.stand_in("sshd", f"cat {said_file}"))

    def logins_from(self, address: str, *users: str) -> None:
        lines = [{"time": "2026-11-01T08:00:00Z", "event": "login", "user": user, "service": "sshd", "address": address,
                  "verdict": "accepted"} for user in users]
        AUDIT_LOG.write_text("".join(json.dumps(line) + "\n" for line in lines))
        AUDIT_LOG.chmod(0o600)

    def test_its_words_are_understood(self) -> None:
        self.with_ten(TEN)
        self.assertEqual({}, self.findings())
        self.with_ten(TEN.replace("UsePAM yes", "UsePAM no").replace("PasswordAuthentication no", "PasswordAuthentication yes")
                      .replace("keyboard-interactive:pam", "any"))
        self.assert_found("ssh.password-only", "ssh.key-only", "ssh.use-pam", result="fail")

    def test_penalties_behind_nat(self) -> None:
        self.with_ten(TEN)
        self.logins_from("203.0.113.7", "alice", "bob")
        self.assertEqual({}, self.findings())
        self.logins_from("203.0.113.7", "alice", "bob", "carol")
        bad = self.assert_found("ssh.penalties", result="warn", says="3 people come from 203.0.113.7")
        self.assertIn("PerSourcePenaltyExemptList 203.0.113.7", bad["ssh.penalties"]["mend"])
        for mended in (TEN + "PerSourcePenaltyExemptList 203.0.113.7\n", TEN.partition("PerSourcePenalties")[0] + "PerSourcePenalties no\n"):
            self.with_ten(mended)
            self.assertEqual({}, self.findings())

    def test_another_stack(self) -> None:
        self.write(Path("/etc/pam.d/open"), "auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_unix.so\n")
        self.with_ten(TEN.replace("PAMServiceName sshd", "PAMServiceName open"))
        bad = self.findings()
        self.assertLessEqual({"ssh.password-only", "pam.sshd.password-alone", "pam.sshd.account"}, set(bad))

    def test_another_stack_in_a_match_that_nobody_meets_now(self) -> None:
        self.with_ten(TEN)
        self.write(Path("/etc/pam.d/open"), "auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_unix.so\n")
        self.write(SSHD_CONFIG, SSHD_CONFIG.read_text() + "Match Group empty-group\n  PAMServiceName open\n")
        self.assertIn("pam.sshd.password-alone", self.findings())


class Invited(DoctorScenario):
    def test_login_grace_time_with_invitations_out(self) -> None:
        for grace, ids in (("120", ["ssh.grace-time"]), ("4m59s", ["ssh.grace-time"]), ("300", []), ("0", [])):
            with self.subTest(grace):
                self.write(SSHD_CONFIG, f"LoginGraceTime {grace}\n{SSHD_CONFIG.read_text()}")
                self.assertEqual({}, self.findings())
                subprocess.run([paths.BUILD / "tests/module/edit_record", "invite", CONFIG_FILE, "alice"], check=True)
                bad = self.findings()
                self.assertEqual(ids, list(bad))
                twinlock.run("remove", "alice", "--yes")
                twinlock.enrol("alice")
