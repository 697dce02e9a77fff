"""Answers the questions of OpenSSH's programs where no terminal is at hand, as with scp."""

import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path


def run(command: list[str | Path], answers: Mapping[str, str], directory: Path) -> subprocess.CompletedProcess[str]:
    """Runs one of ssh, scp, sftp; each question is answered by how it ends. Puts a helper into `directory`."""
    cases = "".join(f"  *{shlex.quote(question)}) echo {shlex.quote(answer)} ;;\n" for question, answer in answers.items())
    helper = directory / "askpass"
    helper.write_text(f'#!/bin/sh\ncase "$1" in\n{cases}esac\n')
    helper.chmod(0o700)
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "SSH_ASKPASS": str(helper),
                   "SSH_ASKPASS_REQUIRE": "force"}
    return subprocess.run(command, text=True, capture_output=True, timeout=60, env=environment, stdin=subprocess.DEVNULL)
