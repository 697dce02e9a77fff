"""An authenticator app: scans a QR code with zbarimg, reads the otpauth URI, and shows codes computed by oathtool."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class App:
    kind: str  # totp or hotp
    label: str
    issuer: str
    secret: str
    algorithm: str
    digits: int
    period: int
    counter: int

    @classmethod
    def from_uri(cls, uri: str) -> "App":
        """As the Key URI format says, defaults included."""
        parts = urlsplit(uri)
        assert parts.scheme == "otpauth", uri
        values = {key: value[0] for key, value in parse_qs(parts.query, strict_parsing=True).items()}
        return cls(parts.netloc, unquote(parts.path.removeprefix("/")), values.get("issuer", ""), values["secret"],
                   values.get("algorithm", "SHA1"), int(values.get("digits", "6")), int(values.get("period", "30")),
                   int(values.get("counter", "0")))

    def code(self, ahead: int = 0) -> str:
        """The code of the present step or counter, or of one so many later."""
        moves = ["--hotp", f"--counter={self.counter + ahead}"]
        if self.kind == "totp":
            moment = int(time.time()) + ahead * self.period
            moves = [f"--totp={self.algorithm.lower()}", f"--time-step-size={self.period}s", f"--now=@{moment}"]
        return subprocess.run(["oathtool", "--base32", f"--digits={self.digits}", *moves, "-"], input=self.secret,
                              text=True, capture_output=True, check=True).stdout.strip()


def scan(image: Path) -> str:
    """The text of the QR code in an image file."""
    return subprocess.run(["zbarimg", "--quiet", "--raw", "--oneshot", "--nodbus", image], text=True,
                          capture_output=True, check=True).stdout.removesuffix("\n")


def scan_screen(drawing: str, image: Path) -> str:
    """The text of a QR code that is drawn in characters on a dark terminal; `image` is a file to use."""
    cells = [row for line in drawing.splitlines() for row in _rows_of(line)]
    scale, margin = 6, 4
    width = max(map(len, cells)) + 2 * margin
    frame = [""] * margin
    rows = [bytes(255 if lit == "1" else 0 for lit in f"{'0' * margin}{row}".ljust(width, "0") for _ in range(scale))
            for row in [*frame, *cells, *frame] for _ in range(scale)]
    image.write_bytes(f"P5\n{width * scale} {len(rows)}\n255\n".encode() + b"".join(rows))
    return scan(image)


_HALF_BLOCKS = {" ": "00", "▀": "10", "▄": "01", "█": "11"}


def _rows_of(line: str) -> list[str]:
    """Rows of square cells, "1" where the terminal's foreground shows."""
    if "#" in line:  # two characters make a square
        return ["".join("1" if line[i] == "#" else "0" for i in range(0, len(line), 2))]
    return ["".join(_HALF_BLOCKS[character][half] for character in line) for half in (0, 1)]
