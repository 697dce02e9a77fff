"""twinlock doctor: records, files, module and timers of the machine."""

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

from support import accounts, paths, twinlock
from support.accounts import ALICE
from support.command import CONFIG_FILE, USERS, run
from support.doctor_scenario import LAST_BACKUP, DoctorScenario


class House(DoctorScenario):
    def test_no_backup_for_a_week_or_ever(self) -> None:
        self.back_up(timedelta(days=8))
        self.assert_found("backup.age", result="warn", says="older than 7 days")
        LAST_BACKUP.write_text("[]")
        self.assert_found("backup.age")
        LAST_BACKUP.unlink()
        self.assert_found("backup.age", says="no backup yet")

    def test_a_module_of_another_version(self) -> None:
        version = run("--version").output.split()[1]
        mark = b"twinlock-module-version="
        for stands in (mark + b"9" * len(version), mark[::-1] + version.encode()):
            module = Path("/run/modules", paths.MODULE.name)
            former = module.read_bytes()
            self.assertIn(mark + version.encode() + b"\0", former)
            module.write_bytes(former.replace(mark + version.encode(), stands))
            try:
                self.assert_found("module.version", result="warn", says=version)
            finally:
                module.write_bytes(former)

    def test_a_sweep_that_is_no_longer_done(self) -> None:
        last = Path("/run/twinlock/sweep/last")
        self.addCleanup(last.write_text, last.read_text())
        last.write_text(str(int(last.read_text()) - 11 * 60 * 1000))
        self.assert_found("sweep.age", result="warn", says="11 minutes ago")
        last.write_text("9" * 18)  # of a start before this one
        self.assert_found("sweep.age", result="warn", says="since the machine was started")
        last.unlink()
        self.assert_found("sweep.age", result="warn")
        twinlock.run("sweep")
        self.assertEqual({}, self.findings())

    def test_timers_where_systemd_runs(self) -> None:
        Path("/run/systemd/system").mkdir(parents=True)
        self.addCleanup(shutil.rmtree, "/run/systemd")
        passphrase = Path("/etc/twinlock/backup-passphrase")
        self.write(passphrase, "a long one\n")
        works = {"is-active twinlock-sweep.timer": "active", "is-enabled twinlock-sweep.timer": "enabled",
                 "is-enabled twinlock-backup.timer": "enabled"}
        for changed, ids in (({}, []), ({"is-active twinlock-sweep.timer": "inactive"}, ["sweep.timer"]),
                             ({"is-enabled twinlock-sweep.timer": "disabled"}, ["sweep.timer"]),
                             ({"is-enabled twinlock-backup.timer": "disabled"}, [])):
            cases = "".join(f'"{words}") echo {answer} ;;\n' for words, answer in {**works, **changed}.items())
            with self.subTest(changed), self.stand_in("systemctl", f'case "$*" in\n{cases}esac'):
                self.assert_found(*ids) if ids else self.assertEqual({}, self.findings())
        self.back_up(timedelta(days=3))
        with self.stand_in("systemctl", f'case "$*" in\n{cases}esac'):
            self.assert_found("backup.timer", result="warn", says="not enabled")
        passphrase.rename("/etc/twinlock/away")
        self.addCleanup(Path("/etc/twinlock/away").rename, passphrase)
        with self.stand_in("systemctl", 'case "$1" in is-active) echo active ;; *) echo enabled ;; esac'):
            self.assert_found("backup.timer", result="warn", says="finds no /etc/twinlock/backup-passphrase")

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
                                (Path("/run/twinlock"), 0o777, ["files.owners"]), (Path("/run"), 0o1777, ["files.owners"])):
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

    def test_a_setup_that_cannot_be_read(self) -> None:  # one that waits: test_setup_rollback.py
        journal = Path("/var/lib/twinlock/setup")
        journal.mkdir(mode=0o700)
        self.addCleanup(shutil.rmtree, journal)
        (journal / "ssh-1.json").write_text("{}")
        (journal / "ssh-1.json").chmod(0o600)
        self.assert_found("setup.pending", result="warn", says="ssh-1.json")
