"""twinlock audit verify finds whatever was done to a sealed log, and tells it from what crashes do."""

import contextlib
import datetime
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

from support import syslog
from support.accounts import ALICE
from support.audit_log import AuditScenario, append, derived_key, is_seal, line, mac_of, seals
from support.command import AUDIT_HEAD, AUDIT_LOG, CONFIG, DONE, NOT_PERMITTED, STORE, USAGE, run

KEY_FILE = Path("/etc/twinlock/key")


class Seals(AuditScenario):
    def test_are_what_python_computes_from_the_key_file(self) -> None:
        self.sealed_log(2, 3)
        text = AUDIT_LOG.read_text().splitlines(keepends=True)
        key = derived_key("twinlock audit seal 1")
        previous, stretch = "0" * 64, ""
        for each in text:
            if not is_seal(each):
                stretch += each
                continue
            seal = json.loads(each)
            self.assertEqual(mac_of(each, key), seal["mac"])
            self.assertEqual(hashlib.sha256(stretch.encode()).hexdigest(), seal["digest"])
            self.assertEqual((previous, 3, 0), (seal["previous"], seal["lines"], seal["missed"]))
            self.assertRegex(each, r'^\{"time":".{20}","event":"seal","sequence":')
            previous, stretch = seal["mac"], ""
        head = AUDIT_HEAD.read_text()
        self.assertEqual(mac_of(head, derived_key("twinlock audit head 1")), json.loads(head)["mac"])
        self.assertEqual((2, previous), (json.loads(head)["sequence"], json.loads(head)["seal"]))
        self.assertEqual(0o600, AUDIT_HEAD.stat().st_mode & 0o777)

    def test_nothing_new_writes_nothing(self) -> None:
        self.sealed_log()
        before = AUDIT_LOG.read_bytes(), AUDIT_HEAD.read_bytes()
        self.assertEqual(0, json.loads(run("sweep", "--json").output)["sealed"])
        self.assertEqual(before, (AUDIT_LOG.read_bytes(), AUDIT_HEAD.read_bytes()))

    def test_a_whole_log_is_told_in_numbers(self) -> None:
        self.sealed_log(3, 4)
        answer = self.assert_ok()
        self.assertEqual(["result", "lines", "seals", "unsealed", "missed", "first", "last", "head", "purged", "findings"], list(answer))
        self.assertEqual((12, 3, 0, 0, []), tuple(answer[key] for key in ("lines", "seals", "unsealed", "missed", "findings")))
        self.assertEqual({"sequence": 3, "mac": seals()[-1]["mac"]}, answer["head"])
        self.assertEqual([json.loads(line_)["time"] for line_ in (AUDIT_LOG.read_text().splitlines()[i] for i in (0, -2))],
                         [answer["first"], answer["last"]])

    def test_lines_that_wait_for_the_next_sweep_are_no_fault(self) -> None:
        self.sealed_log()
        append(90, 91)
        answer = self.assert_ok()
        self.assertEqual(2, answer["unsealed"])
        self.assertEqual([("ok", "2 lines not sealed yet")], [(f["result"], f["what"]) for f in answer["findings"]])

    def test_nothing_at_all_is_ok(self) -> None:
        self.assertEqual((0, None), (self.assert_ok()["lines"], self.assert_ok()["head"]))

    def test_the_days_first_head_goes_to_syslog(self) -> None:
        self.sealed_log(2)
        heads = syslog.collected().matching("audit head ")
        self.assertEqual(1, len(heads), heads)
        self.assertIn(f"audit head 1:{seals()[0]['mac']}", heads[0])


