"""twinlock doctor judges the sshd's that run as they were started, and runs no program that others could change."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from support import paths, sshd
from support.accounts import ALICE
from support.doctor_scenario import SSHD_CONFIG, DoctorScenario, doctor
from support.lines import Lines

OPEN = ("-o", "UsePAM=no", "-o", "PasswordAuthentication yes", "-o", "AuthenticationMethods=any")
HOST_KEY = Path("/etc/ssh/ssh_host_ed25519_key")
DROP_IN = Path("/etc/ssh/sshd_config.d/10-twinlock.conf")


@contextlib.contextmanager
def listening(*options: str | Path, program: Path = paths.SSHD, prefix: Sequence[str] = (),
              directory: str | None = None) -> Iterator[int]:
    """A real sshd on a free port; its pid."""
    log = Lines()
    words = [*prefix, program, "-D", "-e", *options, "-p", str(sshd.free_port()), "-o", "ListenAddress=127.0.0.1", "-o", "PidFile=none"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, cwd=directory) as process:
        reader = threading.Thread(target=lambda: [log.append(line.rstrip()) for line in process.stderr or ()] + [log.append("(end)")])
        reader.start()
        try:
            line = log.wait_for(r"^Server listening|^\(end\)$")
            assert line != "(end)", log.text()
            yield process.pid
        finally:
            process.kill()  # unshare waits for its child whatever comes, and takes it along
            reader.join()


class Listeners(DoctorScenario):
    def test_one_that_runs_as_its_service_starts_it_is_clean(self) -> None:
        with listening():
            self.assertEqual({}, self.findings())
            self.assertIn("1 listening sshd", str(doctor("--json").json()["checks"]))

    def test_options_on_its_command_line(self) -> None:
        with listening(*OPEN) as pid:
            bad = self.assert_found("ssh.password-only", "ssh.key-only", "ssh.use-pam", result="fail")
            self.assertIn(f"(process {pid})", bad["ssh.password-only"]["what"])
        self.assertEqual({}, self.findings())

    def test_another_configuration_file(self) -> None:
        other = Path("/etc/ssh/second_config")
        self.write(other, "UsePAM no\nMatch User bob\n  AuthenticationMethods publickey\n")
        with listening("-f", other):
            bad = self.findings()
        self.assertLessEqual({"ssh.password-only", "ssh.key-only", "ssh.use-pam"}, set(bad))

    def test_arguments_of_its_service(self) -> None:
        for file, variable in (("/etc/default/ssh", "SSHD_OPTS"), ("/etc/sysconfig/sshd", "OPTIONS")):
            with self.subTest(file):
                path = Path(file)
                path.parent.mkdir(exist_ok=True)
                former = path.read_text() if path.exists() else None
                path.write_text(f"# {variable}=\"-o UsePAM=yes\"\n{variable}='-oUsePAM=no -o \"PasswordAuthentication yes\""
                                " -o AuthenticationMethods=any'\n")
                try:
                    self.assert_found("ssh.password-only", "ssh.key-only", "ssh.use-pam", result="fail")
                finally:
                    path.unlink() if former is None else path.write_text(former)

    def test_arguments_in_a_unit_that_waits_for_connections(self) -> None:
        Path("/run/systemd/system").mkdir(parents=True)
        self.addCleanup(shutil.rmtree, "/run/systemd")
        self.write(Path("/etc/twinlock/backup-passphrase"), "a long one\n")
        told = ("ExecStart={ path=/usr/sbin/sshd ; argv[]=/usr/sbin/sshd -i $SSHD_OPTS OPTIONS ; ignore_errors=no ; "
                "start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }")
        for options, ids in (("", []), ("-o UsePAM=no -o PasswordAuthentication=yes -o AuthenticationMethods=any",
                                        ["ssh.password-only", "ssh.key-only", "ssh.use-pam"])):
            script = (f"case \"$1\" in show) echo '{told.replace('OPTIONS', options)}' ;; is-active) echo active ;; "
                      "*) echo enabled ;; esac")
            with self.subTest(options), self.stand_in("systemctl", script):
                self.assertEqual(set(ids), set(self.findings()))

    def test_arguments_in_a_unit_beside_those_of_its_service(self) -> None:
        """Each alone lets nobody in without a code."""
        Path("/run/systemd/system").mkdir(parents=True)
        self.addCleanup(shutil.rmtree, "/run/systemd")
        self.write(Path("/etc/default/ssh"), "SSHD_OPTS=-oUsePAM=no\n")
        self.assertNotIn("ssh.password-only", self.findings())
        told = "ExecStart={ path=/usr/sbin/sshd ; argv[]=/usr/sbin/sshd -i -oPasswordAuthentication=yes -oAuthenticationMethods=any $SSHD_OPTS ; }"
        with self.stand_in("systemctl", f"case $1 in show) echo '{told}' ;; esac"):
            bad = self.findings()
        self.assertIn("(by its unit)", bad["ssh.password-only"]["what"])

    def test_what_a_user_starts_is_not_believed(self) -> None:
        key = Path("/run/user_key")
        shutil.copy(HOST_KEY, key)
        shutil.chown(key, ALICE.uid)
        self.addCleanup(key.unlink)
        with listening("-h", key, *OPEN, "-f", "/etc/ssh/sshd_config", prefix=["setpriv", f"--reuid={ALICE.uid}", "--clear-groups"]):
            self.assertEqual({}, self.findings())

    def test_one_in_a_container_is_another_machine(self) -> None:
        with listening(*OPEN, prefix=["unshare", "--pid", "--fork", "--kill-child"]):
            self.assertEqual({}, self.findings())
            self.assertIn("container", str(doctor("--json").json()["checks"]))

    def test_one_with_other_files_cannot_be_seen(self) -> None:
        other = Path("/run/other_ssh")
        shutil.copytree("/etc/ssh", other)
        self.addCleanup(shutil.rmtree, other)
        with listening(prefix=["unshare", "--mount", "sh", "-c", f'mount --bind {other} /etc/ssh; exec "$@"', "sh"]):
            self.assert_found("ssh.listeners", result="warn", says="another root")

    def test_a_relative_file_cannot_be_known(self) -> None:
        with listening("-f", "sshd_config", directory="/etc/ssh"):
            self.assert_found("ssh.listeners", result="warn", says="-f sshd_config")

    def test_a_title_that_is_cut_off_is_not_taken_for_all(self) -> None:
        # It has the room of the arguments and the environment, and here there is none of that.
        with listening("-o", "UsePAM=yes", prefix=["env", "-i"]):
            self.assert_found("ssh.listeners", result="warn", says="more arguments than the kernel shows")

    def test_a_copy_by_another_name_has_a_stack_of_its_own(self) -> None:
        copy = Path("/run/zz-sshd")
        shutil.copy(paths.SSHD, copy)
        self.addCleanup(copy.unlink)
        self.write(Path("/etc/pam.d/zz-sshd"), "auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_unix.so\n")
        with listening(program=copy):
            bad = self.findings()
        self.assertLessEqual({"ssh.password-only", "pam.sshd.password-alone"}, set(bad))

    def test_a_program_that_others_could_change_is_not_run(self) -> None:
        place = Path("/home/place")
        place.mkdir()
        self.addCleanup(shutil.rmtree, place)
        shutil.copy(paths.SSHD, place / "sshd")
        with listening(program=place / "sshd"):
            self.assertEqual({}, self.findings())
            shutil.chown(place, ALICE.uid)
            self.assert_found("ssh.listeners", result="fail", says=str(place))

    def test_one_that_has_not_read_what_is_written(self) -> None:
        with listening("-o", "LogLevel=VERBOSE"):
            os.utime(DROP_IN, (2**32, 2**32))
            self.addCleanup(os.utime, DROP_IN)
            self.assert_found("ssh.loaded", result="warn", says="since it was changed")

    def test_one_that_has_read_what_is_gone_since(self) -> None:
        gone = DROP_IN.with_name("05-gone.conf")
        gone.write_text("UsePAM no\n")
        with listening():
            gone.unlink()
            self.addCleanup(os.utime, DROP_IN.parent)
            os.utime(DROP_IN.parent, (2**32, 2**32))  # as some seconds later
            self.assert_found("ssh.loaded", result="warn", says="since it was changed")


    def test_servers_that_never_ask_us(self) -> None:
        """By the kernel's word for what they run, and only as root."""
        for name, check in (("dropbear", "ssh.listeners"), ("ksmbd.mountd", "samba.listeners")):
            program = Path("/run", name)
            shutil.copy("/usr/bin/sleep", program)
            self.addCleanup(program.unlink)
            for prefix, ids in (([], [check]), (["setpriv", f"--reuid={ALICE.uid}", "--clear-groups"], [])):
                with self.subTest(name=name, prefix=prefix), subprocess.Popen([*prefix, program, "infinity"]) as server:
                    while os.readlink(f"/proc/{server.pid}/exe") != str(program):
                        pass
                    self.assertEqual(ids, list(self.findings()))
                    server.kill()


