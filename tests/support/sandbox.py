"""A private machine inside this one, made of namespaces.

Inside, /etc is a copy, /home, /run, /tmp, /var/lib, /var/log, /var/spool and /dev are fresh, and users, PAM stacks and logs are
the test's own. Nothing that happens there changes the machine around it, and no process outlives enter().
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from support import accounts, paths

_OUTER_NAMESPACE = "TWINLOCK_OUTER_NAMESPACE"
_OUTER_PID = "TWINLOCK_OUTER_PID"
_FRESH = ("/home", "/tmp", "/var/lib", "/var/log", "/var/spool")  # /run comes first, /etc and /dev have their own ways
_STASH = Path("/run/stash")


def enter() -> None:
    """Runs the calling program once more inside, and exits with its status; returns only inside."""
    outer = os.environ.get(_OUTER_NAMESPACE)
    if outer is None:
        sys.exit(_run_again_inside())
    if outer == _mount_namespace():
        sys.exit("sandbox: not in a namespace of our own; nothing was changed")
    _build()


def outer_pid() -> int:
    """The process whose mount namespace this is, as the machine outside sees it (for nsenter)."""
    return int(os.environ[_OUTER_PID])


def _mount_namespace() -> str:
    return os.readlink("/proc/self/ns/mnt")


def _run_again_inside() -> int:
    if os.geteuid() != 0:
        sys.exit("sandbox: needs root for a private mount namespace")
    if absent := paths.missing():
        sys.exit(f"sandbox: run ./dev build first; missing: {', '.join(map(str, absent))}")
    # The shell tells the program inside its pid, which stays that of unshare.
    command = ["setpriv", "--pdeathsig", "KILL", "/bin/sh", "-c", f'export {_OUTER_PID}=$$; exec "$@"', "sandbox",
               "unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc",
               sys.executable, *sys.argv]
    environment = {**os.environ, _OUTER_NAMESPACE: _mount_namespace()}
    with subprocess.Popen(command, env=environment) as child:
        # Ctrl-C reaches the program inside by itself; whoever ends this process ends everything inside.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for ending in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, lambda *_: child.kill())
        status = child.wait()
    return status if status >= 0 else 128 - status


def _build() -> None:
    os.umask(0o022)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored, and inherited so, in a shell's background jobs
    _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    _own_etc()
    _stash_tree()
    for directory in _FRESH:
        _replace(Path(directory))
    _own_libexec()
    _own_dev()
    accounts.install()
    _install_pam_stacks()
    shutil.copytree(paths.PACKAGING / "sshd_config.d", "/etc/ssh/sshd_config.d")
    shutil.copytree(paths.PACKAGING / "samba", "/etc/samba")
    Path("/run/sshd").mkdir(mode=0o755)


def _mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *arguments], check=True)


def _own_etc() -> None:
    private = Path("/run/etc")
    subprocess.run(["cp", "--archive", "/etc", private], check=True)
    for stale in ("pam.d", "ssh", "samba", "twinlock"):
        shutil.rmtree(private / stale, ignore_errors=True)
    _mount("--bind", private, "/etc")


def _stash_tree() -> None:
    """Keeps the source and build trees within reach, wherever they lie."""
    for number, tree in enumerate(_trees()):
        stashed = _STASH / str(number)
        stashed.mkdir(parents=True)
        _mount("--rbind", tree, stashed)


def _trees() -> list[Path]:
    return [paths.SOURCE, paths.BUILD, paths.SYSROOT]


def _replace(directory: Path) -> None:
    mode = directory.stat().st_mode & 0o7777
    _mount("-t", "tmpfs", "-o", f"mode={mode:o}", "tmpfs", directory)
    for number, tree in enumerate(_trees()):
        if tree.is_relative_to(directory) and not tree.exists():
            tree.mkdir(parents=True)
            _mount("--rbind", _STASH / str(number), tree)


def _own_libexec() -> None:
    """What our package puts there, and the helpers of sudo and smbd, which look for them nowhere else."""
    libexec = Path("/usr/libexec")
    shutil.copytree(libexec / "samba", "/run/libexec-samba")
    _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", libexec)
    shutil.move("/run/libexec-samba", libexec / "samba")
    (libexec / "twinlock").mkdir()
    for program in (paths.OPEN, paths.SMB_MAP):
        shutil.copy(program, libexec / "twinlock")
    shutil.copytree(paths.SYSROOT / "usr/libexec/sudo", libexec / "sudo", symlinks=True)


def _own_dev() -> None:
    """A /dev in which /dev/log is ours."""
    private = Path("/run/dev")
    private.mkdir()
    _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", private)
    for name in ("null", "zero", "full", "random", "urandom", "tty"):
        (private / name).touch()
        _mount("--bind", f"/dev/{name}", private / name)
    for name in ("pts", "shm"):
        (private / name).mkdir()
    _mount("-t", "devpts", "-o", "newinstance,ptmxmode=0666,mode=620,gid=5", "devpts", private / "pts")
    _mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", private / "shm")
    links = {"ptmx": "pts/ptmx", "fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
    for name, target in links.items():
        (private / name).symlink_to(target)
    _mount("--move", private, "/dev")


def _install_pam_stacks() -> None:
    """Debian's and Fedora's own stacks, and over them the shipped ones, whose module is the freshly built one."""
    pam = Path("/etc/pam.d")
    pam.mkdir()
    for stack in (paths.SOURCE / "tests/support/pam.d").iterdir():
        shutil.copy(stack, pam)
    modules = Path("/run/modules")  # a path without blanks, which PAM's files could not express
    modules.mkdir()
    shutil.copy(paths.MODULE, modules)
    for service in ("sshd", "su", "sudo", "login", "samba"):
        install_pam_stack(service, shipped_pam_stack(service))


def shipped_pam_stack(name: str = "sshd") -> str:
    return (paths.PACKAGING / "pam.d" / name).read_text()


def install_pam_stack(service: str, text: str) -> None:
    """Writes a stack; `pam_twinlock.so` in it becomes the freshly built module."""
    Path("/etc/pam.d", service).write_text(text.replace("pam_twinlock.so", f"/run/modules/{paths.MODULE.name}"))