class Alterations(AuditScenario):
    """Lines 1-4, seal in 5, 6-9, seal in 10, 11-14, seal in 15."""

    def setUp(self) -> None:
        super().setUp()
        self.lines = self.sealed_log()

    def write(self, lines: list[str]) -> None:
        AUDIT_LOG.write_text("".join(lines))

    def test_a_changed_line(self) -> None:
        for at in (0, 7, 13):
            with self.subTest(at):
                lines = list(self.lines)
                lines[at] = lines[at].replace("accepted", "replayed")
                self.write(lines)
                first = at // 5 * 5 + 1
                self.assert_found("fail", "were changed", lines=f"{first}-{first + 3}")

    def test_a_removed_line(self) -> None:
        for at in (0, 7, 13):
            with self.subTest(at):
                self.write(self.lines[:at] + self.lines[at + 1:])
                self.assert_found("fail", "1 sealed line missing here")

    def test_swapped_lines(self) -> None:
        lines = list(self.lines)
        lines[6], lines[7] = lines[7], lines[6]
        self.write(lines)
        self.assert_found("fail", "another order", lines="6-9")
        lines = list(self.lines)
        lines[0], lines[7] = lines[7], lines[0]
        self.write(lines)
        self.assert_found("fail", "another order", lines="1-4")

    def test_an_inserted_line(self) -> None:
        self.write([*self.lines[:7], line(99), *self.lines[7:]])
        self.assert_found("fail", "1 line here that no seal covers", lines="6-10")
        self.write([line(99), *self.lines])
        self.assert_found("fail", "1 line here that no seal covers", lines="1-5")

    def test_an_end_that_was_cut_off(self) -> None:
        for left in (14, 10, 7, 5, 1, 0):
            with self.subTest(left):
                self.write(self.lines[:left])
                self.assert_found("fail", r"seals? .*3 (is|are) missing: the end of the log was cut off")

    def test_a_whole_log_that_was_removed(self) -> None:
        AUDIT_LOG.unlink()
        self.assert_found("fail", "seals 1 to 3 are missing")

    def test_a_removed_seal(self) -> None:
        self.write(self.lines[:9] + self.lines[10:])
        self.assert_found("fail", "seal 2 is missing", lines="6-14")

    def test_a_removed_stretch(self) -> None:
        self.write(self.lines[:5] + self.lines[10:])
        self.assert_found("fail", "seal 2 is missing")

    def test_swapped_stretches(self) -> None:
        self.write(self.lines[5:10] + self.lines[:5] + self.lines[10:])
        self.assert_found("fail", "seal 1 is missing")

    def test_a_stretch_that_stands_there_twice(self) -> None:
        self.write(self.lines[:10] + self.lines[5:])
        self.assert_found("fail", "seal 2 comes a second time")

    def test_a_seal_that_was_changed(self) -> None:
        lines = list(self.lines)
        lines[9] = lines[9].replace('"lines":4', '"lines":3')
        self.write(lines)
        self.assert_found("fail", "the seal was changed, or is forged", lines="10")

    def test_a_seal_forged_with_another_key(self) -> None:
        lines = list(self.lines)
        lines[7] = lines[7].replace("accepted", "replayed")
        seal = json.loads(lines[9])
        seal["digest"] = hashlib.sha256("".join(lines[5:9]).encode()).hexdigest()
        text = json.dumps(seal, separators=(",", ":"))
        seal["mac"] = mac_of(text, b"k" * 32)
        lines[9] = json.dumps(seal, separators=(",", ":")) + "\n"
        self.write(lines)
        self.assert_found("fail", "forged", lines="10")

    def test_another_key_file(self) -> None:
        former = KEY_FILE.read_text()
        self.addCleanup(KEY_FILE.write_text, former)
        KEY_FILE.write_text(re.sub(r"(?m)^(audit .* )[0-9a-f]{64}$", rf"\g<1>{'ab' * 32}", former))
        self.assert_found("fail", "none of its seals was made with this server's audit key")

    def test_an_older_copy_in_its_place(self) -> None:
        older = Path("/run/older.log")
        shutil.copy(AUDIT_LOG, older)
        append(20)
        self.sweep()
        AUDIT_LOG.unlink()
        shutil.copy(older, AUDIT_LOG)
        AUDIT_LOG.chmod(0o600)
        self.assert_found("fail", "seal 4 is missing: the end")

    def test_an_older_head(self) -> None:
        head = AUDIT_HEAD.read_bytes()
        for number in (20, 21):
            append(number)
            self.sweep()
        AUDIT_HEAD.write_bytes(head)
        self.assert_found("fail", "is older than the log", AUDIT_HEAD)

    def test_a_removed_head(self) -> None:
        AUDIT_HEAD.unlink()
        self.assert_found("fail", "is missing", AUDIT_HEAD)

    def test_a_changed_head(self) -> None:
        AUDIT_HEAD.write_text(AUDIT_HEAD.read_text().replace('"sequence":3', '"sequence":2'))
        self.assert_found("fail", "is damaged", AUDIT_HEAD)

    def test_a_file_that_was_put_beside(self) -> None:
        beside = AUDIT_LOG.with_name("audit.log.7")
        beside.write_text(line(99))
        beside.chmod(0o600)
        self.assert_found("fail", "is not a part of the chain", beside)

    def test_the_noted_head_must_be_there(self) -> None:
        noted = [f"{seal['sequence']}:{seal['mac']}" for seal in seals()]
        for head in noted:
            self.assertEqual("ok", self.verify("--head", head)["result"])
        AUDIT_HEAD.unlink()
        AUDIT_LOG.unlink()
        append(1)
        self.sweep()  # whoever removes all and lets it begin anew is found by what was noted elsewhere
        self.assertEqual("ok", self.verify()["result"])
        self.assertEqual("fail", self.verify("--head", noted[2])["result"])
        for bad in ("3", "3:", f"x:{'0' * 64}", f"3:{'0' * 63}", ":"):
            self.assert_fails(USAGE, "audit", "verify", "--head", bad)


