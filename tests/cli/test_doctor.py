"""twinlock doctor: a good machine passes clean, and each known trap is found, alone.

The records lie on an ext4 of their own, as on a real server; sshd, testparm and the PAM stacks are real.
"""

import json
import os
import re
import shutil
import subprocess
import unittest
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from support import accounts, paths, sshd, twinlock
from support.accounts import ALICE
from support.command import AUDIT_LOG, CONFIG_FILE, DONE, NO, NOT_FOUND, USERS, CommandScenario, Done, run

SSHD_CONFIG = Path("/etc/ssh/sshd_config")
SMB_CONF = Path("/etc/samba/smb.conf")
LAST_BACKUP = Path("/var/lib/twinlock/last-backup")

# What no sandbox can have: the machine's clock is whoever's it is.
NOT_OURS = {"clock.sync"}

GOOD_SMB_CONF = """\
[global]
   server role = standalone server
   include = /etc/samba/twinlock.conf
[data]
   path = /srv
"""
OFFICE = '[[rule]]\nname = "office"\nnetworks = ["198.51.100.0/24"]\naction = "exempt"\n'


def set_up_machine() -> None:
    """A server as the manual describes it."""
    subprocess.run(["mknod", "/dev/loop-control", "c", "10", "237"], check=True)
    for number in range(64):
        subprocess.run(["mknod", f"/dev/loop{number}", "b", "7", str(number)], check=True)
    image = Path("/run/records.ext4")
    subprocess.run(["truncate", "--size=64M", image], check=True)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    Path("/var/lib/twinlock").mkdir()
    subprocess.run(["mount", "-o", "loop", image, "/var/lib/twinlock"], check=True)
    twinlock.run("init")
    os.environ["PATH"] = f"{os.environ['PATH']}:{paths.SYSROOT}/usr/sbin"
    sshd.make_key(Path("/etc/ssh/ssh_host_ed25519_key"))
    Path("/var/lib/samba/private").mkdir(parents=True, exist_ok=True)


def doctor(*options: str) -> Done:
    return run("doctor", *options)


class DoctorScenario(CommandScenario):
    @classmethod
    def setUpClass(cls) -> None:
        if not os.path.ismount("/var/lib/twinlock"):
            set_up_machine()
        super().setUpClass()

    def setUp(self) -> None:
        super().setUp()
        self.write(SSHD_CONFIG, "Include /etc/ssh/sshd_config.d/*.conf\n")
        self.write(SMB_CONF, GOOD_SMB_CONF)
        self.write(CONFIG_FILE, OFFICE)
        self.back_up(timedelta(hours=3))
        twinlock.enrol("alice")

    def write(self, path: Path, text: str) -> None:
        """Until the end of this test."""
        former = path.read_text() if path.exists() else None
        self.addCleanup(path.unlink if former is None else lambda: path.write_text(former))
        path.write_text(text)

    def edit(self, path: Path, change: Callable[[str], str]) -> None:
        before = path.read_text()
        after = change(before)
        self.assertNotEqual(before, after)
        self.write(path, after)

    def use_stack(self, service: str, change: Callable[[str], str], shipped: str | None = None) -> None:
        """A shipped stack with a change, until the end of this test."""
        source = paths.PACKAGING / "pam.d" / (shipped or service)
        before = (source if source.exists() else paths.SOURCE / "tests/support/pam.d" / service).read_text()
        after = change(before)
        self.assertTrue(shipped or before != after)
        self.write(Path("/etc/pam.d", service), after.replace("pam_twinlock.so", f"/run/modules/{paths.MODULE.name}"))

    def back_up(self, age: timedelta) -> None:
        moment = datetime.now(timezone.utc) - age
        LAST_BACKUP.write_text(json.dumps({"time": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}) + "\n")

    def findings(self, *options: str) -> dict[str, Any]:
        """What is not well, by id."""
        done = doctor("--json", *options)
        checks = done.json()["checks"]
        bad = {check["id"]: check for check in checks if check["result"] != "ok" and check["id"] not in NOT_OURS}
        for check in bad.values():
            self.assertTrue(check["mend"], check)
        failed = any(check["result"] == "fail" for check in checks)
        self.assertEqual(NO if failed else DONE, done.status)
        return bad

    def assert_found(self, *ids: str, **wanted: str) -> dict[str, Any]:
        """Exactly these, and nothing else turned red. `says` stands in the first, `result` is its result."""
        bad = self.findings()
        self.assertEqual(set(ids), set(bad), json.dumps(bad, indent=1))
        self.assertIn(wanted.get("says", ""), bad[ids[0]]["what"])
        if "result" in wanted:
            self.assertEqual(wanted["result"], bad[ids[0]]["result"])
        return bad


