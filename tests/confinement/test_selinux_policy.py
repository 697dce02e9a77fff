"""The SELinux module compiles with Debian's tools, links with Debian's policy, and grants what it says and no more."""

import shutil
import subprocess
import unittest
from collections.abc import Sequence
from pathlib import Path

from support import selinux
from support.selinux import Policy
from support.selinux_scenario import STUB

SECRETS = ("twinlock_key_t", "twinlock_var_lib_t", "twinlock_runtime_t", "twinlock_log_t")
# Debian's: may do anything with any file.
UNCONFINED = "files_unconfined_type"
LOGINS = {"sshd_t", "smbd_t", "local_login_t", "sysadm_su_t", "staff_su_t", "user_su_t"}
ADMINISTRATORS = {"sysadm_t", "initrc_t"}
CHANGES = {"write", "append", "create", "unlink", "rename", "setattr", "link", "relabelfrom", "relabelto"}


def in_ours(policy: Policy, domain: str) -> dict[tuple[str, str], set[str]]:
    return {(target, kind): policy.allowed(domain, target, kind)
            for target in (*SECRETS, "twinlock_etc_t") for kind in ("file", "dir")}


class Compiled(unittest.TestCase):
    """Each class has a policy of its own kind."""

    stub: str | None = None
    debian: Sequence[str] = selinux.TARGETED
    directory: Path
    policy: Policy

    @classmethod
    def setUpClass(cls) -> None:
        cls.directory = directory = Path(cls.enterClassContext(selinux.work_directory()))
        for source in selinux.SOURCE.iterdir():
            shutil.copy(source, directory)
        names = ["twinlock"]
        if cls.stub:
            (directory / "stub.te").write_text(cls.stub)
            names.insert(0, "stub")
        packages = [selinux.compile_module(directory, name) for name in names]
        cls.policy = selinux.linked(packages, directory, cls.debian)


class Strict(Compiled):
    """Nobody is unconfined."""

    debian = selinux.STRICT

    def readers(self, target: str) -> set[str]:
        everybody = {domain for domain in self.policy.types if "read" in self.policy.allowed(domain, target, "file")}
        return everybody - self.policy.with_attribute(UNCONFINED)

    def changers(self, target: str) -> set[str]:
        everybody = {domain for domain in self.policy.types if CHANGES & self.policy.allowed(domain, target, "file")}
        return everybody - self.policy.with_attribute(UNCONFINED) - {"setfiles_t"}  # that one is restorecon

    def logins(self) -> set[str]:
        return LOGINS | self.policy.with_attribute("sudodomain")

    def test_the_domains_that_debian_lacks_are_not_there_and_the_module_links_all_the_same(self) -> None:
        self.assertFalse({"sshd_session_t", "winbind_rpcd_t", "unconfined_service_t"} & self.policy.types)

    def test_nobody_else_reads_keys_records_and_stashes(self) -> None:
        for target in SECRETS[:3]:
            with self.subTest(target):
                others = {"systemd_tmpfiles_t"} if target == "twinlock_runtime_t" else set()
                self.assertEqual(set(), self.readers(target) - self.logins() - ADMINISTRATORS - others)
                self.assertEqual(self.logins(), self.logins() & self.readers(target))

    def test_logins_change_no_key(self) -> None:
        """MUST 1."""
        for target in ("twinlock_key_t", "twinlock_etc_t"):
            self.assertEqual(set(), self.changers(target) & self.logins())
        self.assertEqual(ADMINISTRATORS, self.changers("twinlock_key_t"))

    def test_logins_make_rename_and_remove_no_record(self) -> None:
        """MUST 2."""
        for domain in self.logins():
            self.assertEqual({"write"}, CHANGES & self.policy.allowed(domain, "twinlock_var_lib_t", "file"))
            self.assertEqual(set(), {"write", "add_name", "remove_name"} &
                             self.policy.allowed(domain, "twinlock_var_lib_t", "dir"))

    def test_logins_only_append_to_the_audit_log(self) -> None:
        """MUST 3: no write, truncation, renaming or removal, by nobody but administrators."""
        for domain in self.logins():
            self.assertEqual({"append", "create"}, CHANGES & self.policy.allowed(domain, "twinlock_log_t", "file"))
            self.assertNotIn("remove_name", self.policy.allowed(domain, "twinlock_log_t", "dir"))

    def test_what_is_made_beside_the_keys_is_as_secret(self) -> None:
        """MUST 4."""
        for domain in ADMINISTRATORS:
            made = {name: self.policy.type_of_new(domain, "twinlock_etc_t", "file", name)
                    for name in ("key", "key.twinlock-new", "key~", "twinlock.conf", "anything")}
            self.assertEqual({"twinlock_key_t"}, {made[name] for name in made if name != "twinlock.conf"})
            self.assertEqual("twinlock_etc_t", made["twinlock.conf"])

    def test_a_key_below_run_is_one_too(self) -> None:
        for domain in ADMINISTRATORS:
            self.assertEqual("twinlock_key_t", self.policy.type_of_new(domain, "twinlock_runtime_t", "file", "key"))
        self.assertEqual("twinlock_key_t", self.policy.label("/run/twinlock/key", "file"))

    def test_restorecon_knows_every_file(self) -> None:
        labels = {("/etc/twinlock", "dir"): "twinlock_etc_t", ("/etc/twinlock/twinlock.conf", "file"): "twinlock_etc_t",
                  ("/etc/twinlock/key", "file"): "twinlock_key_t", ("/var/lib/twinlock", "dir"): "twinlock_var_lib_t",
                  ("/var/lib/twinlock/users/alice", "file"): "twinlock_var_lib_t",
                  ("/var/lib/twinlock/audit.head", "file"): "twinlock_var_lib_t",
                  ("/var/log/twinlock", "dir"): "twinlock_log_t", ("/var/log/twinlock/audit.log", "file"): "twinlock_log_t",
                  ("/var/log/twinlock/audit.log.1", "file"): "twinlock_log_t",
                  ("/run/twinlock", "dir"): "twinlock_runtime_t", ("/run/twinlock/smb/7", "file"): "twinlock_runtime_t",
                  ("/usr/libexec/twinlock/open", "file"): "bin_t", ("/usr/bin/twinlock", "file"): "bin_t"}
        self.assertEqual(labels, {key: self.policy.label(*key) for key in labels})

    def test_smbd_that_may_write_every_exported_file_gets_no_more_of_ours(self) -> None:
        """samba_export_all_rw is about all types of this attribute."""
        self.assertEqual(set(), set(SECRETS) & self.policy.with_attribute("non_auth_file_type"))

    def test_who_sweeps_can_end_connections(self) -> None:
        for domain in ADMINISTRATORS:
            for server in ("smbd_t", "sshd_t"):
                self.assertIn("signal", self.policy.allowed(domain, server, "process"))

    def test_systemd_makes_the_directory_with_its_type(self) -> None:
        self.assertLessEqual({"create", "relabelto", "setattr"},
                             self.policy.allowed("systemd_tmpfiles_t", "twinlock_runtime_t", "dir"))

    def test_cron_is_no_login(self) -> None:
        self.assertNotIn("read", self.policy.allowed("crond_t", "twinlock_key_t", "file"))


