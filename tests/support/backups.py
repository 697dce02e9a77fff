"""What the tests of backup and restore share. Only for use inside the sandbox."""

import contextlib
import hashlib
import json
import os
import shutil
import struct
import time
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from support import paths, twinlock, virtual_time
from support.command import DONE, CommandScenario, Done, run
from support.totp import Phone
from support.virtual_time import HOUR

PASSPHRASE = "correct horse battery"
FILE = Path("/run/twinlock.backup")
STATE = Path("/var/lib/twinlock")
ETC = Path("/etc/twinlock")
KEY_FILE = ETC / "key"
LAST = STATE / "last-backup"

HEADER_BYTES = 96
META, CONFIG, RECORD, KEYS, END = range(1, 6)


def back_up(*options: str, file: Path = FILE, stdin: str = f"{PASSPHRASE}\n", **how: Any) -> Done:
    return run("backup", file, "--json", *options, stdin=stdin, **how)


def restore(*options: str, file: Path = FILE, passphrase: str = PASSPHRASE, **how: Any) -> Done:
    return run("restore", file, "--yes", "--json", *options, stdin=f"{passphrase}\n", **how)


def lose_everything() -> None:
    """The disk of the server is gone."""
    for directory in (ETC, STATE, Path("/run/twinlock"), Path("/var/log/twinlock")):
        shutil.rmtree(directory, ignore_errors=True)


def snapshot(*directories: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below, with mode and content."""
    found = {}
    for directory in directories or (ETC, STATE):
        for path in sorted(directory.rglob("*")) if directory.exists() else []:
            found[str(path)] = (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"")
    return found


def verdict(user: str, code: str, **how: Any) -> str:
    return str(run("check", user, "--json", stdin=f"{code}\n", **how).json()["verdict"])


def opened(file: bytes, passphrase: str) -> Iterator[tuple[int, bytes]]:
    """(kind, content) of each item of a backup, by the table in cli/backup/backup_format.h alone."""
    magic, form, reserved, salt, verifier, digest = struct.unpack("<8sH6s16s32s32s", file[:HEADER_BYTES])
    assert (magic, form, reserved) == (b"TWINBACK", 1, bytes(6))
    assert digest == hashlib.sha256(file[:64]).digest()
    derived = hashlib.scrypt(passphrase.encode(), salt=salt, n=2**17, r=8, p=1, maxmem=192 << 20, dklen=64)
    assert derived[32:] == verifier
    index, at = 0, HEADER_BYTES
    while at < len(file):
        head = file[at:at + 5]
        kind, length = struct.unpack("<BI", head)
        sealed = file[at + 5:at + 5 + length + 16]
        nonce = bytes(4) + struct.pack("<Q", index)
        yield kind, AESGCM(derived[:32]).decrypt(nonce, sealed, digest + struct.pack("<Q", index) + head)
        index, at = index + 1, at + 5 + length + 16
    assert at == len(file)


class CheapPassphrases(unittest.TestCase):
    """Everything that is started derives keys from passphrases at a hundredth of the price (cheap_scrypt.cc)."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        os.environ["LD_PRELOAD"] = str(paths.BUILD / "tests/cheap_scrypt.so")
        cls.addClassCleanup(os.environ.pop, "LD_PRELOAD", None)

    @contextlib.contextmanager
    def full_price(self) -> Iterator[None]:
        library = os.environ.pop("LD_PRELOAD")
        try:
            yield
        finally:
            os.environ["LD_PRELOAD"] = library


class BackupScenario(CheapPassphrases, CommandScenario):
    """A machine with twinlock set up, nobody enrolled and no backup made."""

    def setUp(self) -> None:
        lose_everything()
        FILE.unlink(missing_ok=True)
        twinlock.run("init")
        super().setUp()
        self.addCleanup(FILE.unlink, missing_ok=True)

    def last_backup(self) -> Any:
        return json.loads(LAST.read_text()) if LAST.exists() else None


WINDOW = 1
# Codes that a device whose clock had drifted as far as is learnt could have had accepted before the restore.
STEPS_USED_UP = 10 + WINDOW


class RestoreScenario(BackupScenario):
    """It is always one moment, to which tests add."""

    def setUp(self) -> None:
        super().setUp()
        self.now = int(time.time()) // 30 * 30 + 5 + HOUR

    def at(self, seconds: float = 0) -> list[str]:
        return virtual_time.prefix(int(self.now + seconds))

    def back_up(self) -> None:
        self.assert_status(DONE, back_up(prefix=self.at()))

    def restore(self, *options: str, status: int = DONE) -> Done:
        return self.assert_status(status, restore(*options, prefix=self.at()))

    def outcome(self) -> dict[str, list[str]]:
        """What a restore did, without what it did not do."""
        answer = self.restore().json()
        return {key: value for key, value in answer.items() if value and key not in ("config", "key")}

    def verdict(self, user: str, code: str, seconds: float = 0) -> str:
        return verdict(user, code, prefix=self.at(seconds))

    def code(self, phone: Phone, seconds: float = 0) -> str:
        return phone.code_at(int(self.now + seconds))

    def log_in(self, user: str, phone: Phone, seconds: float = 0) -> str:
        """With the code of that moment, which is right and given back."""
        code = self.code(phone, seconds)
        self.assertEqual("accepted", self.verdict(user, code, seconds))
        return code

    def assert_all_used_up(self, user: str, phone: Phone) -> None:
        """All codes of now, also when they are tried at the moment that suits them best; and the first free one works."""
        for step in range(-WINDOW, STEPS_USED_UP + 1):
            moment = max(0, step) * 30
            self.assertEqual("replayed", self.verdict(user, self.code(phone, step * 30), moment), step)
        self.log_in(user, phone, (STEPS_USED_UP + 1) * 30)