class Good(DoctorScenario):
    def test_a_good_machine_passes_clean(self) -> None:
        self.assertEqual({}, self.findings())
        self.assertEqual({}, self.findings("--user", "bob"))

    def test_the_other_ways_of_the_drop_in_are_good_too(self) -> None:
        for methods in ("publickey,keyboard-interactive:pam",
                        "publickey,keyboard-interactive:pam keyboard-interactive:pam"):
            self.write(SSHD_CONFIG, f"AuthenticationMethods {methods}\n{SSHD_CONFIG.read_text()}")
            self.assertEqual({}, self.findings())

    def test_every_shipped_stack_is_good(self) -> None:
        for name in ("sshd.fedora", "sshd.one-field"):
            with self.subTest(name):
                self.use_stack("sshd", str, name)
                self.assertEqual({}, self.findings())

    def test_the_one_field_stack_serves_the_password_method(self) -> None:
        self.use_stack("sshd", str, "sshd.one-field")
        self.write(SSHD_CONFIG, "PasswordAuthentication yes\nAuthenticationMethods password keyboard-interactive:pam\n"
                   + SSHD_CONFIG.read_text())
        self.assertEqual({}, self.findings())

    def test_without_samba_it_says_so_once(self) -> None:
        SMB_CONF.unlink()
        self.addCleanup(SMB_CONF.write_text, GOOD_SMB_CONF)
        checks = doctor("--json").json()["checks"]
        self.assertEqual([("samba.installed", "Samba is not installed")],
                         [(check["id"], check["what"]) for check in checks if check["id"].startswith("samba.")])

    def test_it_changes_nothing(self) -> None:
        def traces() -> dict[str, tuple[int, int, bytes]]:
            files = [path for top in ("/etc", "/var/lib/twinlock", "/var/log", "/run/twinlock")
                     for path in Path(top).rglob("*") if path.is_file() and not path.is_symlink()]
            return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes()) for path in files}
        before = traces()
        doctor()
        self.assertEqual(before, traces())


class Forms(DoctorScenario):
    def test_people_read_failures_with_their_mend_first_and_a_sentence_last(self) -> None:
        self.assertRegex(doctor().output, r"Nobody gets in without a code.*\.\n\Z")
        self.write(SSHD_CONFIG, "UsePAM no\nPasswordAuthentication yes\nAuthenticationMethods any\n")
        done = doctor()
        self.assertEqual(NO, done.status)
        self.assertTrue(done.output.startswith("FAIL  "), done.output)
        self.assertIn("-> set in sshd_config: UsePAM yes", done.output)
        self.assertRegex(done.output, r"(?m)^ssh +alice +password +OPEN")
        self.assertRegex(done.output, r"Without a code gets in: alice over ssh with key.*\.\n\Z")

    def test_nagios_gets_one_line_and_its_own_statuses(self) -> None:
        good = doctor("--nagios")
        self.assertRegex(good.output, r"\ATWINLOCK (OK|WARNING) - \d+ checks.* \| fails=0 warns=[01]\n\Z")
        self.assertIn(good.status, (0, 1))  # 1: the machine's clock
        self.back_up(timedelta(days=8))
        late = doctor("--nagios")
        self.assertEqual(1, late.status)
        self.assertRegex(late.output, r"\ATWINLOCK WARNING - [^\n|]* \| fails=0 warns=[12]\n\Z")
        self.write(SSHD_CONFIG, "UsePAM no\n" + SSHD_CONFIG.read_text())
        broken = doctor("--nagios")
        self.assertEqual(2, broken.status)
        self.assertRegex(broken.output, r"\ATWINLOCK CRITICAL - [^\n|]*ssh\.[^\n|]* \| fails=\d+ warns=\d+\n\Z")

    def test_nagios_is_told_when_the_doctor_cannot_work(self) -> None:
        for done in (run("doctor", "--nagios", prefix=["setpriv", "--reuid=65534", "--clear-groups"]),
                     doctor("--nagios", "--bogus"), doctor("--nagios", "--user", "nobody-there")):
            self.assertEqual(3, done.status)
            self.assertRegex(done.output, r"\ATWINLOCK UNKNOWN - [^\n]+\n\Z")

    def test_it_needs_root_and_a_known_user(self) -> None:
        self.assertEqual(6, run("doctor", prefix=["setpriv", "--reuid=65534", "--clear-groups"]).status)
        self.assert_fails(NOT_FOUND, "doctor", "--user", "nobody-there")

    def test_every_id_of_the_program_is_in_the_manual(self) -> None:
        sources = "".join(path.read_text() for path in (paths.SOURCE / "cli/doctor").glob("*.cc"))
        ids = set(re.findall(r'"((?:ssh|samba|pam|rules|record|lease|key|config|files|audit|backup|setup|module|space|'
                             r'store|clock|sweep|selinux|apparmor)\.[a-z][a-z-]+)"', sources))
        stack = set(re.findall(r'"\.([a-z-]+)"', (paths.SOURCE / "cli/doctor/stack_findings.cc").read_text()))
        page = subprocess.run(["mandoc", "-T", "utf8", "-O", "width=240", paths.SOURCE / "man/twinlock-doctor.8"],
                              capture_output=True, text=True, check=True).stdout
        page = re.sub(".\b", "", page).partition("\nMONITORING")[0]
        documented = set(re.findall(r"^ {5}([a-z]+\.[a-zA-Z.-]+)", page, re.MULTILINE))
        self.assertGreater(len(ids), 40)
        self.assertEqual(ids | {f"pam.SERVICE.{name}" for name in stack} | {"pam.sshd.key-alone"}, documented)


