"""twinlock doctor: a good machine passes clean; its forms; rules."""

import ipaddress
import json
import re
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

from support import accounts, paths, twinlock
from support.accounts import ALICE
from support.command import AUDIT_LOG, CONFIG_FILE, NO, NOT_FOUND, run
from support.doctor_scenario import GOOD_SMB_CONF, SMB_CONF, SSHD_CONFIG, DoctorScenario, doctor


class Good(DoctorScenario):
    def test_a_good_machine_passes_clean(self) -> None:
        self.assertEqual({}, self.findings())
        self.assertEqual({}, self.findings("--user", "bob"))
        ways = doctor("--json").json()["ways"]
        self.assertEqual([], [way for way in ways if way["without_code"]])
        self.assertIn(("ssh", "alice", "password", True), [(way["service"], way["who"], way["how"], way["with_code"])
                                                           for way in ways])

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


class OpenByRule(DoctorScenario):
    """The stacks do not show it: so the ways name the rule."""

    def rules(self, user: str) -> set[tuple[str, str | None]]:
        ways = doctor("--user", user, "--json").json()["ways"]
        return {(way["service"], way["rule"]) for way in ways if "password" in way["how"]}

    def test_who_has_no_token_where_a_rule_observes(self) -> None:
        self.write(CONFIG_FILE, '[[rule]]\nname = "roll-out"\naction = "observe"\nservices = ["sshd"]\n')
        self.assertEqual({("ssh", "roll-out"), ("smb", None)}, self.rules("bob"))
        self.assertEqual({("ssh", None), ("smb", None)}, self.rules("alice"))
        self.assertRegex(doctor("--user", "bob").output, r"(?m)^ssh +bob +password +by rule roll-out +open$")

    def test_the_first_rule_that_decides(self) -> None:
        accounts.make_group("trusted", accounts.CAROL)
        self.write(CONFIG_FILE, '[[rule]]\nname = "all"\nusers = ["bob"]\naction = "require"\n[[rule]]\nname = "trusted"\n'
                   'groups = ["trusted"]\naction = "exempt"\n'
                   '[[rule]]\nname = "office"\nnetworks = ["198.51.100.0/24"]\naction = "exempt"\n'
                   '[[rule]]\nname = "over"\nuntil = 2020-01-01\naction = "exempt"\n')
        self.assertEqual({("ssh", None), ("smb", None)}, self.rules("bob"))
        self.assertEqual({("ssh", "trusted"), ("smb", "trusted")}, self.rules("carol"))
        self.assertEqual({("ssh", "office"), ("smb", "office")}, self.rules("alice"))


    def test_ways_over_which_nobody_can_give_a_code(self) -> None:
        """That a key alone gets in then shows a real sshd: tests/e2e/test_rules.py."""
        self.write(SSHD_CONFIG, "AuthenticationMethods any\nPasswordAuthentication yes\n" + SSHD_CONFIG.read_text())
        self.write(SMB_CONF, GOOD_SMB_CONF.replace("standalone server", "member server\n   security = domain"))
        ways = doctor("--user", "alice", "--json").json()["ways"]
        wanted = {("ssh", "key"), ("ssh", "password"), ("smb", "password")}
        self.assertLessEqual(wanted, {(way["service"], way["how"]) for way in ways
                                      if not way["with_code"] and way["rule"] == "office"})


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
        sources = "".join(path.read_text() for path in (paths.SOURCE / "cli/doctor").glob("*.[ch]*"))
        ids = set(re.findall(r'"((?:ssh|samba|pam|rules|record|lease|key|config|files|audit|backup|setup|module|space|'
                             r'store|clock|sweep|selinux|apparmor)\.[a-z][a-z-]+)"', sources))
        stack = set(re.findall(r'"\.([a-z-]+)"', (paths.SOURCE / "cli/doctor/stack_findings.cc").read_text()))
        page = subprocess.run(["mandoc", "-T", "utf8", "-O", "width=240", paths.SOURCE / "man/twinlock-doctor.8"],
                              capture_output=True, text=True, check=True).stdout
        page = re.sub(".\b", "", page).partition("\nMONITORING")[0]
        documented = set(re.findall(r"^ {5}([a-z]+\.[a-zA-Z.-]+)", page, re.MULTILINE))
        self.assertGreater(len(ids), 40)
        self.assertEqual(ids | {f"pam.SERVICE.{name}" for name in stack} | {"pam.sshd.key-alone"}, documented)