class Targeted(Compiled):
    """As Debian installs it."""

    def test_unconfined_administrators_create_the_same_types(self) -> None:
        for domain in ("unconfined_t", "initrc_t"):
            self.assertIn(domain, self.policy.with_attribute(UNCONFINED))
            for parent, kind, name, made in (("etc_t", "dir", "twinlock", "twinlock_etc_t"),
                                             ("twinlock_etc_t", "file", "key", "twinlock_key_t"),
                                             ("twinlock_etc_t", "file", "twinlock.conf", "twinlock_etc_t"),
                                             ("var_lib_t", "dir", "twinlock", "twinlock_var_lib_t"),
                                             ("var_log_t", "dir", "twinlock", "twinlock_log_t"),
                                             ("var_run_t", "dir", "twinlock", "twinlock_runtime_t"),
                                             ("twinlock_runtime_t", "file", "key", "twinlock_key_t")):
                self.assertEqual(made, self.policy.type_of_new(domain, parent, kind, name))

    def test_sesearch_reads_the_same(self) -> None:
        """Our reading of the policy against the program that administrators use."""
        listed = subprocess.run(["sesearch", "--allow", "-s", "sshd_t", "-t", "twinlock_log_t", "-c", "file",
                                 self.directory / "policy"], capture_output=True, text=True, check=True).stdout
        granted = {word for line in listed.splitlines() for word in line.split("{")[-1].strip(" };").split()
                   if line.startswith("allow sshd_t ")}
        self.assertEqual(granted, self.policy.allowed("sshd_t", "twinlock_log_t", "file"))


class WithTheDomainsOfFedora(Compiled):
    """MUST 5. Domains of these names and nothing else of Fedora's policy, which Debian has no package of."""

    stub = STUB

    def test_they_get_what_their_counterparts_get(self) -> None:
        self.assertEqual(in_ours(self.policy, "sshd_t"), in_ours(self.policy, "sshd_session_t"))
        self.assertEqual(in_ours(self.policy, "smbd_t"), in_ours(self.policy, "winbind_rpcd_t"))
        self.assertIn("read", self.policy.allowed("sshd_session_t", "twinlock_key_t", "file"))
        self.assertIn("signal", self.policy.allowed("sysadm_t", "sshd_session_t", "process"))
