"""twinlock setup samba: writes the drop-in, the include and the PAM stack; Samba's own testparm judges the outcome."""

import shutil
import subprocess
from pathlib import Path

from support import paths
from support.command import CONFIG, DONE, NO, STORE, USAGE, Done, Person, run
from support.setup_scenario import JOURNAL, SetupScenario, everything_below

SAMBA = Path("/etc/samba")
SMB_CONF, DROP_IN = SAMBA / "smb.conf", SAMBA / "twinlock.conf"
STACK = Path("/etc/pam.d/samba")

# As Debian and Fedora ship them, in the parts that matter.
DEBIAN_SMB_CONF = """\
[global]
   workgroup = WORKGROUP
   log file = /var/log/samba/log.%m
   obey pam restrictions = yes
   map to guest = bad user
   usershare allow guests = yes

[homes]
   comment = Home Directories
   browseable = no
"""
DEBIAN_STACK = "@include common-auth\n@include common-account\n@include common-session-noninteractive\n"
FEDORA_STACK = """\
#%PAM-1.0
auth       required     pam_nologin.so
auth       include      password-auth
account    include      password-auth
session    include      password-auth
password   include      password-auth
"""

WANTED = {
    "obey pam restrictions": "yes", "username map script": "exec /usr/libexec/twinlock/smb-map",
    "username map cache time": "0", "server multi channel support": "no", "map to guest": "never",
    "restrict anonymous": "2", "server smb encrypt": "required", "server min protocol": "smb3",
    "hostname lookups": "no", "usershare allow guests": "no",
}


def effective(parameter: str) -> str:
    done = subprocess.run(["testparm", "--suppress-prompt", f"--parameter-name={parameter}", SMB_CONF],
                          capture_output=True, text=True, check=True)
    return done.stdout.strip().lower()