class SshSettings(DoctorScenario):
    def with_sshd(self, *lines: str) -> None:
        self.write(SSHD_CONFIG, "\n".join([*lines, "Include /etc/ssh/sshd_config.d/*.conf"]) + "\n")

    def test_use_pam_no(self) -> None:
        self.with_sshd("UsePAM no")
        self.assert_found("ssh.use-pam", "ssh.nobody", result="fail")

    def test_use_pam_no_with_passwords(self) -> None:
        self.with_sshd("UsePAM no", "PasswordAuthentication yes", "AuthenticationMethods any")
        self.assert_found("ssh.password-only", "ssh.key-only", "ssh.use-pam", result="fail")

    def test_password_authentication_with_a_stack_that_asks_twice(self) -> None:
        self.with_sshd("PasswordAuthentication yes", "AuthenticationMethods password keyboard-interactive:pam")
        self.assert_found("ssh.one-field", result="fail")

    def test_use_dns(self) -> None:
        self.with_sshd("UseDNS yes")
        self.assert_found("ssh.use-dns", result="fail")

    def test_empty_passwords_and_user_environment(self) -> None:
        self.with_sshd("PermitEmptyPasswords yes", "PermitUserEnvironment yes", "MaxAuthTries 1")
        self.assert_found("ssh.empty-passwords", "ssh.user-environment", "ssh.max-auth-tries", result="fail")

    def test_a_match_block_that_spares_the_code(self) -> None:
        accounts.make_group("trusted", accounts.CAROL)
        self.use_stack("sshd", lambda text: re.sub("(?m)^account .*pam_twinlock.so\n", "", text))
        self.write(SSHD_CONFIG, SSHD_CONFIG.read_text() + "Match Group trusted\n  AuthenticationMethods publickey\n")
        self.edit(Path("/etc/ssh/sshd_config.d/10-twinlock.conf"), lambda text: text.replace(
            "AuthenticationMethods keyboard-interactive:pam", "", 1))
        bad = self.findings()
        self.assertIn("carol (Match Group trusted)", json.dumps(doctor("--json").json()["ways"]))
        self.assertIn("ssh.key-only", bad)

    def test_a_user_is_judged_exactly(self) -> None:
        self.use_stack("sshd", lambda text: re.sub("(?m)^account .*pam_twinlock.so\n", "", text))
        self.write(SSHD_CONFIG, "Match User bob\n  AuthenticationMethods publickey\nMatch all\n" + SSHD_CONFIG.read_text())
        self.assertIn("ssh.key-only", self.findings("--user", "bob"))
        self.assertNotIn("ssh.key-only", self.findings("--user", "alice"))

    def test_a_configuration_that_sshd_refuses(self) -> None:
        self.write(SSHD_CONFIG, "Nonsense yes\n")
        self.assertIn("ssh.config", self.findings())


