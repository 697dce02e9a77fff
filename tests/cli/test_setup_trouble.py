"""Rollbacks on machines in trouble: full disks, removed packages and journals, broken configurations, old kernels."""

import fcntl
import json
import os
import re
import shutil
import struct
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import BinaryIO

from support import paths, twinlock
from support.command import DONE, NO, STORE, run
from support.processes import wait_for_end
from support.setup_scenario import JOURNAL, PAM, SSH, SSH_DROP_IN, SSH_STACK, SSHD_CONFIG, SetupScenario, everything_below

SAMBA = Path("/etc/samba")
SMB_CONF, SAMBA_STACK = SAMBA / "smb.conf", PAM / "samba"
STATE = Path("/var/lib/elsewhere")
# As systemd makes it for a service.
READ_ONLY = """\
for top in /etc /run /usr /var; do mount --rbind $top $top; done
for mounted in $(cut -d ' ' -f 5 /proc/self/mountinfo | grep -E '^/(etc|run|usr|var)(/|$)' | sort -u)
do mount -o remount,bind,ro $mounted; done
for path in /run/twinlock {writable}; do mount --bind $path $path; mount -o remount,bind,rw $path; done
if touch /etc/twinlock/written 2>/dev/null; then exit 99; fi
exec "$@"
"""


class Scenario(SetupScenario):
    def setUp(self) -> None:
        super().setUp()
        shutil.rmtree(SAMBA, ignore_errors=True)
        SAMBA.mkdir()
        Path("/var/lib/samba/private").mkdir(parents=True, exist_ok=True)
        SAMBA_STACK.unlink(missing_ok=True)
        SMB_CONF.write_text("[global]\n   workgroup = WORKGROUP\n")
        SAMBA_STACK.write_text("@include common-account\n@include common-session-noninteractive\n")
        self.before = everything_below(SSH, SAMBA, PAM)

    def set_up_samba(self) -> None:
        self.assert_status(DONE, run("setup", "samba", "--yes"))

    def assert_as_before(self) -> None:
        self.assertEqual(self.before, everything_below(SSH, SAMBA, PAM))

    def is_as_before(self) -> bool:
        return self.before == everything_below(SSH, SAMBA, PAM)

    def make_due(self, journal: Path = JOURNAL) -> None:
        for file in journal.glob("*.json"):
            file.write_text(json.dumps({**json.loads(file.read_text()), "deadline_since_boot": 1}))

    def watcher(self, service: str = "ssh") -> int:
        return int(json.loads((JOURNAL / f"{service}-1.json").read_text())["watcher"]["pid"])


