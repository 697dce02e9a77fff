"""The packages that tests/packages/build.sh has made."""

import io
import subprocess
import tarfile
from pathlib import Path

from support import paths

BUILT = paths.BUILD / "packages_build"
SOURCE_TESTS = paths.PACKAGING / "debian/tests"


def deb(name: str, kind: str = "current") -> Path:
    """The binary package of that name; `kind` is a directory of build.sh."""
    found = list((BUILT / kind).glob(f"{name}_*.deb"))
    if len(found) != 1:
        raise AssertionError(f"{len(found)} packages {name} in {BUILT / kind}")
    return found[0]


def rpm(name: str) -> Path:
    found = [file for file in (BUILT / "rpm").glob("*.rpm") if not file.name.endswith(".src.rpm")
             and _output("rpm", "--query", "--queryformat", "%{NAME}", "--package", file) == name]
    if len(found) != 1:
        raise AssertionError(f"{len(found)} packages {name} in {BUILT / 'rpm'}")
    return found[0]


def members(package: Path) -> dict[str, tarfile.TarInfo]:
    """What a .deb holds, by absolute path; directories without a slash at the end."""
    archive = subprocess.run(["dpkg-deb", "--fsys-tarfile", package], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {"/" + member.name.removeprefix("./"): member for member in tar.getmembers()}


def field(package: Path, name: str) -> str:
    return _output("dpkg-deb", "--field", package, name).strip()


def control_file(package: Path, name: str) -> str:
    return _output("dpkg-deb", "--info", package, name)


def unpack(package: Path, directory: Path) -> Path:
    subprocess.run(["dpkg-deb", "--extract", package, directory], check=True)
    return directory


def _output(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