class SshStack(DoctorScenario):
    def test_account_line_after_common_account(self) -> None:
        line = "account    required     pam_twinlock.so\n"
        self.use_stack("sshd", lambda text: text.replace(line, "").replace(
            "@include common-account\n", f"@include common-account\n{line}"))
        bad = self.assert_found("pam.sshd.account", result="fail", says="expired password")
        self.assertIn("/etc/pam.d/common-account:2", bad["pam.sshd.account"]["what"])

    def test_account_line_after_common_account_is_a_hole_for_keys(self) -> None:
        line = "account    required     pam_twinlock.so\n"
        self.use_stack("sshd", lambda text: text.replace(line, "").replace(
            "@include common-account\n", f"@include common-account\n{line}"))
        self.write(SSHD_CONFIG, "AuthenticationMethods any\n" + SSHD_CONFIG.read_text())
        self.assert_found("pam.sshd.account", "ssh.key-only")

    def test_no_account_line(self) -> None:
        self.use_stack("sshd", lambda text: re.sub("(?m)^account .*pam_twinlock.so\n", "", text))
        self.assert_found("pam.sshd.account", result="fail", says="no line of the stack asks for it")

    def test_sufficient_before_us(self) -> None:
        self.use_stack("sshd", lambda text: re.sub("(?m)^auth .*pam_unix.so", "auth sufficient pam_unix.so", text))
        bad = self.findings()
        self.assertIn("pam.sshd.password-alone", bad)
        self.assertIn("skips", bad["pam.sshd.password-alone"]["what"])
        self.assertIn("/etc/pam.d/sshd:", bad["pam.sshd.password-alone"]["what"])

    def test_our_line_sufficient_or_optional(self) -> None:
        for word in ("optional", "[success=ok default=ignore]"):
            with self.subTest(word):
                self.use_stack("sshd", lambda text: re.sub("(?m)^auth *required *pam_twinlock.so$",
                                                           f"auth {word} pam_twinlock.so", text))
                self.assert_found("pam.sshd.password-alone", says="refuses in vain")

    def test_a_jump_over_the_password(self) -> None:
        self.use_stack("sshd", lambda text: text.replace(
            "auth       requisite    pam_unix.so\n",
            "auth [success=1 default=ignore] pam_succeed_if.so user ingroup staff\nauth requisite pam_unix.so\n"))
        self.assert_found("pam.sshd.code-alone", "pam.sshd.code-after-wrong-password", says="skips")

    def test_new_authtok_reqd_done(self) -> None:
        self.use_stack("sshd", lambda text: text.replace(
            "account    required     pam_twinlock.so",
            "account [success=ok new_authtok_reqd=done default=ignore] pam_unix.so\naccount required pam_twinlock.so", 1))
        self.assert_found("pam.sshd.account", says="pam_unix) skips /etc/pam.d/sshd:")

    def test_a_substack_that_runs_on_after_a_wrong_password(self) -> None:
        self.use_stack("sshd", lambda text: re.sub("(?m)^auth .*after_publickey\n(#.*\n)*auth .*pam_unix.so\n",
                                                   "auth substack password-auth\n", text), "sshd.fedora")
        self.assert_found("pam.sshd.code-after-wrong-password", result="fail")

    def test_include_of_sufficient_lines(self) -> None:
        self.use_stack("sshd", lambda text: re.sub("(?m)^auth .*after_publickey\n(#.*\n)*auth .*pam_unix.so\n",
                                                   "auth include password-auth\n", text), "sshd.fedora")
        bad = self.findings()
        self.assertIn("pam.sshd.password-alone", bad)
        self.assertIn("/etc/pam.d/password-auth:", bad["pam.sshd.password-alone"]["what"])

    def test_after_publickey_misused(self) -> None:
        for line in ("auth sufficient pam_twinlock.so after_publickey",
                     "auth [success=done default=ignore] pam_twinlock.so after_publickey"):
            with self.subTest(line):
                self.use_stack("sshd", lambda text: re.sub("(?m)^auth .*after_publickey", line, text))
                self.assert_found("pam.sshd.key-alone", result="fail", says="skips")

    def test_a_misspelt_argument_or_word(self) -> None:
        for wrong, right in (("after_publikey", "after_publickey"), ("requierd    pam_nologin", "required     pam_nologin")):
            with self.subTest(wrong):
                self.use_stack("sshd", lambda text: text.replace(right, wrong))
                self.assertIn("pam.sshd.readable", self.findings())

    def test_a_missing_module(self) -> None:
        Path("/run/modules").rename("/run/modules.away")
        self.addCleanup(Path("/run/modules.away").rename, "/run/modules")
        bad = self.findings()
        self.assertIn("module.installed", bad)
        self.assertIn("pam.sshd.works", bad)

    def test_our_account_line_in_common_account(self) -> None:
        self.use_stack("common-account", lambda text: f"account required pam_twinlock.so\n{text}")
        bad = self.findings()
        self.assertIn("pam.account-line", bad)
        self.assertIn("cron", bad["pam.account-line"]["what"])

    def test_an_account_line_for_sudo(self) -> None:
        self.use_stack("sudo", lambda text: text + "account required pam_twinlock.so\n")
        self.assert_found("pam.sudo.account", result="fail")


