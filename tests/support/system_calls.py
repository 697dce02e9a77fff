"""What programs do with twinlock's files, as strace(1) saw it, in the words of SELinux: which permissions on what.

A system call on one of these files that this cannot judge is an error: it may need one more permission.
"""

import contextlib
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


TREES = ("/etc/twinlock", "/var/lib/twinlock", "/run/twinlock", "/var/log/twinlock")
_DIRECTORIES = {*TREES, "/var/lib/twinlock/users", "/run/twinlock/smb", "/run/twinlock/sessions"}
_ANCESTORS = {str(parent) for tree in TREES for parent in Path(tree).parents}
_STRACE = ("strace", "--follow-forks", "--output-separately", "--decode-fds=path", "--string-limit=256",
           "--trace=%file,%desc,%process,%network")


@dataclass(frozen=True, order=True)
class Need:
    """`program` needs `permission` on the thing of this class at `path`."""

    program: str
    path: str
    kind: str  # "file", "dir", or of the program itself: "netlink_route_socket"
    permission: str


class Trace:
    """The calls of one program and of what it starts: one file for each process."""

    def __init__(self, prefix: Path, programs: Mapping[str, str], first: str) -> None:
        """`programs`: the name of an executed file to what it counts as; others count as nobody."""
        self._prefix, self._programs = prefix, programs
        files = sorted(prefix.parent.glob(f"{prefix.name}.*"), key=lambda file: int(file.suffix[1:]))
        self._texts = {int(file.suffix[1:]): file.read_text(errors="replace").splitlines() for file in files}
        self._children = {pid for lines in self._texts.values() for line in lines if (pid := _forked(line))}
        self.lines: list[tuple[str, str]] = []  # program and call
        for pid in self._texts:
            if pid not in self._children:
                self._follow(pid, first)

    def needs(self) -> set[Need]:
        return {need for program, line in self.lines for need in needs_of(program, line)}

    def _follow(self, pid: int, program: str) -> None:
        for line in self._texts.get(pid, ()):
            if executed := re.match(r'execve\("([^"]*)".* = 0$', line):
                program = self._programs.get(Path(executed[1]).name, "")
            elif child := _forked(line):
                self._follow(child, program)
            if program:
                self.lines.append((program, line))


@contextlib.contextmanager
def attached(pid: int, programs: Mapping[str, str], first: str) -> Iterator[Callable[[], Trace]]:
    """Traces a running program; what is yielded ends that and returns the trace."""
    with tempfile.TemporaryDirectory(prefix="trace.") as directory:
        prefix = Path(directory, "trace")
        with subprocess.Popen([*_STRACE, "-o", prefix, "-p", str(pid)], stderr=subprocess.PIPE, text=True) as strace:
            assert strace.stderr
            for line in strace.stderr:
                if "attached" in line:
                    break
            else:
                raise AssertionError("strace could not attach")

            def end() -> Trace:
                strace.terminate()
                strace.communicate()
                return Trace(prefix, programs, first)

            try:
                yield end
            finally:
                strace.kill()


def traced(command: Sequence[str | Path], programs: Mapping[str, str], stdin: str = "") -> Trace:
    """Runs a program to its end."""
    with tempfile.TemporaryDirectory(prefix="trace.") as directory:
        prefix = Path(directory, "trace")
        subprocess.run([*_STRACE, "-o", prefix, *command], input=stdin, text=True, capture_output=True, timeout=60,
                       check=True)
        return Trace(prefix, programs, "")


def _forked(line: str) -> int | None:
    """The child that a call has made."""
    made = re.match(r"(?:clone3?|v?fork)\(.* = (\d+)$", line)
    return int(made[1]) if made else None


_AT = r'(?:AT_FDCWD|\d+)<(?P<dir{0}>[^>]*)>, "(?P<name{0}>[^"]*)"'
_FD = r"\d+<(?P<path>[^>]*)>"


def _join(directory: str, name: str) -> str:
    path = name if name.startswith("/") else f"{directory}/{name}" if name else directory
    return "/" + "/".join(part for part in path.split("/") if part not in ("", "."))


def _parent(path: str) -> str:
    return str(Path(path).parent)


def _kind(line: str, path: str) -> str:
    return "dir" if "S_IFDIR" in line or "O_DIRECTORY" in line or path in _ANCESTORS | _DIRECTORIES else "file"


Facts = Iterator[tuple[str, str, str]]  # path, class, permission


def _in_directory(path: str, *permissions: str) -> Facts:
    for permission in ("search", *permissions):
        yield _parent(path), "dir", permission


def _open(line: str, match: re.Match[str]) -> Facts:
    path, flags = _join(match["dir1"], match["name1"]), re.sub(r'.*?", ', "", line, count=1)
    if "O_PATH" in flags:
        return
    if "O_TMPFILE" in flags:  # a file without a name, in that directory
        path, flags, line = f"{path}/#", f"{flags}|O_CREAT", ""
    kind, writes = _kind(line, path), "append" if "O_APPEND" in flags else "write"
    yield path, kind, "open"
    if "O_WRONLY" not in flags:
        yield path, kind, "read"
    if "O_WRONLY" in flags or "O_RDWR" in flags:
        yield path, kind, writes
    if "O_TRUNC" in flags:
        yield path, kind, "write"
    if "O_CREAT" in flags:
        yield path, kind, "create"
        yield from _in_directory(path, "write", "add_name")


def _status(line: str, match: re.Match[str]) -> Facts:
    path = _join(match["dir1"], match["name1"])
    yield path, _kind(line, path), "getattr"


def _make_directory(line: str, match: re.Match[str]) -> Facts:
    path = _join(match["dir1"], match["name1"])
    yield path, "dir", "create"
    yield from _in_directory(path, "write", "add_name")