class OneServiceInTrouble(Scenario):
    def spoil(self) -> None:
        """samba comes first, and cannot be put back."""
        self.set_up_ssh()
        self.set_up_samba()
        self.make_due()
        SAMBA_STACK.unlink()
        (SAMBA_STACK / "in-the-way").mkdir(parents=True)
        self.addCleanup(shutil.rmtree, SAMBA_STACK, ignore_errors=True)

    def test_one_that_cannot_be_put_back_keeps_no_other(self) -> None:
        self.spoil()
        self.assert_status(STORE, run("sweep"))
        self.assertEqual(["samba-1.json"], [file.name for file in JOURNAL.glob("*.json")])
        self.assertEqual({path: state for path, state in self.before.items() if path != SAMBA_STACK and SAMBA not in path.parents},
                         everything_below(SSH, PAM))

    def test_its_other_files_wait_until_all_can_go_together(self) -> None:
        self.spoil()
        with_twinlock = everything_below(SAMBA)
        run("sweep")
        self.assertEqual(with_twinlock, everything_below(SAMBA))
        shutil.rmtree(SAMBA_STACK)
        self.assert_status(DONE, run("sweep"))
        self.assert_as_before()

    def test_what_is_half_back_cannot_be_confirmed(self) -> None:
        self.set_up_ssh()
        SSH_STACK.write_bytes(self.before[SSH_STACK][0])  # type: ignore[index]
        self.assertIn("is partly taken back already", self.assert_status(NO, run("setup", "confirm")).messages)
        SSH_STACK.write_text(SSH_STACK.read_text() + "session optional pam_lastlog.so\n")
        self.assert_status(DONE, run("setup", "confirm"))

    def test_what_cannot_be_confirmed_keeps_no_other(self) -> None:
        """Who has logged in anew over ssh and confirms that must not lose it because of samba, nor the other way round."""
        spoils = {"samba": SMB_CONF, "ssh": SSH_STACK}
        for service, file in spoils.items():
            with self.subTest(service):
                self.set_up_ssh()
                self.set_up_samba()
                watchers = {name: self.watcher(name) for name in spoils}
                file.write_bytes(self.before[file][0])  # type: ignore[index]
                other, = set(spoils) - {service}
                done = self.assert_status(NO, run("setup", "confirm", "--json"))
                self.assertEqual({"confirmed": [other]}, done.json())
                self.assertIn(f"setup {service}", done.messages)
                wait_for_end(watchers[other])
                self.make_due()
                self.assert_status(DONE, run("sweep"))
                self.assertEqual([f"{other}-1.json"], [entry.name for entry in JOURNAL.glob("*.json")])
                self.assert_status(DONE, run("setup", "undo", "--yes"))
                self.assert_as_before()

    def test_who_tried_one_service_confirms_that_one(self) -> None:
        for service in ("ssh", "samba"):
            with self.subTest(service):
                self.set_up_ssh()
                self.set_up_samba()
                done = self.assert_status(DONE, run("setup", "confirm", service, "--json"))
                self.assertEqual({"confirmed": [service]}, done.json())
                self.make_due()
                self.assert_status(DONE, run("sweep"))
                self.assertEqual([f"{service}-1.json"], [entry.name for entry in JOURNAL.glob("*.json")])
                self.assert_status(NO, run("setup", "confirm", service))
                self.assert_status(DONE, run("setup", "undo", "--yes"))
                self.assert_as_before()

    def test_a_damaged_entry_keeps_no_other(self) -> None:
        for act in (("setup", "undo", "--yes"), ("setup", "undo", "ssh", "--yes"), ("setup", "confirm")):
            self.set_up_ssh()
            self.set_up_samba()
            (JOURNAL / "samba-1.json").write_text("{}")
            done = self.assert_status(DONE, run(*act))
            self.assertIn("samba-1.json: is damaged", done.messages)
            self.end_countdowns()
            self.restore()
        self.set_up_ssh()
        self.make_due()
        (JOURNAL / "samba-1.json").write_text("{}")
        self.assert_status(STORE, run("sweep"))
        self.assertEqual(["samba-1.json"], [file.name for file in JOURNAL.glob("*.json")])
        self.assert_as_before()

    def restore(self) -> None:
        """What this test itself wrote."""
        for path in everything_below(SSH, SAMBA, PAM):
            if path not in self.before:
                path.unlink()
        for path, state in self.before.items():
            if state:
                path.write_bytes(state[0])


