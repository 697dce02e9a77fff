"""What twinlock(8) tells people to do, as commands to carry out."""

import re

from support import paths

MANUAL = (paths.SOURCE / "man/twinlock.8").read_text()


def procedure(heading: str) -> list[list[str]]:
    """The commands in each display below a heading."""
    behind = re.split(rf"^\.S[sh] {re.escape(heading)}$\n", MANUAL, flags=re.MULTILINE)[1]
    section = re.split(r"^\.S[sh] ", behind, flags=re.MULTILINE)[0]
    displays = re.findall(r"^\.Bd -literal.*\n((?:.*\n)*?)\.Ed$", section, re.MULTILINE)
    return [re.findall(r"^# (.*)$", display, re.MULTILINE) for display in displays]
