"""twinlock doctor finds each known way around the code, and nothing else turns red by it."""

import json
import re
import shutil
from pathlib import Path

from support import accounts, twinlock
from support.accounts import ALICE
from support.doctor_scenario import GOOD_SMB_CONF, SMB_CONF, SSHD_CONFIG, DoctorScenario, doctor


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

    def test_kerberos_trusted_hosts_and_root(self) -> None:
        self.use_stack("sshd", lambda text: re.sub("(?m)^account .*pam_twinlock.so\n", "", text))
        self.with_sshd("GSSAPIAuthentication yes", "HostbasedAuthentication yes", "AuthenticationMethods any",
                       "PermitRootLogin prohibit-password")
        bad = self.findings()
        self.assertEqual({"ssh.key-only", "ssh.gssapi-only", "ssh.hostbased-only", "pam.sshd.account"}, set(bad))
        for name in ("ssh.key-only", "pam.sshd.account"):
            self.assertTrue(bad[name]["mend"].startswith("run: twinlock setup ssh; or "), bad[name])
        open_ways = {(way["who"], way["how"]) for way in doctor("--json").json()["ways"] if way["without_code"]}
        self.assertLessEqual({("root", "key"), ("alice", "Kerberos (gssapi)"), ("alice", "hostbased")}, open_ways)

    def test_no_method_that_could_ask(self) -> None:
        self.with_sshd("KbdInteractiveAuthentication no", "AuthenticationMethods publickey")
        self.assert_found("ssh.nobody", result="fail")

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

    def test_root_who_may_give_no_code(self) -> None:
        twinlock.enrol("root")
        self.addCleanup(twinlock.run, "remove", "root", "--yes")
        self.assertEqual({}, self.findings())  # alice can
        self.assertIn("no way into sshd works for root", self.findings("--user", "root")["ssh.nobody"]["what"])
        twinlock.run("remove", "alice", "--yes")
        self.addCleanup(twinlock.enrol, "alice")  # for the scenario's own end
        self.assert_found("ssh.nobody", result="warn", says="PermitRootLogin")
        self.with_sshd("PermitRootLogin yes")
        self.assertEqual({}, self.findings())

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

    def test_a_line_that_decides_by_another_configuration(self) -> None:
        other = Path("/etc/twinlock/other.conf")
        self.write(other, '[[rule]]\nname = "all"\naction = "exempt"\n')
        self.use_stack("sshd", lambda text: re.sub(r"(?m)(pam_twinlock\.so.*)$", rf"\1 config={other}", text))
        self.assert_found("pam.config", result="warn", says=str(other))
        done = doctor("--json", "--config", str(other))
        self.assertIn("rules.everybody", [check["id"] for check in done.json()["checks"] if check["result"] == "fail"])

    def test_a_file_of_the_stack_that_others_can_write(self) -> None:
        for name in ("sshd", "common-account"):
            path = Path("/etc/pam.d", name)
            path.chmod(0o666)
            self.addCleanup(path.chmod, 0o644)
            self.assert_found("pam.owners", result="fail", says=str(path))
            path.chmod(0o644)

    def test_a_file_without_a_line_of_its_own_that_others_can_write(self) -> None:
        for name, text in (("only-includes", "@include common-account\n"), ("only-remarks", "# nothing yet\n")):
            with self.subTest(name):
                between = Path("/etc/pam.d", name)
                self.write(between, text)
                self.use_stack("sshd", lambda text: text.replace(
                    "@include common-account\n", f"@include {name}\n@include common-account\n"))
                self.assertEqual({}, self.findings())
                between.chmod(0o666)
                self.assert_found("pam.owners", result="fail", says=str(between))

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
                          ("encrypt passwords = no", ["samba.encrypt-passwords"]),
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

    def test_shares_that_take_guests_unless_they_say_otherwise(self) -> None:
        for line in ("guest ok = yes", "Public = TRUE"):
            self.with_samba(line)
            self.assert_found("samba.guest", says="every share", result="fail")

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
