"""What keeps reports on this machine, for as long as questions make some.

`hold` is for reports that go into the queue (WER_SUBMIT_QUEUE) without anybody's consent: WER is told to queue all
reports (ForceQueue) and to ask before it sends one of our event. `seal` is for reports that WER might send, and for
crashes, of which Windows makes a report by itself: WER is told that its server is a port of this machine, where a
listener of ours takes connections and answers nothing.

Which setting wins where two contradict each other is itself a question. So each is set wherever it can be, then read
back, and if any other place says otherwise, or cannot be read, nothing is submitted.
"""

import sys

if sys.platform != "win32":
    raise ImportError("this runs in a Python for Windows: dev.py facts")

import socket
import threading
from contextlib import suppress

from tools.facts_on_windows import stored
from tools.facts_on_windows.journal import Journal, read_number, read_text, read_value
from tools.facts_on_windows.question import Unanswered

WER = r"Software\Microsoft\Windows\Windows Error Reporting"
POLICIES = r"Software\Policies\Microsoft\Windows\Windows Error Reporting"
PLACES = [(hive, key) for key in (POLICIES, WER) for hive in ("HKLM", "HKCU")]
ASK = 1  # a consent: ask before anything is sent
LOOPBACK = "127.0.0.1"


class Refused(Unanswered):
    """It could not be shown that nothing would leave the machine."""


class Listener:
    """A server on the loopback interface that takes connections, counts them and closes them without an answer."""

    def __init__(self) -> None:
        self._socket = socket.create_server((LOOPBACK, 0))
        self.port: int = self._socket.getsockname()[1]
        self.connections = 0
        self.own = 0
        """How many of them `check_sealed` made."""
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                connection.close()

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()


def writable(admin: bool) -> list[str]:
    """The hives that settings can be written to."""
    return ["HKCU", "HKLM"] if admin else ["HKCU"]


def hold(journal: Journal, admin: bool) -> None:
    """See to it that reports of ours stay in the queue, or raise `Refused`."""
    journal.expect_reports()
    for hive in writable(admin):
        journal.set_number(hive, rf"{WER}\Consent", stored.EVENT, ASK, guard=True)
        journal.set_number(hive, WER, "ForceQueue", 1, guard=True)
    check_held(admin)


def check_held(admin: bool) -> None:
    """Read back what `hold` set, and look for what contradicts it."""
    for hive in writable(admin):
        _expect(
            read_number(hive, rf"{WER}\Consent", stored.EVENT) == ASK, rf"{hive}\…\Consent\{stored.EVENT} is not {ASK}"
        )
        _expect(read_number(hive, WER, "ForceQueue") == 1, rf"{hive}\…\ForceQueue is not 1")
    for hive, key in PLACES:
        if read_value(hive, key, "ForceQueue") is not None:
            _expect(read_number(hive, key, "ForceQueue") in (1, 2), rf"{hive}\{key}\ForceQueue does not queue")
        if read_value(hive, rf"{key}\Consent", stored.EVENT) is not None:
            _expect(
                read_number(hive, rf"{key}\Consent", stored.EVENT) in (0, ASK),
                rf"{hive}\{key}\Consent\{stored.EVENT} does not ask",
            )
        if read_value(hive, rf"{key}\Consent", "DefaultOverrideBehavior") not in (None, (4, bytes(4))):
            consent = read_value(hive, rf"{key}\Consent", "DefaultConsent")
            _expect(
                consent is None or read_number(hive, rf"{key}\Consent", "DefaultConsent") in (0, ASK),
                rf"{hive}\{key}\Consent\DefaultOverrideBehavior puts a consent that sends above that of the event",
            )


def seal(journal: Journal) -> Listener:
    """See to it that what is sent goes to a listener of ours, or raise `Refused`."""
    journal.expect_reports()
    listener = Listener()
    for hive in writable(True):
        journal.set_text(hive, WER, "CorporateWERServer", LOOPBACK, guard=True)
        journal.set_number(hive, WER, "CorporateWERPortNumber", listener.port, guard=True)
        journal.set_number(hive, WER, "CorporateWERUseSSL", 0, guard=True)
        journal.set_number(hive, WER, "CorporateWERUseAuthentication", 0, guard=True)
        journal.set_number(hive, WER, "DontSendAdditionalData", 1, guard=True)
        journal.set_number(hive, WER, "DontShowUI", 1, guard=True)
    check_sealed(listener)
    return listener


def check_sealed(listener: Listener) -> None:
    """Read back what `seal` set, connect to what it says, and look for policies that contradict it."""
    for hive in writable(True):
        server, port = read_text(hive, WER, "CorporateWERServer"), read_number(hive, WER, "CorporateWERPortNumber")
        _expect(server == LOOPBACK and port == listener.port, rf"{hive}\…\CorporateWERServer is not the listener's")
    for hive in ("HKLM", "HKCU"):
        for name in ("CorporateWERServer", "CorporateWERPortNumber"):
            _expect(read_value(hive, POLICIES, name) is None, rf"the policy {hive}\{POLICIES}\{name} is set")
    server, port = read_text("HKLM", WER, "CorporateWERServer"), read_number("HKLM", WER, "CorporateWERPortNumber")
    before = listener.connections
    with suppress(OSError), socket.create_connection((str(server), port or 0), timeout=5) as connection:
        connection.recv(1)
    listener.own += listener.connections - before
    _expect(listener.connections > before, "the listener cannot be reached at the address that the registry has")


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Refused(f"it cannot be shown that nothing would leave the machine: {otherwise}")