class SetupSamba(SetupScenario):
    def setUp(self) -> None:
        super().setUp()
        shutil.rmtree(SAMBA, ignore_errors=True)
        SAMBA.mkdir()
        Path("/var/lib/samba/private").mkdir(parents=True, exist_ok=True)
        SMB_CONF.write_text(DEBIAN_SMB_CONF)
        STACK.write_text(DEBIAN_STACK)
        self.before = everything_below(SAMBA, STACK.parent)

    def setup_samba(self, *options: str) -> Done:
        return run("setup", "samba", "--yes", *options)

    def assert_done(self, done: Done) -> Done:
        self.assertEqual(DONE, done.status, done.messages)
        return done

    def set_up(self, *options: str) -> Done:
        """And confirmed, so that the next one may come."""
        done = self.assert_done(self.setup_samba(*options))
        run("setup", "confirm")
        return done

    def assert_untouched(self) -> None:
        self.assertEqual(self.before, everything_below(SAMBA, STACK.parent))
        self.assertEqual([], list(JOURNAL.glob("*.json")))

    def test_its_settings_win_over_those_that_stood_before(self) -> None:
        self.assert_done(self.setup_samba())
        self.assertEqual(WANTED, {name: effective(name) for name in WANTED})

    def test_it_writes_the_very_file_that_packaging_shows(self) -> None:
        self.assert_done(self.setup_samba())
        self.assertEqual((paths.PACKAGING / "samba/twinlock.conf").read_text(), DROP_IN.read_text())

    def test_the_doctor_finds_nothing_wrong_afterwards(self) -> None:
        self.set_up()
        checks = run("doctor", "--json").json()["checks"]
        samba = [check for check in checks if check["id"].startswith(("samba.", "pam.samba."))]
        self.assertGreater(len(samba), 1)
        self.assertEqual([], [check for check in samba if check["result"] == "fail"])

    def test_it_leaves_everything_else_in_the_files(self) -> None:
        self.assert_done(self.setup_samba())
        without = [line for line in SMB_CONF.read_text().splitlines() if str(DROP_IN) not in line]
        self.assertEqual([*DEBIAN_SMB_CONF.splitlines(), "[global]"], without)

    def test_they_win_whatever_files_and_sections_stand_before(self) -> None:
        shares = SMB_CONF.with_name("shares.conf")
        shares.write_text("[data]\n   path = /srv\n")
        self.addCleanup(shares.unlink)
        for odd in (f"[global]\n   map to guest = bad user\n   include = {shares}\n",
                    "[global]\n   map to guest = bad user\n# reached as \\\\server\\data\\\n[data]\n   path = /srv\n",
                    "[global] # settings\n   obey pam restrictions = no\n[data]\n   path = /srv\n",
                    "[globals]\n   obey pam restrictions = no\n",
                    "[global]\n   log file = /var/log/x \\"):
            with self.subTest(odd):
                SMB_CONF.write_text(odd)
                self.set_up()
                self.assertEqual(WANTED, {name: effective(name) for name in WANTED})

    def test_what_does_not_come_into_force_is_taken_back(self) -> None:
        """With the registry as backend Samba forgets what smb.conf says."""
        with_registry = DEBIAN_SMB_CONF.replace("[global]\n", "[global]\n   config backend = registry\n")
        SMB_CONF.write_text(with_registry)
        done = self.setup_samba()
        self.assertEqual(CONFIG, done.status, done.output + done.messages)
        self.assertIn("overrides a setting of /etc/samba/twinlock.conf", done.messages)
        self.assertEqual((with_registry, DEBIAN_STACK), (SMB_CONF.read_text(), STACK.read_text()))
        self.assertFalse(DROP_IN.exists())
        self.assertEqual([], list(JOURNAL.glob("*.json")))

    def test_arguments_of_its_service_that_win_are_named(self) -> None:
        defaults = Path("/etc/default/samba")
        defaults.write_text('SMBDOPTIONS="--option=obeypamrestrictions=no"\n')
        self.addCleanup(defaults.unlink)
        done = self.setup_samba()
        self.assertEqual(CONFIG, done.status)
        for words in ("overridden by arguments of smbd: obeypamrestrictions", "--option=obeypamrestrictions=no", str(defaults)):
            self.assertIn(words, done.messages)
        self.assert_untouched()

    def test_another_configuration_file_is_refused_wherever_it_is_named(self) -> None:
        """testparm tests smb.conf; smbd would go by the other."""
        more, for_client = SAMBA / "more.conf", SAMBA / "client.pc1.conf"
        line = "config file = /etc/samba/real.conf\n"
        for text, others in ((f"[global]\n   {line}", {}),
                             (f"[global]\n   include = {more}\n", {more: f"[global]\nConfigFile=/etc/samba/real.conf\n"}),
                             (f"[global]\n   include = {SAMBA}/client.%m.conf\n", {for_client: line})):
            with self.subTest(text):
                SMB_CONF.write_text(text)
                for path, content in others.items():
                    path.write_text(content)
                self.before = everything_below(SAMBA, STACK.parent)
                done = self.assert_status(CONFIG, self.setup_samba())
                self.assertIn("config file = /etc/samba/real.conf", done.messages)
                self.assert_untouched()

    def test_what_is_included_for_some_clients_only_is_told(self) -> None:
        (SAMBA / "client.pc1.conf").write_text("[global]\n   map to guest = bad user\n")
        SMB_CONF.write_text(f"[global]\n   include = {SAMBA}/client.%m.conf\n   include = {SAMBA}/%U.conf\n")
        done = self.assert_done(self.setup_samba())
        self.assertIn(f"smb.conf includes {SAMBA}/client.%m.conf, another file for each client", done.output)
        self.assertIn("write %u in its place", done.output)

    def test_a_second_run_finds_out_what_has_been_overridden_since(self) -> None:
        self.assert_done(self.setup_samba())
        text = SMB_CONF.read_text()
        SMB_CONF.write_text(text.replace("[global]\n", "[global]\n   config backend = registry\n", 1))
        self.assertEqual(CONFIG, self.setup_samba().status)

    def test_our_lines_stand_first_of_account_and_last_of_session(self) -> None:
        for stack in (DEBIAN_STACK, FEDORA_STACK):
            STACK.write_text(stack)
            self.set_up()
            lines = [line.split() for line in STACK.read_text().splitlines()]
            account = [line for line in lines if line[0] == "account" or line[-1] == "common-account"]
            self.assertEqual(["account", "requisite", "pam_twinlock.so"], account[0])
            self.assertEqual(["session", "required", "pam_twinlock.so"], lines[-1])

    def test_it_looks_into_includes_whatever_their_names(self) -> None:
        rules = STACK.with_name("site-auth")
        self.addCleanup(rules.unlink)
        rules.write_text("account sufficient pam_localuser.so\n")
        for include in ("@include site-auth", "account include site-auth", "account substack site-auth"):
            STACK.write_text(f"{include}\naccount requisite pam_twinlock.so\n")
            self.set_up()
            self.assertEqual(["account", "requisite", "pam_twinlock.so"], STACK.read_text().split("\n")[0].split())

    def test_a_stack_that_cannot_be_made_good_is_refused_with_words(self) -> None:
        STACK.write_text("account required pam_unix.so\nsession sufficient pam_unix.so\n")
        self.before = everything_below(SAMBA, STACK.parent)
        done = self.assert_status(CONFIG, self.setup_samba())
        self.assertIn("a session could be opened that does not reach us", done.messages)
        self.assert_untouched()

    def test_a_missing_stack_becomes_the_packaged_one(self) -> None:
        STACK.unlink()
        self.assert_done(self.setup_samba())
        self.assertEqual((paths.PACKAGING / "pam.d/samba").read_text(), STACK.read_text())

    def test_a_second_run_changes_nothing(self) -> None:
        self.assertEqual([str(DROP_IN), str(STACK), str(SMB_CONF)], self.set_up("--json").json()["changed"])
        before = {path: (path.read_bytes(), path.stat().st_ino) for path in (SMB_CONF, DROP_IN, STACK)}
        again = self.assert_done(self.setup_samba("--json"))
        self.assertEqual({"changed": [], "confirm_until": None}, again.json())
        self.assertEqual(before, {path: (path.read_bytes(), path.stat().st_ino) for path in before})

    def test_undo_restores_byte_for_byte_with_owner_and_mode(self) -> None:
        shutil.chown(SMB_CONF, 0, 60601)
        SMB_CONF.chmod(0o640)
        self.before = everything_below(SAMBA, STACK.parent)
        for act in (self.set_up, lambda: self.assert_done(self.setup_samba())):
            act()
            self.assertEqual((60601, 0o100640), (SMB_CONF.stat().st_gid, SMB_CONF.stat().st_mode))
            done = run("setup", "undo", "samba", "--yes", "--json")
            self.assertEqual({"restored": [str(STACK), str(SMB_CONF), str(DROP_IN)]}, done.json())
            self.assert_untouched()

    def test_without_a_confirmation_it_is_taken_back(self) -> None:
        self.assert_done(self.setup_samba("--confirm-within", "1s"))
        self.await_condition(lambda: not list(JOURNAL.glob("*.json")))
        self.assert_untouched()

    def test_each_service_waits_for_its_own_confirmation(self) -> None:
        self.assert_done(self.setup_samba())
        self.set_up_ssh()
        self.assertEqual(USAGE, run("setup", "undo", "--yes").status)
        self.assertEqual(DONE, run("setup", "undo", "ssh", "--yes").status)
        self.assertEqual({"confirmed": ["samba"]}, run("setup", "confirm", "--json").json())

    def test_a_drop_in_that_was_edited_is_not_replaced(self) -> None:
        DROP_IN.write_text("obey pam restrictions = no\n")
        self.before = everything_below(SAMBA, STACK.parent)
        self.assertEqual(NO, self.setup_samba().status)
        self.assert_untouched()

    def test_a_missing_helper_or_module_is_found_before_anything_changes(self) -> None:
        module = next(Path("/usr/lib").glob("*/security/pam_twinlock.so"))
        for program in (Path("/usr/libexec/twinlock/smb-map"), module):
            away = program.with_suffix(".away")
            program.rename(away)
            done = self.setup_samba()
            away.rename(program)
            self.assertEqual(CONFIG, done.status, done.messages)
            self.assertIn(program.name, done.messages)
            self.assert_untouched()

    def test_what_testparm_refuses_is_taken_back(self) -> None:
        flawed = DEBIAN_SMB_CONF.replace("workgroup = WORKGROUP", "security = ads\n   role = none\n   realm =")
        SMB_CONF.write_text(flawed)
        done = self.setup_samba()
        self.assertEqual((CONFIG, flawed, DEBIAN_STACK), (done.status, SMB_CONF.read_text(), STACK.read_text()))
        self.assertFalse(DROP_IN.exists())
        self.assertIn("is refused by testparm", done.messages)

    def test_without_a_terminal_it_wants_yes(self) -> None:
        self.assertEqual(USAGE, run("setup", "samba").status)
        self.assert_untouched()

    def test_it_shows_the_change_and_asks(self) -> None:
        with Person("setup", "samba") as person:
            person.expect(r"\+   include = /etc/samba/twinlock.conf")
            person.expect(r"Make these changes\? \[y/N\] ")
            person.sendline("n")
            self.assertEqual(NO, person.end())
        self.assert_untouched()

    def test_it_follows_no_link(self) -> None:
        SMB_CONF.rename(SAMBA / "real.conf")
        SMB_CONF.symlink_to("real.conf")
        self.assertEqual(STORE, self.setup_samba().status)
        self.assertEqual(DEBIAN_SMB_CONF, (SAMBA / "real.conf").read_text())
        self.assertEqual(DEBIAN_STACK, STACK.read_text())