class Rules(DoctorScenario):
    def with_rules(self, *rules: str) -> None:
        self.write(CONFIG_FILE, "".join(f'[[rule]]\nname = "rule {number}"\n{rule}\n'
                                         for number, rule in enumerate(rules)))

    def test_traps(self) -> None:
        accounts.make_group("staff", ALICE)
        self.addCleanup(accounts.install)
        soon = (datetime.now() + timedelta(days=30)).strftime("%Y-%m-%d")
        for rules, ids in (
                ([f'users = ["nosuch"]\naction = "deny"'], ["rules.nobody"]),
                (['groups = ["nosuch"]\naction = "require"'], ["rules.group"]),
                ([f'action = "exempt"'], ["rules.everybody"]),
                (['networks = ["0.0.0.0/1", "128.0.0.0/1"]\naction = "exempt"'], ["rules.everybody"]),
                (['networks = ["2000::/3"]\naction = "exempt"'], ["rules.everybody"]),
                ([f'groups = ["staff"]\naction = "exempt"'], ["rules.open"]),
                ([f'networks = ["198.51.100.0/24"]\naction = "exempt"\nuntil = 2020-01-31'], ["rules.over"]),
                ([f'action = "observe"'], ["rules.open"]),
                ([f'networks = ["127.0.0.1"]\naction = "exempt"'], ["rules.own-address"]),
                ([f'users = ["alice"]\naction = "require"', f'users = ["alice"]\nservices = ["sshd"]\naction = "deny"'],
                 ["rules.shadowed"]),
                ([f'groups = ["staff"]\naction = "require"', f'action = "observe"\nuntil = {soon}'],
                 ["rules.behind-group"]),
                (['groups = ["staff"]\naction = "deny"', 'networks = ["198.51.100.0/24"]\naction = "exempt"'],
                 ["rules.behind-group"])):
            with self.subTest(rules):
                self.with_rules(*rules)
                self.assert_found(*ids)

    def test_a_network_around_this_server_spares_nobody_at_its_own_addresses(self) -> None:
        """No finding, for this is what a login gets there; one elsewhere in the network is spared."""
        own = self.own_address()
        network = ipaddress.ip_network(f"{own}/24", strict=False)
        self.with_rules(f'networks = ["{network}", "127.0.0.0/8"]\naction = "exempt"')
        other = next(str(host) for host in network.hosts() if str(host) != own)
        for address, verdict in ((own, "wrong_code"), ("127.0.0.1", "wrong_code"), (other, "exempt")):
            done = run("check", "alice", "--json", "--address", address, stdin="000000\n")
            self.assertEqual({"verdict": verdict}, done.json(), address)
            twinlock.run("unlock", "alice")
        self.assertEqual({}, self.findings())

    def test_a_rule_for_the_address_of_this_server_and_its_mend(self) -> None:
        own = self.own_address()
        for address in (own, "127.0.0.1", "::1"):
            for action in ("exempt", "observe"):
                spared = f'networks = ["198.51.100.0/24", "{address}"]\naction = "{action}"\nuntil = 2099-01-31'
                with self.subTest(address=address, action=action):
                    self.with_rules(spared)
                    bad = self.assert_found("rules.own-address", says=address)
                    mend = bad["rules.own-address"]["mend"].partition("[[rule]] ")[2].replace("] action", "]\naction")
                    self.with_rules(mend, spared)
                    self.assertEqual({}, self.findings())
        # A mend that covers only a part, or comes too late, is none.
        for before in (f'networks = ["{own}"]\nusers = ["alice"]\naction = "require"',
                       f'networks = ["{own}"]\nservices = ["sshd"]\naction = "require"',
                       f'networks = ["{own}"]\naction = "require"\nuntil = 2020-01-31',
                       'networks = ["0.0.0.0/0"]\nusers = ["bob"]\naction = "require"'):
            self.with_rules(before, f'networks = ["198.51.100.0/24", "{own}"]\naction = "exempt"')
            self.assertIn("rules.own-address", self.findings())

    @staticmethod
    def own_address() -> str:
        """Of this machine's interfaces one that is not loopback."""
        local = re.findall(r"-- ([\d.]+)\n\s+/32 host LOCAL", Path("/proc/net/fib_trie").read_text())
        return next(address for address in local if not address.startswith("127."))

    def test_a_bastion(self) -> None:
        lines = [{"time": "2026-11-01T08:00:00Z", "event": "login", "user": user, "service": "sshd",
                  "address": "198.51.100.7", "verdict": "exempt"} for user in ("alice", "bob", "carol")]
        AUDIT_LOG.write_text("".join(json.dumps(line) + "\n" for line in lines))
        AUDIT_LOG.chmod(0o600)
        self.assert_found("rules.bastion", says="198.51.100.7")

    def test_leases_at_loopback(self) -> None:
        twinlock.run("lease", "grant", "alice", "--address", "127.0.0.1")
        self.assert_found("lease.own-address", says="alice")
