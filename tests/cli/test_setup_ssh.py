"""twinlock setup ssh: what it writes, what it refuses, what it takes back at once. Real PAM, sshd -t and sshd -T judge."""

import fcntl
import re
import subprocess

from support import paths, sandbox, twinlock
from support.command import CONFIG, DONE, NO, STORE, USAGE, Person, run
from support.setup_scenario import (DEBIAN_STACK, FEDORA_STACK, JOURNAL, PAM, SSH, SSH_DROP_IN, SSH_STACK, SSHD_CONFIG,
                                    SetupScenario, config_text, everything_below)

DEBIAN_DROP_IN = (paths.PACKAGING / "sshd_config.d/10-twinlock.conf").read_text()


def pam_lines(text: str) -> list[str]:
    """Without remarks and blank lines, one blank between words."""
    lines = (" ".join(line.split("#")[0].split()) for line in text.splitlines())
    return [line for line in lines if line]


def in_force(keyword: str) -> str:
    said = subprocess.run([paths.SSHD, "-T", "-C", "user=alice,host=x,addr=192.0.2.9"], capture_output=True, text=True,
                          check=True).stdout
    return re.search(rf"(?mi)^{keyword} (.*)$", said)[1]  # type: ignore[index]


class SetupSsh(SetupScenario):
    def assert_refused(self, status: int, words: str, *options: str) -> None:
        """Nothing has changed, and nothing waits."""
        before = everything_below(SSH, PAM)
        done = self.assert_status(status, self.setup_ssh(*options))
        self.assertIn(words, done.messages)
        self.assertEqual(before, everything_below(SSH, PAM))
        self.assertEqual([], list(JOURNAL.glob("*.json")))

    def test_debians_stack_becomes_the_packaged_one(self) -> None:
        self.set_up_ssh()
        self.assertEqual(pam_lines(sandbox.shipped_pam_stack()), pam_lines(SSH_STACK.read_text()))

    def test_no_line_of_debians_is_lost_or_moved(self) -> None:
        self.set_up_ssh()
        others = [line for line in SSH_STACK.read_text().splitlines()
                  if "pam_twinlock" not in line and "pam_unix" not in line and line not in OUR_REMARKS]
        self.assertEqual([line for line in DEBIAN_STACK.splitlines() if line != "@include common-auth"], others)

    def test_fedoras_stack_becomes_the_packaged_one(self) -> None:
        SSH_STACK.write_text(FEDORA_STACK)
        self.set_up_ssh()
        self.assertEqual(pam_lines(sandbox.shipped_pam_stack("sshd.fedora")), pam_lines(SSH_STACK.read_text()))

    def test_a_site_with_more_modules_for_the_password_keeps_its_include(self) -> None:
        stock = (PAM / "common-auth").read_text()
        self.addCleanup((PAM / "common-auth").write_text, stock)
        (PAM / "common-auth").write_text("auth [success=2 default=ignore] pam_unix.so nullok\n"
                                         "auth [success=1 default=ignore] pam_sss.so use_first_pass\n"
                                         "auth requisite pam_deny.so\nauth required pam_permit.so\n"
                                         "auth optional pam_cap.so\n")
        self.set_up_ssh()
        self.assertEqual(["auth [success=5 default=ignore] pam_twinlock.so after_publickey", "@include common-auth",
                          "auth required pam_twinlock.so"], pam_lines(SSH_STACK.read_text())[:3])

    def test_a_jump_that_became_wrong_is_mended(self) -> None:
        stock = (PAM / "common-auth").read_text()
        self.addCleanup((PAM / "common-auth").write_text, stock)
        (PAM / "common-auth").write_text(stock + "auth optional pam_cap.so\n")
        self.set_up_ssh()
        run("setup", "confirm")
        with_four = pam_lines(SSH_STACK.read_text())[0]
        (PAM / "common-auth").write_text(stock)  # now the jump would leave out the code
        self.set_up_ssh()
        self.assertEqual(["auth [success=4 default=ignore] pam_twinlock.so after_publickey",
                          "auth [success=1 default=ignore] pam_twinlock.so after_publickey"],
                         [with_four, pam_lines(SSH_STACK.read_text())[0]])

    def test_it_stands_before_rules_of_the_site_that_refuse_whom_they_do_not_know(self) -> None:
        for line in ("account  required     pam_access.so", "account required pam_unix.so"):
            SSH_STACK.write_text(DEBIAN_STACK.replace("# account  required     pam_access.so", line))
            self.set_up_ssh()
            lines = pam_lines(SSH_STACK.read_text())
            self.assertEqual(" ".join(line.split()), lines[lines.index("account required pam_twinlock.so") + 1])
            self.assert_status(DONE, run("setup", "undo", "--yes"))

    def test_a_good_stack_that_refuses_strangers_before_us_is_left_and_ours_is_tried_alone(self) -> None:
        line = "account    required     pam_twinlock.so\n"
        late = sandbox.shipped_pam_stack().replace(line, f"account required pam_unix.so\n{line}", 1)
        SSH_DROP_IN.write_text(DEBIAN_DROP_IN)
        SSH_STACK.write_text(late)
        self.assertEqual([], self.set_up_ssh("--json").json()["changed"])
        module = next(iter(paths_of_module()))
        broken = late.replace(line, f"account required {module.with_name('pam_twinlock.so.gone')}\n")
        SSH_STACK.write_text(broken.replace("pam_twinlock.so.gone", "gone/pam_twinlock.so"))
        self.assertIn("PAM does not find pam_twinlock.so", self.assert_status(CONFIG, self.setup_ssh()).messages)

    def test_the_settings_are_in_force(self) -> None:
        self.set_up_ssh()
        self.assertEqual(("yes", "yes", "no", "no"), tuple(in_force(keyword) for keyword in (
            "usepam", "kbdinteractiveauthentication", "passwordauthentication", "usedns")))
        self.assertEqual("publickey,keyboard-interactive:pam keyboard-interactive:pam",
                         in_force("authenticationmethods"))

    def test_the_ways_can_be_chosen(self) -> None:
        for ways, methods in (("password+code", "keyboard-interactive:pam"),
                              ("key+code", "publickey,keyboard-interactive:pam"),
                              ("either", "publickey,keyboard-interactive:pam keyboard-interactive:pam")):
            with self.subTest(ways):
                self.set_up_ssh("--ways", ways)
                self.assertEqual(methods, in_force("authenticationmethods"))
                run("setup", "confirm")
        self.assertEqual(DONE, run("setup", "undo", "--yes").status)
        self.assertEqual("publickey,keyboard-interactive:pam", in_force("authenticationmethods"))

    def test_password_and_code_is_the_very_file_that_packaging_shows(self) -> None:
        self.set_up_ssh("--ways", "password+code")
        self.assertEqual(DEBIAN_DROP_IN, SSH_DROP_IN.read_text())

    def test_a_second_run_changes_nothing(self) -> None:
        done = self.set_up_ssh("--json")
        self.assertEqual([str(SSH_DROP_IN), str(SSH_STACK)], done.json()["changed"])
        self.assertRegex(done.json()["confirm_until"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        waiting = self.set_up_ssh("--json").json()
        self.assertEqual({"changed": [], "confirm_until": done.json()["confirm_until"]}, waiting)
        run("setup", "confirm")
        before = everything_below(SSH, PAM)
        self.assertEqual({"changed": [], "confirm_until": None}, self.set_up_ssh("--json").json())
        self.assertEqual(before, everything_below(SSH, PAM))

    def test_the_packaged_stacks_are_set_up_already(self) -> None:
        SSH_DROP_IN.write_text(DEBIAN_DROP_IN)
        for name in ("sshd", "sshd.fedora"):
            SSH_STACK.write_text(sandbox.shipped_pam_stack(name))
            self.assertEqual([], self.set_up_ssh("--json").json()["changed"])

    def test_it_shows_the_change_and_whom_it_refuses_and_asks(self) -> None:
        before = everything_below(SSH, PAM)
        with Person("setup", "ssh") as person:
            person.expect(r"\+auth       required     pam_twinlock.so")
            person.expect(r"1 user with a phone enrolled")
            person.expect(r"EVERYBODY ELSE IS REFUSED, root and jobs that log in included")
            person.expect(r"Make these changes\? \[y/N\] ")
            person.sendline("n")
            self.assertEqual(NO, person.end())
        self.assertEqual(before, everything_below(SSH, PAM))

    def test_what_somebody_changes_during_the_question_is_not_overwritten(self) -> None:
        with Person("setup", "ssh") as person:
            person.expect(r"Make these changes\? \[y/N\] ")
            SSH_STACK.write_text(DEBIAN_STACK + "session optional pam_lastlog.so\n")
            before = everything_below(SSH, PAM)
            person.sendline("y")
            self.assertEqual(NO, person.end())
        self.assertIn("has changed meanwhile", person.before)
        self.assertEqual(before, everything_below(SSH, PAM))

    def test_without_a_terminal_it_wants_yes(self) -> None:
        self.assertEqual(USAGE, run("setup", "ssh").status)

    def test_a_time_that_cannot_be_is_refused(self) -> None:
        for span in ("0", "25h", "soon", "-1m"):
            self.assert_refused(USAGE, "", f"--confirm-within={span}")

    def test_where_everybody_would_be_refused_it_refuses(self) -> None:
        twinlock.remove_everybody()
        self.assert_refused(NO, "nobody is enrolled")

    def test_that_nothing_comes_back_after_a_restart_is_told(self) -> None:
        """Where systemd runs its timer is asked for instead: test_setup_systemd.py."""
        paths.Path("/run/twinlock/sweep/last").unlink(missing_ok=True)
        self.assertIn("have cron run `twinlock sweep` each minute", self.set_up_ssh().output)
        run("setup", "undo", "--yes")
        run("sweep")
        self.assertNotIn("cron", self.set_up_ssh().output)

    def test_where_only_root_could_give_a_code_and_may_not_it_refuses(self) -> None:
        twinlock.run("remove", "alice", "--yes")
        twinlock.enrol("root")
        self.addCleanup(twinlock.run, "remove", "root", "--yes")
        self.assert_refused(CONFIG, "only root is enrolled, and PermitRootLogin is")
        SSHD_CONFIG.write_text(config_text(options=["PermitRootLogin yes"]))
        self.set_up_ssh()

    def test_a_rule_that_observes_is_hope_enough(self) -> None:
        twinlock.remove_everybody()
        with self.config('[[rule]]\nname = "pilot"\naction = "observe"\n'):
            done = self.set_up_ssh()
        self.assertIn("observe  pilot", done.output)
        self.assertIn("BatchMode=yes are REFUSED", done.output)

    def test_a_rule_for_another_service_or_of_the_past_is_not(self) -> None:
        twinlock.remove_everybody()
        for line in ('services = ["samba"]', "until = 2020-01-31"):
            with self.config(f'[[rule]]\nname = "pilot"\naction = "exempt"\n{line}\n'):
                self.assert_refused(NO, "nobody is enrolled")

    def test_a_missing_module_is_found_before_anything_changes(self) -> None:
        module = next(iter(paths_of_module()))
        module.rename(module.with_suffix(".away"))
        self.addCleanup(module.with_suffix(".away").rename, module)
        self.assert_refused(CONFIG, "PAM does not find pam_twinlock.so")

    def test_a_broken_configuration_is_found_before_anything_changes(self) -> None:
        with self.config("nonsense = 1\n"):
            self.assert_refused(CONFIG, "nonsense")

    def test_what_sshd_refuses_is_found_before_anything_changes(self) -> None:
        SSHD_CONFIG.write_text(config_text() + "NoSuchKeyword yes\n")
        self.assert_refused(CONFIG, "is refused by sshd")

    def test_an_earlier_file_that_wins_is_found_and_all_is_taken_back(self) -> None:
        (SSH / "sshd_config.d/05-site.conf").write_text("UsePAM no\n")
        self.assert_refused(CONFIG, "is overridden for everybody: usepam")

    def test_a_match_that_wins_for_an_enrolled_user_is_found(self) -> None:
        for match in ("Match User alice", "Match Address 192.0.2.0/24"):
            SSHD_CONFIG.write_text(config_text() + f"{match}\n    AuthenticationMethods publickey\n")
            self.assert_refused(CONFIG, "authenticationmethods")

    def test_a_match_for_the_office_network_of_a_rule_is_found(self) -> None:
        SSHD_CONFIG.write_text(config_text() + "Match Address 10.20.0.0/16\n    PasswordAuthentication yes\n")
        rule = '[[rule]]\nname = "office"\nnetworks = ["10.20.0.0/16"]\naction = "exempt"\n'
        with self.config(rule):
            self.assert_refused(CONFIG, "is overridden for alice at 10.20.0.0: passwordauthentication")

    def test_a_match_that_asks_for_a_code_all_the_same_is_none(self) -> None:
        SSHD_CONFIG.write_text(config_text() + "Match User alice\n    AuthenticationMethods keyboard-interactive:pam\n")
        self.set_up_ssh()

    def test_a_match_for_a_job_that_a_rule_exempts_is_as_the_readme_shows_it(self) -> None:
        SSHD_CONFIG.write_text(config_text() + "Match User bob\n    AuthenticationMethods publickey\n")
        rule = '[[rule]]\nname = "backup jobs"\nusers = ["bob"]\nnetworks = ["192.0.2.0/24"]\naction = "exempt"\n'
        with self.config(rule):
            self.set_up_ssh()

    def test_of_two_at_once_one_is_refused(self) -> None:
        self.set_up_ssh()
        run("setup", "undo", "--yes")
        with open(JOURNAL / "lock", "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assert_refused(NO, "is at work in another process")
        self.set_up_ssh()

    def test_the_second_of_two_learns_that_the_first_waits(self) -> None:
        with Person("setup", "ssh") as person:
            person.expect(r"Make these changes\? \[y/N\] ")
            self.set_up_ssh()
            after = everything_below(SSH, PAM)
            person.sendline("y")
            self.assertEqual(NO, person.end())
        self.assertIn("waits for a confirmation already", person.before)
        self.assertEqual((after, 1), (everything_below(SSH, PAM), len(list(JOURNAL.glob("*.json")))))

    def test_a_second_run_waits_for_a_trial_that_goes_on(self) -> None:
        self.set_up_ssh()
        with open(JOURNAL / "lock", "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            second = subprocess.Popen([paths.COMMAND, "setup", "ssh", "--yes"], stdout=subprocess.DEVNULL)
            self.await_condition(lambda: any("->" in line and str(second.pid) in line.split()
                                             for line in paths.Path("/proc/locks").read_text().splitlines()))
            self.assertFalse((JOURNAL / "trial").exists())
        self.assertEqual(DONE, second.wait(60))

    def test_where_nothing_includes_the_drop_in_it_is_included_first(self) -> None:
        for text in (config_text().replace("Include ", "#Include "),
                     "KbdInteractiveAuthentication no\n" + config_text()):
            SSHD_CONFIG.write_text(text)
            done = self.set_up_ssh("--json")
            self.assertIn(str(SSHD_CONFIG), done.json()["changed"])
            self.assertEqual("yes", in_force("kbdinteractiveauthentication"))
            self.assertTrue(SSHD_CONFIG.read_text().endswith(text))
            self.assertEqual(DONE, run("setup", "undo", "--yes").status)
            self.assertEqual(text, SSHD_CONFIG.read_text())

    def test_the_directory_of_the_drop_in_comes_and_goes(self) -> None:
        SSH_DROP_IN.parent.rmdir()
        self.set_up_ssh()
        self.assertTrue(SSH_DROP_IN.exists())
        run("setup", "undo", "--yes")
        self.assertFalse(SSH_DROP_IN.parent.exists())

    def test_a_drop_in_of_somebody_else_is_not_replaced(self) -> None:
        SSH_DROP_IN.write_text(DEBIAN_DROP_IN + "X11Forwarding no\n")
        self.assert_refused(NO, "was edited, or written by somebody else")

    def test_lines_that_cannot_be_understood_are_refused_with_words(self) -> None:
        split = sandbox.shipped_pam_stack("sshd.one-field")
        google = DEBIAN_STACK.replace("@include common-auth", "auth sufficient pam_listfile.so\n@include common-auth")
        for text, words in ((split, "split"), (DEBIAN_STACK.replace("@include common-auth", ""), "to check the password"),
                            (google, "a login without a right code could get in")):
            SSH_STACK.write_text(text)
            self.assert_refused(CONFIG, words)

    def test_it_follows_no_link(self) -> None:
        SSH_STACK.rename(PAM / "real-sshd")
        self.addCleanup((PAM / "real-sshd").unlink)
        SSH_STACK.symlink_to("real-sshd")
        self.addCleanup(SSH_STACK.unlink)
        self.assert_refused(STORE, "")

    def test_the_trial_uses_up_nothing_and_names_nobody(self) -> None:
        before = run("show", "alice", "--json").json()
        self.set_up_ssh()
        self.assertEqual(before, run("show", "alice", "--json").json())
        lines = twinlock.audit_lines()
        self.assertEqual({"twinlock-trial", None}, {line["user"] for line in lines if line["event"] != "enrol"})
        self.assertEqual("setup", lines[-1]["event"])
        self.assertFalse((JOURNAL / "trial").exists())


OUR_REMARKS = {
    "# Who has given a key is not asked for the password; nothing else spares it. See pam_twinlock(8).",
    "# The code, asked only of those who know the password or have the key.",
    "# Refuses logins that gave no code, such as those with a key alone.",
    "# Every factor has passed now: the login earns its lease. Must stand last.",
}


def paths_of_module() -> list[paths.Path]:
    return list(paths.Path("/usr/lib").glob("*/security/pam_twinlock.so"))