class FilesInTrouble(Scenario):
    def test_a_directory_that_is_gone_comes_back(self) -> None:
        """As after a purge of the package."""
        self.set_up_samba()
        shutil.rmtree(SAMBA)
        self.make_due()
        self.assert_status(DONE, run("sweep"))
        self.assert_as_before()

    def test_a_full_disk_leaves_no_half(self) -> None:
        for full in (PAM, SSH):
            with self.subTest(full):
                SSHD_CONFIG.write_text("HostKey /etc/ssh/ssh_host_ed25519_key\n")  # it is to be changed, too
                self.before = everything_below(SSH, SAMBA, PAM)
                self.set_up_ssh()
                set_up = everything_below(SSH, SAMBA, PAM)
                self.make_due()
                with self.fill(full):
                    for act in (("sweep",), ("setup", "undo", "--yes")):
                        self.assert_status(STORE, run(*act))
                        self.assertEqual(set_up, everything_below(SSH, SAMBA, PAM))
                self.assert_status(DONE, run("sweep"))
                self.assert_as_before()

    def fill(self, directory: Path) -> BinaryIO:
        """A file system of its own without a free block, until what is returned is closed."""
        copy = Path("/run/copy")
        shutil.copytree(directory, copy)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", directory], check=True)
        self.addCleanup(subprocess.run, ["umount", directory], check=True)
        shutil.copytree(copy, directory, dirs_exist_ok=True)
        shutil.rmtree(copy)
        ballast = open(directory / "ballast", "wb", buffering=0)
        (directory / "ballast").unlink()
        with self.assertRaises(OSError):
            while True:
                ballast.write(bytes(4096))
        return ballast

    def note_on(self, *files: Path) -> dict[Path, dict[str, bytes]]:
        for path in files:
            os.setxattr(path, "system.posix_acl_access", access_list(0o640, reader=60601))
            os.setxattr(path, "trusted.note", b"\xff of the site")
        return {path: attributes_of(path) for path in files}

    def test_access_lists_and_attributes_stay(self) -> None:
        SSHD_CONFIG.write_text("HostKey /etc/ssh/ssh_host_ed25519_key\n")
        noted = self.note_on(SSH_STACK, SSHD_CONFIG)
        self.assertLessEqual({"system.posix_acl_access", "trusted.note"}, set(noted[SSH_STACK]))
        for end in (lambda: None, lambda: os.removexattr(SSH_STACK, "system.posix_acl_access")):
            self.set_up_ssh()
            self.assertEqual(noted, {path: attributes_of(path) for path in noted})
            end()
            self.assert_status(DONE, run("setup", "undo", "--yes", "--force"))
            self.assertEqual(noted, {path: attributes_of(path) for path in noted})

    def test_an_access_list_comes_back_with_a_file_that_was_removed(self) -> None:
        access = self.note_on(SSH_STACK)[SSH_STACK]["system.posix_acl_access"]
        self.set_up_ssh()
        SSH_STACK.unlink()
        self.assert_status(DONE, run("setup", "undo", "--yes", "--force"))
        self.assertEqual(access, attributes_of(SSH_STACK)["system.posix_acl_access"])

    def test_the_sweep_can_take_back_with_the_few_powers_and_places_of_its_unit(self) -> None:
        unit = (paths.PACKAGING / "systemd/twinlock-sweep.service").read_text()
        powers = re.findall("(?m)^CapabilityBoundingSet=(.*)", unit)[0].split()
        bounding = ",".join(["-all", *("+" + power.removeprefix("CAP_").lower() for power in powers)])
        self.assertIn("\nProtectSystem=strict\n", unit)
        writable = " ".join(re.findall("(?m)^ReadWritePaths=(.*)", unit)).replace("-/", "/")
        noted = self.note_on(SSH_STACK)
        shutil.chown(SSH_STACK, 0, 60601)
        self.before = everything_below(SSH, SAMBA, PAM)
        self.set_up_ssh()
        self.set_up_samba()
        self.make_due()
        subprocess.run(["unshare", "--mount", "sh", "-ec", READ_ONLY.format(writable=writable), "sh", "setpriv",
                        f"--bounding-set={bounding}", "--no-new-privs", paths.COMMAND, "sweep"], check=True)
        self.assert_as_before()
        self.assertEqual([], list(JOURNAL.glob("*.json")))
        self.assertEqual(noted[SSH_STACK]["system.posix_acl_access"], os.getxattr(SSH_STACK, "system.posix_acl_access"))
        self.assertEqual(2, [line["event"] for line in twinlock.audit_lines()].count("setup_rolled_back"))

    def test_what_a_directory_gives_to_new_files_is_not_given_to_replaced_ones(self) -> None:
        os.setxattr(PAM, "system.posix_acl_default", access_list(0o644, reader=60601))
        self.addCleanup(os.removexattr, PAM, "system.posix_acl_default")
        self.set_up_ssh()
        self.assertEqual({}, {name: value for name, value in attributes_of(SSH_STACK).items() if "acl" in name})
        self.assertEqual(0o100644, SSH_STACK.stat().st_mode)

    def test_each_edited_file_is_kept_also_in_the_same_second(self) -> None:
        now = datetime.now(timezone.utc)
        self.set_up_ssh()
        for seconds in range(60):
            time = (now + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
            (JOURNAL / f"etc-pam.d-sshd.edited-{time}").write_text("an older one\n")
        SSH_STACK.write_text("auth required pam_deny.so\n")
        self.assert_status(DONE, run("setup", "undo", "--yes", "--force"))
        self.assertIn("auth required pam_deny.so\n", [file.read_text() for file in JOURNAL.glob("*.edited-*")])

    def test_an_edited_file_is_kept_once_however_often_it_is_tried(self) -> None:
        self.set_up_ssh()
        self.make_due()
        SSH_STACK.write_text("auth required pam_deny.so\n")
        SSH_DROP_IN.unlink()
        (SSH_DROP_IN / "in-the-way").mkdir(parents=True)
        for _ in range(3):
            self.assert_status(STORE, run("sweep"))
            SSH_STACK.write_text("auth required pam_deny.so\n")
        self.assertEqual(1, len(list(JOURNAL.glob("etc-pam.d-sshd.edited-*"))))
        shutil.rmtree(SSH_DROP_IN)


class JournalInTrouble(Scenario):
    def test_one_that_is_gone_keeps_no_rollback(self) -> None:
        self.set_up_ssh("--confirm-within", "4s")
        watcher = self.watcher()
        shutil.rmtree(JOURNAL)
        self.await_condition(self.is_as_before)
        wait_for_end(watcher)
        self.assertEqual([], list(JOURNAL.glob("*.json")))

    def test_one_elsewhere_is_found_where_the_configuration_is_broken(self) -> None:
        self.addCleanup(shutil.rmtree, STATE, ignore_errors=True)
        good = f'[store]\nstate_dir = "{STATE}"\n'
        for broken in (good + "nonsense = 1\n", good + "[[[\n"):
            for act in (("sweep",), ("setup", "undo", "--if-due"), ("setup", "undo", "--yes")):
                with self.config(good):
                    self.set_up_ssh()
                self.make_due(STATE / "setup")
                with self.config(broken):
                    run(*act)
                self.assert_as_before()
                with self.config(good):
                    self.assertEqual([], list((STATE / "setup").glob("*.json")))

    def test_one_elsewhere_can_be_named(self) -> None:
        self.addCleanup(shutil.rmtree, STATE, ignore_errors=True)
        with self.config(f'[store]\nstate_dir = "{STATE}"\n'):
            self.set_up_ssh()
        self.assert_status(DONE, run("setup", "undo", "--yes", "--journal", str(STATE / "setup")))
        self.assert_as_before()

    def test_its_lock_is_free_though_the_kernel_cannot_close_all_descriptors_at_once(self) -> None:
        trace = ["strace", "--quiet=all", "--follow-forks", "--output=/dev/null", "--trace=close_range",
                 "--inject=close_range:error=ENOSYS"]
        with subprocess.Popen([*trace, paths.COMMAND, "setup", "ssh", "--yes"], stdout=subprocess.DEVNULL) as traced:
            try:
                self.await_condition(lambda: '"waiting"' in "".join(file.read_text() for file in JOURNAL.glob("*.json")))
                watcher = self.watcher()
                with open(JOURNAL / "lock", "rb") as lock:
                    self.await_condition(lambda: can_lock(lock.fileno()), 5)
                held = [os.readlink(fd) for fd in Path(f"/proc/{watcher}/fd").iterdir()]
                self.assertNotIn(str(JOURNAL / "lock"), held)
            finally:
                self.end_countdowns()  # else strace would wait for it
                traced.wait(20)


def can_lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(fd, fcntl.LOCK_UN)
    return True


def access_list(mode: int, reader: int) -> bytes:
    """As acl(5) and linux/posix_acl_xattr.h lay it out: version 2; tag, permissions, id."""
    nobody = 0xFFFFFFFF
    rows = [(0x01, mode >> 6 & 7, nobody), (0x02, 4, reader), (0x04, mode >> 3 & 7, nobody), (0x10, mode >> 3 & 7, nobody),
            (0x20, mode & 7, nobody)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *row) for row in rows)


def attributes_of(path: Path) -> dict[str, bytes]:
    return {name: os.getxattr(path, name) for name in os.listxattr(path)}
