"""The chain goes on across a real logrotate with the shipped file, compressed ones included."""

import datetime
import gzip
import subprocess
from pathlib import Path

from support import paths, syslog
from support.audit_log import AuditScenario, ahead, append, line
from support.command import AUDIT_LOG, STORE, run
from support.twinlock import run_json

RULES = Path("/run/logrotate.conf")
STATE = Path("/run/logrotate.state")


class Rotation(AuditScenario):
    def setUp(self) -> None:
        super().setUp()
        text = (paths.PACKAGING / "logrotate.d/twinlock").read_text()
        RULES.write_text(text.replace("/usr/bin/twinlock", str(paths.COMMAND)))
        RULES.chmod(0o644)

    def rotate(self, rules: str = "") -> None:
        RULES.write_text(rules or RULES.read_text())
        subprocess.run([paths.LOGROTATE, "--force", "--state", STATE, RULES], check=True, capture_output=True, timeout=60)

    def rotated_thrice(self) -> None:
        for number in (1, 3, 5):
            append(number, number + 1)
            self.sweep()
            append(number + 100)  # what postrotate's sweep seals in the file that has moved on
            self.rotate()
        append(7)
        self.sweep()

    def file(self, suffix: str) -> Path:
        return AUDIT_LOG.with_name("audit.log" + suffix)

    def test_a_whole_chain(self) -> None:
        self.rotated_thrice()
        self.assertEqual(["audit.log", "audit.log.1", "audit.log.2.gz", "audit.log.3.gz"],
                         sorted(path.name for path in AUDIT_LOG.parent.iterdir()))
        answer = self.assert_ok()
        self.assertEqual((10, 7, 0), (answer["lines"], answer["seals"], answer["unsealed"]))
        self.assertEqual([1, 2, 101, 3, 4, 103, 5, 6, 105, 7], [entry["token"] for entry in run_json("audit", "show")])
        self.assertEqual(4, len(syslog.collected().matching("audit head ")))  # the day's first, and each new file's

    def test_with_dates_in_the_names(self) -> None:
        for number in (1, 2):
            append(number)
            self.rotate(RULES.read_text().replace("weekly", "weekly\n dateext\n dateformat -%Y%m%d-%s")
                        if number == 1 else RULES.read_text().replace("-%s", "-%s0"))
        append(3)
        self.sweep()
        self.assertEqual((3, 3), (self.assert_ok()["lines"], self.assert_ok()["seals"]))

    def test_without_a_sweep_in_between(self) -> None:
        rules = RULES.read_text().replace(f"{paths.COMMAND} sweep", "true")
        append(1)
        self.sweep()
        for number in (2, 3):
            append(number)
            self.rotate(rules.replace("    compress\n", ""))
        append(4)
        self.assertEqual(3, self.assert_ok()["unsealed"])
        self.sweep()
        self.assertEqual((4, 4, 0), tuple(self.assert_ok()[key] for key in ("lines", "seals", "unsealed")))

    def test_a_missing_file(self) -> None:
        self.rotated_thrice()
        for suffix, gap, behind in ((".1", "seals 5 to 6 are missing", ""), (".2.gz", "seals 3 to 4", ".1"),
                                    (".3.gz", "seals 1 to 2", ".2.gz")):
            with self.subTest(suffix):
                path = self.file(suffix)
                content = path.read_bytes()
                path.unlink()
                self.assert_found("fail", gap, self.file(behind))
                path.write_bytes(content)
                path.chmod(0o600)
                self.assert_ok()

    def test_a_line_changed_in_a_compressed_file(self) -> None:
        self.rotated_thrice()
        path = self.file(".3.gz")
        path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"accepted", b"replayed", 1)))
        self.assert_found("fail", "were changed", path, "1-2")

    def test_lines_added_to_a_finished_file(self) -> None:
        self.rotated_thrice()
        with self.file(".1").open("a") as log:
            log.write(line(99))
        self.assert_found("fail", "1 line behind the last seal of a file that was finished", self.file(".1"), "6")

    def test_a_compressed_file_that_was_cut_short(self) -> None:
        self.rotated_thrice()
        path = self.file(".2.gz")
        path.write_bytes(path.read_bytes()[:-20])
        self.assert_found("fail", "cannot be read to its end", path)

    def test_a_file_that_stands_there_twice(self) -> None:
        self.rotated_thrice()
        copy = self.file(".9")
        copy.write_bytes(self.file(".1").read_bytes())
        copy.chmod(0o600)
        self.assertEqual("fail", self.verify()["result"])

    def test_an_older_copy_as_the_current_file(self) -> None:
        self.rotated_thrice()
        AUDIT_LOG.unlink()
        AUDIT_LOG.write_bytes(self.file(".1").read_bytes())
        AUDIT_LOG.chmod(0o600)
        self.assertEqual("fail", self.verify()["result"])
        self.sweep(STORE)
        self.assert_found("fail", "the chain was found broken")

    def test_lines_that_were_compressed_before_they_were_sealed_are_told(self) -> None:
        append(1)
        self.sweep()
        append(2)
        AUDIT_LOG.rename(self.file(".1"))
        subprocess.run(["gzip", self.file(".1")], check=True)
        append(3)
        words = f"{self.file('.1.gz')} was compressed before its last lines were sealed"
        self.assertIn(words, self.sweep(STORE).messages)
        self.sweep()  # once is enough
        append(4)
        self.sweep()
        self.assert_found("fail", f"the chain was found broken .*{words}")

    def test_what_others_put_beside_is_no_part_of_it(self) -> None:
        """Names that no rotation gives: nothing of them is read, sealed, believed or removed."""
        self.rotated_thrice()
        old = line(99, moment=datetime.datetime(2020, 1, 31, tzinfo=datetime.UTC))
        strange = [self.file(suffix) for suffix in (".bak", "~", ".gz", ".1.bak", ".1~", "-old", "s", ".1.gz.tmp", ".1,v",
                                                    ".x1", ".", "1")]
        for path in strange:
            path.write_text(old)
            path.chmod(0o666)
        self.file(".orig").symlink_to(strange[0])
        self.file(".d").mkdir()
        self.addCleanup(self.file(".d").rmdir)
        append(8)
        self.sweep()
        answer = self.assert_ok()
        self.assertEqual((11, 8), (answer["lines"], answer["seals"]))
        self.assertNotIn(99, [entry["token"] for entry in run_json("audit", "show")])
        run("audit", "purge", "--older-than", "0", "--yes")
        self.assertEqual({old}, {path.read_text() for path in strange})
        self.assert_ok()

    def test_a_file_that_is_just_being_compressed_counts_once(self) -> None:
        self.rotated_thrice()
        half = self.file(".1.gz")
        half.write_bytes(gzip.compress(self.file(".1").read_bytes())[:40])
        half.chmod(0o600)
        self.assertEqual((10, 7), tuple(self.assert_ok()[key] for key in ("lines", "seals")))
        append(8)
        self.sweep()
        self.assertEqual(8, self.assert_ok()["seals"])

    def test_a_log_that_was_put_back_from_a_backup(self) -> None:
        """Other inodes, same content: the chain goes on."""
        self.rotated_thrice()
        for path in list(AUDIT_LOG.parent.iterdir()):
            fresh = path.with_name("fresh")
            fresh.write_bytes(path.read_bytes())
            fresh.chmod(0o600)
            fresh.rename(path)
        append(8)
        self.sweep()
        self.assertEqual(8, self.assert_ok()["seals"])

    def test_a_purge_removes_whole_files_and_cuts_a_compressed_one(self) -> None:
        self.rotated_thrice()
        append(50)
        self.sweep(prefix=ahead("10d"))
        self.rotate()
        append(51)
        self.sweep(prefix=ahead("20d"))
        self.rotate()
        answer = run("audit", "purge", "--older-than", "5d", "--yes", "--json", prefix=ahead("12d")).json()
        self.assertEqual(3, len(answer["files"]), answer)
        self.assertEqual([50, 51], [entry["token"] for entry in run_json("audit", "show", "--event", "login")])
        self.sweep(prefix=ahead("20d"))
        self.assert_ok()