class Samba(DoctorScenario):
    def with_samba(self, *lines: str, share: str = "") -> None:
        self.write(SMB_CONF, GOOD_SMB_CONF.replace("[data]", "".join(f"   {line}\n" for line in lines) + "[data]") + share)

    def test_settings_that_undo_it(self) -> None:
        for line, ids in (("obey pam restrictions = no", ["samba.obey-pam"]),
                          ("server multi channel support = yes", ["samba.multichannel"]),
                          ("map to guest = bad user", ["samba.guest"]),
                          ("restrict anonymous = 0", ["samba.anonymous"]),
                          ("username map cache time = 60", ["samba.map-cache"]),
                          ("hostname lookups = yes", ["samba.hostname-lookups"]),
                          ("server min protocol = SMB2", ["samba.protocol"]),
                          ("server smb encrypt = desired", ["samba.encrypt"]),
                          ("log file = /var/log/samba/%U.log", ["samba.typed-name"]),
                          ("username map script = /usr/libexec/twinlock/smb-map", ["samba.map-script"]),
                          ("usershare max shares = 10\n   usershare allow guests = yes", ["samba.guest"])):
            with self.subTest(line):
                self.with_samba(line)
                self.assert_found(*ids)

    def test_a_share_for_guests(self) -> None:
        self.with_samba(share="[public]\n   path = /srv\n   guest ok = yes\n")
        self.assert_found("samba.guest", says="[public]", result="fail")

    def test_a_stack_that_does_not_ask_us(self) -> None:
        self.use_stack("samba", lambda text: re.sub("(?m)^account .*pam_twinlock.so\n", "", text))
        self.assert_found("pam.samba.account", "samba.password-only", result="fail")

    def test_a_local_account_that_is_sufficient_before_us(self) -> None:
        self.use_stack("samba", lambda text: text.replace("account    requisite", "account sufficient pam_localuser.so\n"
                                                          "account    requisite"))
        self.assert_found("pam.samba.account", "samba.password-only", says="skips")

    def test_a_helper_that_others_could_have_changed(self) -> None:
        helper = Path("/usr/libexec/twinlock/smb-map")
        shutil.chown(helper, ALICE.uid)
        self.addCleanup(shutil.chown, helper, 0)
        self.assert_found("samba.map-helper", "files.programs", result="fail")


