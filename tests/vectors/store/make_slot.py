#!/usr/bin/env python3
"""Writes alice.slot: one slot made after the tables of store/slot.h and account/record_codec.h, by other programs
(Python's hmac and the package `cryptography`). Needed only when the format changes."""
import hashlib
import hmac
import pathlib
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MASTER = bytes(range(32))
NONCE = bytes(range(0xA0, 0xAC))
NAME = b"alice"

record = bytearray(7872)
record[0] = 1  # disabled
record[1] = 1  # bound to a uid
struct.pack_into("<IqqI", record, 2, 1000, 1_700_000_000, 1_700_000_600, 7)  # uid, created, last used, next token id

header = struct.pack("<8sHBBIQ", b"TWINLOCK", 1, 1, len(NAME), 0x00C0FFEE, 42)
header += NAME.ljust(255, b"\0") + b"\0" + NONCE + bytes(12)
assert len(header) == 304

key = hmac.new(MASTER, b"twinlock record 1\0" + NAME + b"\x01", hashlib.sha256).digest()  # RFC 5869 2.3, one block
slot = header + AESGCM(key).encrypt(NONCE, bytes(record), header)
assert len(slot) == 8192
pathlib.Path(__file__).with_name("alice.slot").write_bytes(slot)