def _rename(line: str, match: re.Match[str]) -> Facts:
    old, new = _join(match["dir1"], match["name1"]), _join(match["dir2"], match["name2"])
    yield old, "file", "rename"
    yield from _in_directory(old, "write", "remove_name")
    yield from _in_directory(new, "write", "add_name")
    if "RENAME_NOREPLACE" not in line:
        yield new, "file", "unlink"
        yield from _in_directory(new, "remove_name")


def _link(line: str, match: re.Match[str]) -> Facts:
    path = _join(match["dir2"], match["name2"])
    yield path, "file", "link"
    yield from _in_directory(path, "write", "add_name")


def _unlink(line: str, match: re.Match[str]) -> Facts:
    path = _join(match["dir1"], match["name1"])
    yield path, "file", "unlink"
    yield from _in_directory(path, "write", "remove_name")


def _set_attributes(line: str, match: re.Match[str]) -> Facts:
    path = _join(match["dir1"], match["name1"]) if "dir1" in match.groupdict() else match["path"]
    yield path, _kind(line, path), "setattr"


def _lock(line: str, match: re.Match[str]) -> Facts:
    yield match["path"], "file", "lock"


def _truncate(line: str, match: re.Match[str]) -> Facts:
    yield match["path"], "file", "write"


def _route(line: str, match: re.Match[str]) -> Facts:
    for permission in ("create", "bind", "getattr", "write", "nlmsg_read", "read"):
        yield "", "netlink_route_socket", permission


_CURRENT = r'(?P<dir1>)"(?P<name1>[^"]*)"'  # the older calls: an absolute path in all that concerns us
_ONE, _TWO = _AT.format(1), _AT.format(1) + ", " + _AT.format(2)
_JUDGES: dict[str, Callable[[str, re.Match[str]], Facts]] = {
    rf"openat\({_ONE}": _open,
    rf"open\({_CURRENT}": _open,
    rf"(?:newfstatat|statx|readlinkat|faccessat2?)\({_ONE}": _status,
    rf"(?:l?stat|access)\({_CURRENT}": _status,
    rf"l?(?:list|get)xattr\({_CURRENT}": _status,
    rf"l?(?:set|remove)xattr\({_CURRENT}": _set_attributes,
    rf"mkdirat\({_ONE}": _make_directory,
    rf"mkdir\({_CURRENT}": _make_directory,
    rf"renameat2?\({_TWO}": _rename,
    rf"rename\({_CURRENT}, (?P<dir2>)\"(?P<name2>[^\"]*)\"": _rename,
    rf"linkat\({_TWO}": _link,
    rf"unlinkat\({_ONE}": _unlink,
    rf"unlink\({_CURRENT}": _unlink,
    rf"(?:fchmodat|fchownat|utimensat)\({_ONE}": _set_attributes,
    rf"(?:chmod|l?chown)\({_CURRENT}": _set_attributes,
    rf"(?:fchmod|fchown)\({_FD}": _set_attributes,
    rf"fcntl\({_FD}, F_(?:OFD_)?(?:SETLK|GETLK)": _lock,
    rf"flock\({_FD}": _lock,
    rf"ftruncate\({_FD}": _truncate,
    r"socket\(AF_NETLINK, [^,]*, NETLINK_ROUTE\)": _route,
}
# Judged when the descriptor was opened.
_BY_DESCRIPTOR = ("read", "pread64", "write", "pwrite64", "writev", "close", "fsync", "fdatasync", "lseek", "getdents64",
                  "mmap", "syncfs", "dup", "dup2", "dup3", "fadvise64", "fstatfs")
_HARMLESS = re.compile(rf"(?:{'|'.join(_BY_DESCRIPTOR)})\(|fcntl\([^,]*, F_(?:GETF|SETF|DUPFD)[^)]*\)")


def is_ours(path: str) -> bool:
    return any(path == tree or path.startswith(f"{tree}/") for tree in TREES)


def _is_ours_or_above(path: str) -> bool:
    return is_ours(path) or path in _ANCESTORS


def _concerns_us(line: str) -> bool:
    named = re.findall(r"<(/[^>]*)>", line) + re.findall(r'[(,] ?"(/[^"]*)"', line)
    return any(is_ours(path) for path in named)


def needs_of(program: str, line: str, concerns: Callable[[str], bool] | None = None) -> Iterator[Need]:
    """What one call needs of twinlock's files and the directories above them, or of what else `concerns` us.
    AssertionError: not known.
    """
    concerns = concerns or _is_ours_or_above
    if line.startswith(("---", "+++", "execve(")) or " = -1 " in line and "ENOENT" not in line:
        return
    line = line.replace(">(deleted)", ">")
    for pattern, judge in _JUDGES.items():
        if match := re.match(pattern, line):
            facts = list(judge(line, match))
            break
    else:
        if _concerns_us(line) and not _HARMLESS.match(line):
            raise AssertionError(f"a call that is not judged: {line}")
        return
    if facts and any(path == "" or concerns(path) for path, _, _ in _objects(facts)):
        yield from _needs(program, facts, missing=" = -1 " in line)


def _objects(facts: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """What a call is about, without the directories that it happens in."""
    return [fact for fact in facts if fact[2] not in ("search", "add_name", "remove_name", "write") or fact[1] != "dir"]


def _needs(program: str, facts: list[tuple[str, str, str]], *, missing: bool) -> Iterator[Need]:
    for path, kind, permission in facts:
        if not missing or not path:
            yield Need(program, path, kind, permission)
        for above in Path(path).parents if path else ():
            yield Need(program, str(above), "dir", "search")
