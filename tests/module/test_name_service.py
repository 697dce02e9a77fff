"""NSS that fails or is slow. carol is in staff: where that cannot be found out, the last rule would let her in."""

import socket
import threading
from collections.abc import Callable
from pathlib import Path

from support.hostile import ORDINARY, WITHOUT_CAPABILITIES, Circumstances, HostileScenario
from support.pam_scenario import USERS, locked

RULES = """
[[rule]]
name = "staff"
groups = ["staff"]
action = "require"
[[rule]]
name = "everybody else"
action = "exempt"
"""
SWITCH = Path("/etc/nsswitch.conf")
PASSWD = Path("/etc/passwd")
GROUP = Path("/etc/group")
NSCD = Path("/var/run/nscd/socket")  # glibc asks there first
UNPRIVILEGED = Circumstances(wrapper=WITHOUT_CAPABILITIES)


def switch(**services: str) -> Callable[[], object]:
    """nsswitch.conf, where a test says nothing else by files."""
    lines = {"passwd": "files", "group": "files", **services}
    return lambda: SWITCH.write_text("".join(f"{name}: {service}\n" for name, service in lines.items()))


class NameService(HostileScenario):
    config = RULES

    def setUp(self) -> None:
        super().setUp()
        with GROUP.open("a", encoding="utf-8") as group:
            group.write("staff:x:60800:carol\n")
        self._kept = {file: file.read_bytes() for file in (SWITCH, PASSWD, GROUP)}
        self.addCleanup(self.repair)

    def repair(self) -> None:
        for file, content in self._kept.items():
            if file.is_dir():
                file.rmdir()
            file.write_bytes(content)
            file.chmod(0o644)


class Failing(NameService):
    def test_it_works_before_it_fails(self) -> None:
        self.assert_works(UNPRIVILEGED)

    def check(self, breakages: dict[str, Callable[[], object]]) -> None:
        for name, break_it in breakages.items():
            with self.subTest(name):
                break_it()
                self.assert_denies(UNPRIVILEGED)
                self.repair()
                self.assert_next_code_works()

    def test_users_that_cannot_be_looked_up_are_kept_out(self) -> None:
        self.check({
            "missing module": switch(passwd="missing"),
            "missing module first": switch(passwd="missing [UNAVAIL=return] files"),
            "passwd gone": PASSWD.unlink,
            "passwd unreadable": lambda: PASSWD.chmod(0),
            "passwd garbage": lambda: PASSWD.write_bytes(bytes(range(256)) * 100),
            "passwd a directory": lambda: (PASSWD.unlink(), PASSWD.mkdir()),
        })

    def test_groups_that_cannot_be_looked_up_keep_everyone_out_to_whom_they_might_apply(self) -> None:
        self.check({
            "missing module": switch(group="missing"),
            "missing module first": switch(group="missing [UNAVAIL=return] files"),
            "group gone": GROUP.unlink,
            "group unreadable": lambda: GROUP.chmod(0),
            "group garbage": lambda: GROUP.write_bytes(bytes(range(256)) * 100),
            "group a directory": lambda: (GROUP.unlink(), GROUP.mkdir()),
            "group without staff": lambda: GROUP.write_text("root:x:0:\n"),
        })

    def test_the_log_names_the_group(self) -> None:
        GROUP.write_text("root:x:0:\n")
        self.assert_kept_out(self.login(ORDINARY, self.codes[0]))
        self.assertIn("group staff: is named in a rule and does not exist", self.complaints()[0])

    def test_what_the_name_service_gets_over_does_no_harm(self) -> None:
        for name, change in {"passwd": switch(passwd="missing files"), "group": switch(group="missing files"),
                             "initgroups": switch(initgroups="missing"),
                             "nonsense": lambda: SWITCH.write_bytes(bytes(range(256)))}.items():
            with self.subTest(name):
                change()
                self.assert_works(UNPRIVILEGED)
                self.repair()


class SlowDaemon:
    """Takes each question about names, and answers it by hanging up, when `meanwhile` has been called."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        NSCD.parent.mkdir()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(NSCD))
        self._socket.listen()
        self._meanwhile = meanwhile
        self.failures: list[BaseException] = []
        self.questions = 0
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def stop(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()
        NSCD.unlink()
        NSCD.parent.rmdir()

    def _serve(self) -> None:
        while True:
            try:
                question, _ = self._socket.accept()
            except OSError:
                return
            with question:
                self.questions += 1
                try:
                    self._meanwhile()
                except OSError as failure:
                    self.failures.append(failure)


class Slow(NameService):
    def test_no_record_is_locked_while_names_are_asked_for(self) -> None:
        def lock_it() -> None:
            with locked(USERS / "carol"):
                pass

        daemon = SlowDaemon(lock_it)
        try:
            outcome = self.login(ORDINARY, self.codes[0])
        finally:
            daemon.stop()
        self.assertGreater(daemon.questions, 1)
        self.assertEqual([], daemon.failures)
        self.assert_accepted(outcome)
        self.assert_used_up()
