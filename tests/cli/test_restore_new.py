"""twinlock restore onto a machine that has lost everything."""

import shutil
from pathlib import Path

from support import totp, twinlock
from support.backups import ETC, FILE, KEY_FILE, RestoreScenario, lose_everything, snapshot
from support.command import AUDIT_LOG, CONFIG_FILE, DONE, NO, USERS, run
from support.twinlock import audit_lines, enrol, run_json
from support.virtual_time import HOUR, MINUTE


class OntoANewMachine(RestoreScenario):
    def test_brings_everything_back(self) -> None:
        with self.full_price():
            self.assert_brings_everything_back()

    def assert_brings_everything_back(self) -> None:
        CONFIG_FILE.write_text('issuer = "files.example.com"\n')
        before, key = CONFIG_FILE.read_bytes(), KEY_FILE.read_bytes()
        enrol("alice")
        enrol("bob")
        self.back_up()
        lose_everything()
        answer = self.restore().json()
        self.assertEqual({"created": ["alice", "bob"], "merged": [], "kept": [], "replaced": [], "tokens_disabled": [], "removed": [],
                          "rolled_back": [], "disabled": [], "failed": [], "config": "made", "key": "made"},
                         {**answer, "created": sorted(answer["created"])})
        self.assertEqual((before, key), (CONFIG_FILE.read_bytes(), KEY_FILE.read_bytes()))
        modes = {str(path): oct(path.stat().st_mode & 0o7777)
                 for path in (CONFIG_FILE, KEY_FILE, ETC, USERS.parent, USERS, AUDIT_LOG.parent, Path("/run/twinlock"))}
        lose_everything()
        twinlock.run("init")
        for path, mode in modes.items():
            self.assertEqual(oct(Path(path).stat().st_mode & 0o7777), mode, path)

    def test_where_config_says(self) -> None:
        enrol("alice")
        self.back_up()
        lose_everything()
        elsewhere = Path("/run/elsewhere/twinlock.conf")
        self.addCleanup(shutil.rmtree, elsewhere.parent)
        self.restore("--config", str(elsewhere))
        self.assertTrue(elsewhere.exists())
        self.assertFalse(CONFIG_FILE.exists())
        self.assertEqual(1, len(run_json("list", "--config", str(elsewhere))))

    def test_codes_of_phones(self) -> None:
        phone = enrol("alice")
        self.back_up()
        self.log_in("alice", phone, 30)  # after the backup, with the next window step
        lose_everything()
        self.restore()
        self.assert_all_used_up("alice", phone)

    def test_codes_of_a_phone_whose_clock_went_ahead_after_the_backup(self) -> None:
        phone = enrol("alice")
        self.now += 100
        self.back_up()
        used = []
        for login in range(6):  # each is one step further ahead than the one before
            moment = login * 30
            used.append((self.code(phone, moment + 30 * (login + 1)), moment + 30 * (login + 1)))
            self.assertEqual("accepted", self.verdict("alice", used[-1][0], moment))
        self.now += 5 * 30
        lose_everything()
        self.restore()
        for code, moment in used[2:]:  # the others are over
            self.assertEqual("replayed", self.verdict("alice", code, moment - 5 * 30), moment)

    def test_codes_of_counting_tokens(self) -> None:
        token = enrol("alice", "--hotp")
        codes = totp.counter_codes(token.secret, 30)
        self.back_up()
        self.assertEqual("accepted", self.verdict("alice", codes[0]))
        self.assertEqual("accepted", self.verdict("alice", codes[1]))
        lose_everything()
        self.restore()
        for code in codes[:12]:
            self.assertEqual("wrong_code", self.verdict("alice", code))
        self.assertEqual(DONE, run("token", "resync", "alice", "1", stdin=f"{codes[20]}\n{codes[21]}\n").status)
        for code in codes[:2]:
            self.assertNotEqual("accepted", self.verdict("alice", code))
        self.assertEqual("accepted", self.verdict("alice", codes[22]))

    def test_codes_on_paper(self) -> None:
        enrol("alice")
        codes = run_json("recovery", "alice")["recovery_codes"]
        self.assertEqual("accepted", self.verdict("alice", codes[0]))
        self.back_up()
        self.assertEqual("accepted", self.verdict("alice", codes[1]))
        lose_everything()
        self.restore()
        for code in codes[:3]:
            self.assertEqual("replayed", self.verdict("alice", code))
        self.assertEqual(0, run_json("show", "alice")["recovery_codes_left"])

    def test_leases_do_not_come_back(self) -> None:
        enrol("alice")
        twinlock.run("lease", "grant", "alice", "--address", "192.0.2.7", "--for", "12h")
        self.back_up()
        lose_everything()
        self.restore()
        self.assertEqual([], run_json("show", "alice")["leases"])

    def test_who_was_disabled_stays_out(self) -> None:
        phone = enrol("alice")
        twinlock.run("disable", "alice")
        self.back_up()
        lose_everything()
        self.restore()
        self.assertEqual("disabled", self.verdict("alice", self.code(phone, HOUR), HOUR))

    def test_is_written_down(self) -> None:
        enrol("alice")
        self.back_up()
        lose_everything()
        self.restore()
        lines = [(line["event"], line["user"], line["detail"]) for line in audit_lines()]
        self.assertEqual([("restore", "alice", "created"),
                          ("restore", None, f"1 new, 0 merged with the live record, 0 kept as they are, "
                                            f"0 unreadable and replaced; from {FILE}")], lines)

    def test_a_clock_that_is_behind_is_noticed(self) -> None:
        enrol("alice")
        self.back_up()
        lose_everything()
        self.now -= MINUTE
        error = self.restore(status=NO).error()
        self.assertTrue(error["why"].startswith("is behind: the backup was made at "), error)
        self.assertEqual({}, snapshot())