class Asking(DoctorScenario):
    def test_nothing_is_run_from_a_directory_that_others_can_write(self) -> None:
        trace = Path("/run/was-run")
        directory = Path(self.enterContext(tempfile.TemporaryDirectory(dir="/home")))
        for name in ("sshd", "testparm", "systemctl"):
            program = directory / name
            program.write_text(f"#!/bin/sh\ntouch {trace}\n")
            program.chmod(0o755)
        path = os.environ["PATH"]
        self.addCleanup(os.environ.__setitem__, "PATH", path)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(directory)
        for first, mode, owner in ((".", 0o755, 0), ("", 0o755, 0), (str(directory), 0o777, 0), (str(directory), 0o755, ALICE.uid)):
            with self.subTest(first=first, mode=mode, owner=owner):
                directory.chmod(mode)
                shutil.chown(directory, owner)
                os.environ["PATH"] = f"{first}:{path}"
                self.assertEqual({}, self.findings())
                self.assertFalse(trace.exists())

    def test_an_sshd_that_hangs_is_left_in_time_with_all_that_it_started(self) -> None:
        with self.stand_in("sshd", "sleep 4711; exit 0"):
            self.write(SSHD_CONFIG, SSHD_CONFIG.read_text() + "".join(
                f"Match User user{number}\n  X11Forwarding no\n" for number in range(30)))
            said = [check["what"] for check in doctor("--json").json()["checks"] if check["id"] == "ssh.config"]
        self.assertEqual(2, len(said), said)
        self.assertIn("did not end within 10 s", said[0])
        self.assertIn("was not asked about everybody", said[1])
        self.assertEqual([], [entry for entry in Path("/proc").glob("[0-9]*/cmdline") if b"sleep\0004711" in entry.read_bytes()])

    def test_files_of_sshd_that_others_can_write(self) -> None:
        DROP_IN.chmod(0o666)
        self.addCleanup(DROP_IN.chmod, 0o644)
        self.assert_found("ssh.owners", result="fail", says=str(DROP_IN))

    def test_a_place_of_its_files_where_others_can_put_one(self) -> None:
        place = Path("/run/site")
        place.mkdir()
        self.addCleanup(place.rmdir)
        self.write(SSHD_CONFIG, f"{SSHD_CONFIG.read_text()}Include {place}/*.conf {place}/none/*.conf {place}/*/x\n")
        self.assertEqual({}, self.findings())
        place.chmod(0o777)
        self.assert_found("ssh.owners", result="fail", says=str(place))
