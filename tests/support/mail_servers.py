"""A real Dovecot and a real Exim on free ports of 127.0.0.1, each with its own folder, run by an ordinary user.

Mail to anybody at `test.local` goes into that mailbox, mail to `hub.local` to a listener of ours, and `nosuchuser`
bounces. Both programs refuse to serve mailboxes as root, so under root they run as `nobody`. Dovecot's sockets have
short names only, so the folder lies directly below the system's folder for temporary files.
"""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import shutil
import signal
import smtplib
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.support.mail_server_files import dovecot_file, exim_file
from tests.support.process import ServerFailed, ServerProcess, free_port

START_LIMIT_S = 60.0
_TRIES = 3
DOMAIN = "test.local"
HUB_DOMAIN = "hub.local"
UNKNOWN_USER = f"nosuchuser@{DOMAIN}"
PASSWORD = "secret"
_ORDINARY = "nobody"
_SERVERS = "/usr/sbin:/usr/local/sbin:/sbin"


def find_mail_servers() -> str | None:
    """Return the path of dovecot when it, its LMTP part and exim4 are installed, else None."""
    dovecot = _find("dovecot")
    has_lmtp = any(Path(folder, "dovecot", "lmtp").exists() for folder in ("/usr/lib", "/usr/libexec"))
    return dovecot if dovecot and has_lmtp and _find("exim4") else None


class MailServers:
    """A mail provider: IMAP, LMTP and SMTP. Any user name has a mailbox, with the password `PASSWORD`."""

    host = "127.0.0.1"
    password = PASSWORD

    def __init__(self) -> None:
        """Choose the ports; `start` makes the folder and runs both programs."""
        self.imap_port = self.lmtp_port = self.smtp_port = self.hub_port = 0
        self._choose_ports()
        self._folder = Path()
        self._dovecot: ServerProcess | None = None
        self._exim: ServerProcess | None = None

    def start(self) -> None:
        """Start both and wait until they answer; on other ports where somebody else has taken one meanwhile."""
        for _ in range(_TRIES - 1):
            with contextlib.suppress(ServerFailed):
                self._start_once()
                return
            self.stop()
            self._choose_ports()
        self._start_once()

    def _choose_ports(self) -> None:
        self.imap_port, self.lmtp_port, self.smtp_port, self.hub_port = (free_port() for _ in range(4))

    def _start_once(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="huike-mail-"))
        user, guard = _ordinary_user()
        group = grp.getgrgid(user.pw_gid).gr_name
        for name in ("run", "state", "mail", "home", "spool", "log"):
            (self._folder / name).mkdir()
        dovecot, exim = self._folder / "dovecot.conf", self._folder / "exim.conf"
        dovecot.write_text(
            dovecot_file(self._folder, user=user.pw_name, group=group, imap=self.imap_port, lmtp=self.lmtp_port)
        )
        exim.write_text(
            exim_file(
                self._folder,
                user=user.pw_name,
                group=group,
                smtp=self.smtp_port,
                lmtp=self.lmtp_port,
                hub=self.hub_port,
            )
        )
        exim.chmod(0o644)
        if os.geteuid() == 0:
            for path in (self._folder, *self._folder.iterdir()):
                os.chown(path, user.pw_uid, user.pw_gid)
        self._dovecot = ServerProcess(
            [*guard, _find("dovecot") or "dovecot", "-F", "-c", dovecot], log=self._folder / "dovecot.out"
        )
        self._exim = ServerProcess(
            [*guard, _find("exim4") or "exim4", "-C", exim, "-bdf", "-q1m"], log=self._folder / "exim.out"
        )
        self.start_imap()
        self._exim.start()
        self._exim.wait_until(lambda: _answers(self.smtp_port, b"", b"220 mx.test.local"), limit_s=START_LIMIT_S)

    def stop(self) -> None:
        """Make sure that both are gone, and their folder too."""
        self.stop_imap()
        if self._exim is not None:
            self._exim.stop()
        if self._folder != Path():
            shutil.rmtree(self._folder, ignore_errors=True)

    def start_imap(self) -> None:
        """Start Dovecot, again on the same ports and with the same mailboxes."""
        if self._dovecot is None:
            raise AssertionError("the mail servers were not started")
        self._dovecot.start()
        # A greeting alone could be that of somebody else's server at this port.
        login = f"a LOGIN probe@{DOMAIN} {PASSWORD}\r\n".encode()
        self._dovecot.wait_until(lambda: _answers(self.imap_port, login, b"a OK"), limit_s=START_LIMIT_S)

    def stop_imap(self) -> None:
        """End Dovecot and with it every connection of IMAP."""
        if self._dovecot is None or not self._dovecot.is_running:
            return
        sessions = _children(self._dovecot.pid)
        self._dovecot.stop()
        # Left alone, a session that idles notices the end of its master some ten seconds later.
        for pid in sessions:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    def restart_imap(self) -> None:
        """End Dovecot and start it again."""
        self.stop_imap()
        self.start_imap()

    @staticmethod
    def address(user: str) -> str:
        """Return a user's address, which is also the name to log in with."""
        return user if "@" in user else f"{user}@{DOMAIN}"

    def deliver(self, raw: bytes, user: str = "support", *, sender: str = "customer@test.local") -> None:
        """Put a mail straight into a mailbox, as it is."""
        with smtplib.LMTP(self.host, self.lmtp_port, timeout=30) as lmtp:
            lmtp.sendmail(sender, [self.address(user)], raw)

    def submit(self, raw: bytes, to: str | Sequence[str], *, sender: str = "customer@test.local") -> None:
        """Give a mail to Exim, as any mail program does; it arrives a moment later. An empty sender is a bounce's."""
        with smtplib.SMTP(self.host, self.smtp_port, timeout=30) as smtp:
            smtp.sendmail(sender, to, raw)

    def mailbox(self, user: str) -> list[bytes]:
        """Return every mail of a mailbox as it was delivered, oldest first."""
        return [path.read_bytes() for path in self._mails(user)]

    def flags(self, user: str) -> list[str]:
        """Return for each mail of a mailbox the letters of its flags (`S` is seen), oldest first."""
        return [path.name.partition(":2,")[2] for path in self._mails(user)]

    def renew_mailbox(self, user: str) -> None:
        """Make Dovecot forget how it numbered a mailbox: the mails stay, UIDVALIDITY changes. Restarts Dovecot."""
        self.stop_imap()
        for path in self._maildir(user).glob("dovecot*"):
            path.unlink()
        # UIDVALIDITY is the second in which Dovecot first sees a mailbox: within the same one it would not change.
        time.sleep(1.1)
        self.start_imap()

    def log(self) -> str:
        """Return what both programs wrote, for a failed test."""
        logs = sorted([*self._folder.glob("*.out"), *self._folder.glob("*.log"), *self._folder.glob("log/*")])
        return "\n".join(f"== {path.name}\n{path.read_text(errors='replace')[-4000:]}" for path in logs)

    def _maildir(self, user: str) -> Path:
        return self._folder / "mail" / self.address(user)

    def _mails(self, user: str) -> list[Path]:
        maildir = self._maildir(user)
        found = [path for part in ("new", "cur") for path in (maildir / part).glob("*")]
        # The name of a mail begins with seconds, then M and microseconds of its delivery.
        return sorted(found, key=_delivered_at)