class NeverSealed(AuditScenario):
    LONG_AGO = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=3)

    def test_a_log_whose_head_and_seals_were_removed_is_told_by_its_age(self) -> None:
        append(1, 2, moment=self.LONG_AGO)
        self.sweep()
        self.assert_found("warn", "were first sealed at", lines="1-3")
        lines = AUDIT_LOG.read_text().splitlines(keepends=True)
        AUDIT_HEAD.unlink()
        AUDIT_LOG.write_text("".join(["\n", *lines[:1]]))
        self.sweep()
        self.assert_found("warn", "these lines, from .* on, were first sealed at", lines="1-3")
        run("audit", "purge", "--older-than", "0", "--yes")
        self.assert_ok()

    def test_older_files_that_were_there_from_the_first_seal_on_are_a_part(self) -> None:
        for days, suffix in ((25, ".2"), (14, ".1"), (0, "")):
            append(days, moment=datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days))
            AUDIT_LOG.rename(AUDIT_LOG.with_name("audit.log" + suffix))
        self.sweep()
        self.assert_found("warn", "were first sealed at", AUDIT_LOG.with_name("audit.log.2"))

    def test_a_file_that_was_put_beside_does_not_become_a_part(self) -> None:
        self.sealed_log(1)
        AUDIT_LOG.rename(AUDIT_LOG.with_name("audit.log.1"))
        beside = AUDIT_LOG.with_name("audit.log.7")
        beside.write_text("\n" + line(99, moment=self.LONG_AGO))
        beside.chmod(0o600)
        append(50)
        self.assertIn("audit.log.7, which was never sealed, is older than the last seal", self.sweep(STORE).messages)
        self.assert_found("fail", "the chain was found broken", beside)


