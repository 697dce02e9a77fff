"""Every file that the module itself touches in a login, also those of the system, against the domains that load it.

The traces at real programs (test_ssh.py, …) tell only of twinlock's own files: there, nobody can tell the module's calls
from its caller's. Sockets are left out: NSS and syslog are the policy's own business.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from support import selinux, system_calls
from support.selinux_scenario import RULES, WithPolicy, permissions_on
from support.system_calls import Need
from support.traced_login import TracedLogin

DOMAINS = ("sshd_t", "smbd_t", "local_login_t", "sysadm_su_t", "sysadm_sudo_t")


def is_of_the_system(path: str) -> bool:
    """Not what is only here: the directory of the freshly built module, and the test's marks between the steps."""
    return not path.startswith(("/run/modules", "/step", "/run/trace"))


class Module(WithPolicy, TracedLogin):
    config = RULES.replace("192.0.2.0", "198.51.100.0")  # where these logins do not come from

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.compile(Path(cls.enterClassContext(selinux.work_directory())))

    def needs(self) -> Iterator[Need]:
        """Of a login, and of one whose audit line cannot be written."""
        logs = Path("/var/log/twinlock")
        calls = self.calls("authenticate", "account", "open_session")
        self.addCleanup(logs.chmod, logs.stat().st_mode)
        logs.chmod(0o777)  # is not to be trusted
        for call in [*calls, *self.calls("authenticate")]:
            yield from system_calls.needs_of("module", call.line, is_of_the_system)

    def test_each_domain_may_do_what_the_module_does(self) -> None:
        needs = set(self.needs())
        self.assertIn("write", permissions_on("/var/lib/twinlock/users/carol", needs))
        self.assertIn("read", permissions_on("/etc/passwd", needs))
        own = {need for need in needs if re.match(r"/proc/\d+(/|$)", need.path)}  # of the caller's own domain
        self.assertTrue(own)
        self.assert_covered(needs - own, *DOMAINS)
        for need in own:
            for domain in DOMAINS:
                self.assertIn(need.permission, self.policy.allowed(domain, domain, need.kind), need)

    def test_a_call_that_is_not_known_is_noticed(self) -> None:
        with self.assertRaisesRegex(AssertionError, "not judged: mknod"):
            list(system_calls.needs_of("", 'mknod("/etc/twinlock/key", "user.x", "", 0, 0) = 0'))
        with self.assertRaisesRegex(AssertionError, "not judged: copy_file_range"):
            list(system_calls.needs_of("", "copy_file_range(3</etc/twinlock/key>, NULL, 4</run/x>, NULL, 9, 0) = 9"))
