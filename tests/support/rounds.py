"""How often a test repeats what depends on luck: in the tests now and then, by ./dev soak many times as often."""

import os

_TIMES = int(os.environ.get("TWINLOCK_SOAK", "1"))


def is_soak() -> bool:
    return _TIMES > 1


def rounds(in_tests: int) -> int:
    return in_tests * _TIMES
