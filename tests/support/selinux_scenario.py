"""Traces of programs against the policy (support/selinux.py). Nothing is enforced: the kernel here has no SELinux.

The traces are of the very programs that would be confined, so a system call that is new in the code and not in the policy
is found.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from support import selinux, system_calls
from support.selinux import Policy
from support.system_calls import Need, Trace

# A rule about networks makes logins ask for the host's own addresses.
RULES = '[[rule]]\nname = "elsewhere"\nnetworks = ["192.0.2.0/24"]\naction = "exempt"\n'
# Domains that Debian's policy lacks, as Fedora's has them.
STUB = """policy_module(stub, 1.0.0)
type sshd_session_t;
domain_type(sshd_session_t)
type winbind_rpcd_t;
domain_type(winbind_rpcd_t)
"""


class WithPolicy:
    """Mixed into a scenario."""

    debian: ClassVar[Sequence[str]] = selinux.TARGETED
    policy: ClassVar[Policy]

    @classmethod
    def compile(cls, directory: Path) -> None:
        for source in selinux.SOURCE.iterdir():
            shutil.copy(source, directory)
        (directory / "stub.te").write_text(STUB)
        packages = [selinux.compile_module(directory, name) for name in ("stub", "twinlock")]
        cls.policy = selinux.linked(packages, directory, cls.debian)

    def forbidden(self, needs: set[Need], domain: str) -> list[str]:
        """Those of the needs that the policy does not grant to the domain."""
        return [f"{domain} {need.path} ({self._target(need, domain)}): {need.kind} {need.permission}"
                for need in sorted(needs)
                if need.permission not in self.policy.allowed(domain, self._target(need, domain), need.kind)]

    def mislabelled(self, needs: set[Need], domain: str) -> list[str]:
        """What the domain creates with another type than restorecon would give it."""
        wrong = []
        for need in sorted(needs):
            if need.permission == "create" and system_calls.is_ours(need.path):
                parent, name = os.path.split(need.path)
                made = self.policy.type_of_new(domain, self.policy.label(parent, "dir"), need.kind, name)
                if made != self.policy.label(need.path, need.kind):
                    wrong.append(f"{domain} {need.path}: {made}")
        return wrong

    def _target(self, need: Need, domain: str) -> str:
        return self.policy.label(need.path, need.kind) if need.path else domain

    def assert_covered(self, needs: set[Need], *domains: str) -> None:
        for domain in domains:
            found = self.forbidden(needs, domain) + self.mislabelled(needs, domain)
            if found:
                raise AssertionError("the policy lacks:\n" + "\n".join(found))


def needs_by(trace: Trace, *programs: str) -> set[Need]:
    return {need for need in trace.needs() if need.program in programs}


def permissions_on(path: str, needs: set[Need]) -> set[str]:
    return {need.permission for need in needs if need.path == path}


@contextlib.contextmanager
def fresh_start() -> Iterator[None]:
    """As after a start of the machine, with an empty audit directory."""
    shutil.rmtree("/run/twinlock", ignore_errors=True)
    Path("/var/log/twinlock/audit.log").unlink(missing_ok=True)
    yield