class Breaks(AuditScenario):
    """What sweep itself finds broken stays told."""

    def assert_marked(self, words: str) -> None:
        done = self.sweep(STORE)
        self.assertIn(words, done.messages)
        self.assertEqual(1, len(syslog.collected().matching(f"is not as it was sealed: .*{words}")))
        self.sweep()  # once is enough
        append(70)
        self.sweep()
        self.assert_found("fail", f"the chain was found broken .*{words}")

    def setUp(self) -> None:
        super().setUp()
        self.lines = self.sealed_log()

    def test_head_and_end_removed_together(self) -> None:
        AUDIT_HEAD.unlink()
        AUDIT_LOG.write_text("".join(self.lines[:10]))
        append(50)
        self.assert_marked("the head was missing")

    def test_an_end_that_was_cut_off(self) -> None:
        AUDIT_LOG.write_text("".join(self.lines[:12]))
        self.assert_marked("seal 3, which the head named, was not in the log")

    def test_a_log_that_was_removed(self) -> None:
        AUDIT_LOG.unlink()
        self.assert_marked("seal 3, which the head named")

    def test_an_older_head(self) -> None:
        head = AUDIT_HEAD.read_bytes()
        for number in (20, 21):
            append(number)
            self.sweep()
        AUDIT_HEAD.write_bytes(head)
        self.assert_marked("the head was older than the log")

    def test_a_forged_seal_behind_the_last(self) -> None:
        forged = {**json.loads(self.lines[-1]), "sequence": 4}
        append(50)
        with AUDIT_LOG.open("a") as log:
            log.write(json.dumps(forged, separators=(",", ":")) + "\n")
        self.assert_marked("seal 4 stood where it does not belong, or is forged")

    def test_end_with_a_purge_by_an_administrator(self) -> None:
        AUDIT_HEAD.unlink()
        self.assert_marked("the head was missing")
        answer = json.loads(run("audit", "purge", "--older-than", "0", "--yes", "--json").output)
        self.assertEqual("the head was missing", answer["break"])
        self.assert_ok()


