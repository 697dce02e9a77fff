"""The accounts of the private machine. Only for use inside the sandbox."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Account:
    name: str
    uid: int  # from a range that no distribution hands out
    password: str

    @property
    def home(self) -> Path:
        return Path("/home", self.name)


ALICE = Account("alice", 60601, "alices-password")
BOB = Account("bob", 60602, "bobs-password")
CAROL = Account("carol", 60603, "carols-password")
EVERYBODY = (ALICE, BOB, CAROL)

_SYSTEM_PASSWD = """\
root:x:0:0:root:/root:/bin/sh
sshd:x:60600:65534::/run/sshd:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
_SYSTEM_GROUP = "root:x:0:\ntty:x:5:\nshadow:x:42:\nutmp:x:43:\nnogroup:x:65534:\n"
_SYSTEM_SHADOW = "root:*:19700:0:99999:7:::\nsshd:!:19700::::::\nnobody:*:19700:0:99999:7:::\n"
_NEVER_EXPIRES = "19700:0:99999:7:::"
_EXPIRED_LONG_AGO = "10000:0:30:7:::"


def install(accounts: tuple[Account, ...] = EVERYBODY) -> None:
    """Replaces the machine's accounts by these."""
    passwd = "".join(f"{a.name}:x:{a.uid}:{a.uid}::{a.home}:/bin/sh\n" for a in accounts)
    group = "".join(f"{a.name}:x:{a.uid}:\n" for a in accounts)
    shadow = "".join(_shadow_line(a, _NEVER_EXPIRES) for a in accounts)
    _write("/etc/passwd", _SYSTEM_PASSWD + passwd, 0o644)
    _write("/etc/group", _SYSTEM_GROUP + group, 0o644)
    _write("/etc/shadow", _SYSTEM_SHADOW + shadow, 0o600)
    _write("/etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files\n", 0o644)
    for account in accounts:
        _make_home(account)


def set_password(account: Account) -> None:
    """Makes account.password its password, which does not expire."""
    _set_shadow_line(account, _NEVER_EXPIRES)


def expire_password(account: Account) -> None:
    _set_shadow_line(account, _EXPIRED_LONG_AGO)


def make_group(name: str, *members: Account) -> None:
    """Until the next install()."""
    with Path("/etc/group").open("a") as groups:
        groups.write(f"{name}:x:60700:{','.join(member.name for member in members)}\n")


def set_shell(account: Account, shell: Path) -> None:
    """Until the next install()."""
    lines = Path("/etc/passwd").read_text().splitlines()
    changed = [f"{line.rpartition(':')[0]}:{shell}" if line.startswith(f"{account.name}:") else line for line in lines]
    _write("/etc/passwd", "\n".join(changed) + "\n", 0o644)


def authorize_key(account: Account, public_key: str) -> None:
    directory = account.home / ".ssh"
    directory.mkdir(mode=0o755, exist_ok=True)
    (directory / "authorized_keys").write_text(public_key)


def _make_home(account: Account) -> None:
    account.home.mkdir(mode=0o755, exist_ok=True)
    subprocess.run(["chown", f"{account.uid}:{account.uid}", account.home], check=True)


def _set_shadow_line(account: Account, ageing: str) -> None:
    others = [line for line in Path("/etc/shadow").read_text().splitlines(keepends=True)
              if not line.startswith(f"{account.name}:")]
    _write("/etc/shadow", "".join(others) + _shadow_line(account, ageing), 0o600)


def _shadow_line(account: Account, ageing: str) -> str:
    hashed = subprocess.run(["openssl", "passwd", "-6", "-stdin"], input=account.password, text=True,
                            capture_output=True, check=True).stdout.strip()
    return f"{account.name}:{hashed}:{ageing}\n"


def _write(path: str, text: str, mode: int) -> None:
    Path(path).write_text(text)
    Path(path).chmod(mode)
