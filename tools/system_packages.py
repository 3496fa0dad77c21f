"""Install the real servers and the browser that the tests run against.

Only for tests: the product itself needs no system package. As root on Debian the packages are installed;
otherwise one line says what to install. With CI=true a missing part ends the run here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

INSTALL_LIMIT_S = 600


def _has_program(name: str) -> Callable[[], bool]:
    return lambda: shutil.which(name) is not None


def _has_chinese_font() -> bool:
    return any(Path("/usr/share/fonts").rglob("NotoSansCJK*"))


# MongoDB is not in Debian; the tests take it from a locked Python wheel.
PACKAGES: dict[str, Callable[[], bool]] = {
    "dovecot-imapd": _has_program("dovecot"),
    "dovecot-lmtpd": lambda: Path("/usr/lib/dovecot/lmtp").exists(),
    "exim4-daemon-light": _has_program("exim4"),
    "redis-server": _has_program("redis-server"),
    "chromium": _has_program("chromium"),
    "fonts-noto-cjk": _has_chinese_font,
}


def missing() -> list[str]:
    """List the packages whose part is not on this machine."""
    return [name for name, is_here in PACKAGES.items() if not is_here()]


def install(packages: Sequence[str]) -> None:
    """Install Debian packages without a question.

    Raises:
        subprocess.CalledProcessError: apt-get failed; its own message is on the terminal.
    """
    environment = {
        **os.environ,
        "DEBIAN_FRONTEND": "noninteractive",
        "RUNLEVEL": "1",  # keeps Debian from starting the servers that it installs
    }
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"]
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        subprocess.run(
            [*apt, *arguments], env=environment, stdin=subprocess.DEVNULL, timeout=INSTALL_LIMIT_S, check=True
        )


def main() -> int:
    """Install what is missing, or say what to install; return the exit code."""
    packages = missing()
    if not packages:
        return 0
    by_hand = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"setup: some tests need more; as root: {by_hand}", file=sys.stderr)
        return 1 if os.environ.get("CI") == "true" else 0
    print(f"setup: {by_hand}", flush=True)
    try:
        install(packages)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as err:
        print(f"setup: apt-get failed ({err}); by hand: {by_hand}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