class Crashes(AuditScenario):
    def test_a_seal_that_the_head_does_not_name_yet_is_adopted(self) -> None:
        self.sealed_log(2)
        head = AUDIT_HEAD.read_bytes()
        append(40)
        self.sweep()
        AUDIT_HEAD.write_bytes(head)
        self.assert_ok()
        append(41)
        self.sweep()
        self.assertEqual(4, self.assert_ok()["seals"])

    def test_a_torn_seal_is_a_torn_line(self) -> None:
        lines = self.sealed_log(2)
        append(40)
        with AUDIT_LOG.open("a") as log:
            log.write(lines[-1][:200])
        self.assert_found("warn", "a torn line", lines="12")
        self.sweep()
        append(41)
        self.sweep()
        self.assert_found("warn", "the disk was full, or the writer was killed", lines="12")

    def test_a_torn_end_after_an_unclean_stop(self) -> None:
        self.sealed_log(2)
        self.as_if_rebooted()
        with AUDIT_LOG.open("a") as log:
            log.write(line(30)[:50] + "\0" * 100)
        self.assert_found("warn", "the machine stopped before", lines="11")
        self.sweep()
        self.assert_found("warn", "the machine stopped before", lines="11")

    def test_a_sealed_stretch_that_never_reached_the_disk(self) -> None:
        """The seal is on the disk and the lines under it are not, nor is the head: the machine stopped in between."""
        self.older_head_and_restart()
        text = AUDIT_LOG.read_text().splitlines(keepends=True)
        text[10] = "\0" * (len(text[10]) - 1) + "\n"
        AUDIT_LOG.write_text("".join(text))
        self.assert_found("warn", "the machine stopped")
        append(42)
        self.sweep()
        self.assert_found("warn", "the machine stopped")

    def older_head_and_restart(self) -> None:
        """The head of before the third seal, over 40 and 41, is put back, and the machine is started again."""
        self.sealed_log(2)
        head = AUDIT_HEAD.read_bytes()
        append(40, 41)
        self.sweep()
        AUDIT_HEAD.write_bytes(head)
        self.as_if_rebooted()

    def test_lines_that_were_changed_are_no_crash(self) -> None:
        self.older_head_and_restart()
        AUDIT_LOG.write_text(AUDIT_LOG.read_text().replace('"token":40', '"token":39'))
        self.assert_found("fail", "were changed", lines="11-12")
        self.assertIn("the lines under seal 3 were changed", self.sweep(STORE).messages)
        self.assert_found("fail", "the chain was found broken")

    def test_lines_that_were_added_are_no_crash_either(self) -> None:
        self.older_head_and_restart()
        text = AUDIT_LOG.read_text().splitlines(keepends=True)
        AUDIT_LOG.write_text("".join([*text[:10], "\0\n", *text[10:]]))
        self.assert_found("fail", "1 line here that no seal covers")

    def test_a_seal_that_no_head_names_yet_is_adopted_from_a_compressed_file(self) -> None:
        self.sealed_log(1)
        head = AUDIT_HEAD.read_bytes()
        append(40)
        self.sweep()
        AUDIT_HEAD.write_bytes(head)
        rotated = AUDIT_LOG.with_name("audit.log.1")
        AUDIT_LOG.rename(rotated)
        subprocess.run(["gzip", rotated], check=True)
        append(41)
        self.sweep()
        self.assertEqual(3, self.assert_ok()["seals"])

    def test_where_only_the_head_cannot_be_written_nothing_is_sealed(self) -> None:
        small = Path("/run/small")
        small.mkdir()
        self.addCleanup(small.rmdir)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k,mode=700", "tmpfs", small], check=True)
        self.addCleanup(subprocess.run, ["umount", small], check=True)
        with self.config(f'[store]\nstate_dir = "{small}"\n'):
            self.sealed_log(1)
            with contextlib.suppress(OSError), (small / "filler").open("wb", buffering=0) as filler:
                while True:
                    filler.write(bytes(4096))
            for number in (40, 41, 42):
                append(number)
                self.sweep(STORE)
            self.assertEqual(1, len(seals()))
            head = (small / "audit.head").read_bytes()
            (small / "audit.head").unlink()
            self.sweep(STORE)
            self.assertEqual(1, len(seals()))
            (small / "filler").unlink()
            (small / "audit.head").write_bytes(head)
            (small / "audit.head").chmod(0o600)
            self.sweep()
            self.assertEqual(2, self.assert_ok()["seals"])

    def as_if_rebooted(self) -> None:
        """Every seal and the head as they would be from an earlier start of the machine, with MACs to match."""
        key, text, previous = derived_key("twinlock audit seal 1"), "", "0" * 64
        for each in AUDIT_LOG.read_text().splitlines(keepends=True):
            if is_seal(each):
                seal = {**json.loads(each), "boot": "00000000-0000-4000-8000-000000000000", "previous": previous}
                previous = seal["mac"] = mac_of(json.dumps(seal, separators=(",", ":")), key)
                each = json.dumps(seal, separators=(",", ":")) + "\n"
            text += each
        AUDIT_LOG.write_text(text)
        head = json.loads(AUDIT_HEAD.read_text())
        macs = {seal["sequence"]: seal["mac"] for seal in seals()}
        head.update(boot="00000000-0000-4000-8000-000000000000", seal=macs[head["sequence"]], offset=1)
        head["mac"] = mac_of(json.dumps(head, separators=(",", ":")), derived_key("twinlock audit head 1"))
        AUDIT_HEAD.write_text(json.dumps(head, separators=(",", ":")) + "\n")


class Circumstances(AuditScenario):
    COMMANDS = (["audit", "verify"], ["audit", "show"], ["audit", "export"], ["audit", "purge", "--yes"])

    def test_syslog_only_is_said(self) -> None:
        with self.config('[audit]\nfile = ""\n'):
            for words in self.COMMANDS:
                self.assertIn("syslog only", self.assert_fails(CONFIG, *words))
            self.assert_status(DONE, run("sweep"))
        self.assertFalse(AUDIT_HEAD.exists())

    def test_only_root_may(self) -> None:
        for words in self.COMMANDS:
            self.assert_status(NOT_PERMITTED, run(*words, prefix=["setpriv", f"--reuid={ALICE.uid}", "--clear-groups"]))

    def test_for_people(self) -> None:
        self.sealed_log()
        done = run("audit", "verify")
        self.assertRegex(done.output, r"\Aok: 12 lines, 3 seals, \S+Z to \S+Z\nhead 3:[0-9a-f]{64}\n\Z")