class Rules(DoctorScenario):
    def with_rules(self, *rules: str) -> None:
        self.write(CONFIG_FILE, "".join(f"[[rule]]\n{rule}\n" for rule in rules))

    def test_traps(self) -> None:
        accounts.make_group("staff", ALICE)
        self.addCleanup(accounts.install)
        soon = (datetime.now() + timedelta(days=30)).strftime("%Y-%m-%d")
        for rules, ids in (
                ([f'users = ["nosuch"]\naction = "deny"'], ["rules.nobody"]),
                (['groups = ["nosuch"]\naction = "require"'], ["rules.group"]),
                ([f'action = "exempt"'], ["rules.everybody"]),
                ([f'groups = ["staff"]\naction = "exempt"'], ["rules.open"]),
                ([f'networks = ["198.51.100.0/24"]\naction = "exempt"\nuntil = 2020-01-31'], ["rules.over"]),
                ([f'action = "observe"'], ["rules.open"]),
                ([f'networks = ["127.0.0.1"]\naction = "exempt"'], ["rules.own-address"]),
                ([f'users = ["alice"]\naction = "require"', f'users = ["alice"]\nservices = ["sshd"]\naction = "deny"'],
                 ["rules.shadowed"]),
                ([f'groups = ["staff"]\naction = "require"', f'action = "observe"\nuntil = {soon}'],
                 ["rules.behind-group"])):
            with self.subTest(rules):
                self.with_rules(*rules)
                self.assert_found(*ids)

    def test_a_bastion(self) -> None:
        lines = [{"time": "2026-11-01T08:00:00Z", "event": "login", "user": user, "service": "sshd",
                  "address": "198.51.100.7", "verdict": "exempt"} for user in ("alice", "bob", "carol")]
        AUDIT_LOG.write_text("".join(json.dumps(line) + "\n" for line in lines))
        AUDIT_LOG.chmod(0o600)
        self.assert_found("rules.bastion", says="198.51.100.7")

    def test_leases_at_loopback(self) -> None:
        twinlock.run("lease", "grant", "alice", "--address", "127.0.0.1")
        self.assert_found("lease.own-address", says="alice")


class House(DoctorScenario):
    def test_no_backup_for_a_week_or_ever(self) -> None:
        self.back_up(timedelta(days=8))
        self.assert_found("backup.age", result="warn", says="older than 7 days")
        LAST_BACKUP.write_text("[]")
        self.assert_found("backup.age")
        LAST_BACKUP.unlink()
        self.assert_found("backup.age", says="no backup yet")

    def test_a_file_system_that_keeps_nothing(self) -> None:
        Path("/run/users").mkdir(mode=0o700, exist_ok=True)
        self.addCleanup(shutil.rmtree, "/run/users")
        self.write(CONFIG_FILE, '[store]\nurl = "file:/run/users"\n')
        self.assert_found("store.file-system", result="fail", says="tmpfs")

    def test_a_read_only_file_system(self) -> None:
        subprocess.run(["mount", "-o", "remount,ro", "/var/lib/twinlock"], check=True)
        try:
            self.assert_found("space.read-only", result="fail")
        finally:
            subprocess.run(["mount", "-o", "remount,rw", "/var/lib/twinlock"], check=True)

    def test_a_damaged_record(self) -> None:
        record = USERS / "alice"
        record.write_bytes(record.read_bytes()[:-1])
        self.assert_found("record.health", result="fail", says="alice")

    def test_half_a_record(self) -> None:
        twinlock.run("disable", "alice")  # the newer copy is the one that was written last
        twinlock.run("enable", "alice")
        content = bytearray((USERS / "alice").read_bytes())
        for half in (0, 8192):
            content[half + 4000] ^= 1
            (USERS / "alice").write_bytes(content)
            bad = self.findings()
            content[half + 4000] ^= 1
            self.assertLessEqual(set(bad), {"record.copies"})

    def test_an_account_that_became_another(self) -> None:
        self.addCleanup(accounts.install)
        self.edit(Path("/etc/passwd"), lambda text: text.replace(str(ALICE.uid), "60699"))
        self.assert_found("record.orphans", result="warn", says="alice")

    def test_a_missing_key(self) -> None:
        key = Path("/etc/twinlock/key")
        key.rename("/etc/twinlock/key.away")
        self.addCleanup(Path("/etc/twinlock/key.away").rename, key)
        self.assert_found("key.readable", "files.owners", result="fail")

    def test_directories_and_files_that_others_may_use(self) -> None:
        for path, mode, ids in ((USERS, 0o755, ["files.owners", "record.health"]),
                                (Path("/run/twinlock"), 0o777, ["files.owners"])):
            with self.subTest(path):
                former = path.stat().st_mode & 0o7777
                path.chmod(mode)
                try:
                    self.assert_found(*ids)
                finally:
                    path.chmod(former)

    def test_a_broken_configuration_is_a_finding_and_no_error(self) -> None:
        self.write(CONFIG_FILE, "issuer = 1\n")
        self.assert_found("config.readable", result="fail", says="twinlock.conf")

    def test_a_setup_that_waits(self) -> None:
        waiting = Path("/var/lib/twinlock/setup")
        waiting.mkdir()
        self.addCleanup(shutil.rmtree, waiting)
        (waiting / "journal").write_text("{}")
        self.assert_found("setup.pending", result="warn")