@contextlib.contextmanager
def running_mail_servers() -> Iterator[MailServers]:
    """Run the mail servers as long as the block."""
    servers = MailServers()
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()


def _children(pid: int) -> Sequence[int]:
    """Return the processes that a process has started and that are its own still."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()] if listed.exists() else []


def _delivered_at(path: Path) -> tuple[int, int]:
    seconds, _, rest = path.name.partition(".")
    return int(seconds), int(rest.partition("P")[0].removeprefix("M"))


def _find(program: str) -> str | None:
    return shutil.which(program) or shutil.which(program, path=_SERVERS)


def _ordinary_user() -> tuple[pwd.struct_passwd, Sequence[str]]:
    """Return who runs the servers, and the words that make a command theirs.

    Exim is set-uid root: without new privileges it stays with its user, and with the tests when they end.
    """
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()), ("setpriv", "--no-new-privs", "--pdeathsig", "KILL")
    user = pwd.getpwnam(_ORDINARY)
    ids = ("--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups")
    # The signal at the parent's death is lost when the user changes, so it is asked for again.
    return user, ("setpriv", *ids, "--no-new-privs", "--pdeathsig", "KILL")


def _answers(port: int, line: bytes, words: bytes) -> bool:
    """Tell whether what listens there says these words, after a line of ours where one is given."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 2) as peer:
        heard = peer.recv(400)
        if line:
            peer.sendall(line)
            heard = peer.recv(400)
        return words in heard
    return False
