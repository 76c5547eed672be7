"""What tests/ui/test_offline.py runs where no network is: the first start, questions, the page; prints who was asked.

    python offline_driver.py HOME CACHE

Run in a network namespace of its own that has nothing but a loopback device. Linux counts there every packet that found
no route, whichever library and language it came from; what Python looks up or connects to is recorded by name besides.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import urllib.request
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

GUARD = """
import sys, os
def watch(event, arguments):
    if event in ("socket.getaddrinfo", "socket.connect", "socket.sendto"):
        host = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
        host = host[0] if isinstance(host, tuple) else host
        if host not in (None, "", "127.0.0.1", "localhost", "::1", "0.0.0.0", b"127.0.0.1", b"localhost"):
            if not str(host).startswith("/"):
                with open(os.environ["GUARD_LOG"], "a") as log:
                    log.write(f"{event} {host!r}\\n")
sys.addaudithook(watch)
"""


def raise_loopback() -> None:
    """Switch the loopback device on (SIOCGIFFLAGS, SIOCSIFFLAGS), which a new namespace has off."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        request = struct.pack("16sh", b"lo", 0)
        flags = struct.unpack("16sh", fcntl.ioctl(device, 0x8913, request))[1]
        fcntl.ioctl(device, 0x8914, struct.pack("16sh", b"lo", flags | 1))


def unrouted() -> int:
    """Packets and connections that found no route, IPv4 and IPv6, since the namespace was made."""
    names, values = (
        line.split()[1:] for line in Path("/proc/self/net/snmp").read_text().splitlines() if line.startswith("Ip:")
    )
    six = Path("/proc/self/net/snmp6")
    rows = dict(line.split() for line in six.read_text().splitlines()) if six.exists() else {}
    return int(dict(zip(names, values, strict=True))["OutNoRoutes"]) + int(rows.get("Ip6OutNoRoutes", 0))


def main() -> None:
    """Start the application for the first time, open its page, ask; print one JSON value."""
    home, cache = Path(sys.argv[1]), Path(sys.argv[2])
    raise_loopback()
    guard, log = home.parent / "guard", home.parent / "guard.log"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(GUARD)
    log.touch()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home.parent),
        "PYTHONPATH": os.pathsep.join([str(guard), str(REPOSITORY)]),
        "GUARD_LOG": str(log),
        "COP_KB_HOME": str(home),
        "COP_KB_CACHE": str(cache),
    }
    probe = unrouted()
    with socket.socket() as outside:
        outside.connect_ex(("192.0.2.1", 80))  # a documentation address: shows that an attempt is counted
    counts_attempts = unrouted() > probe
    before = unrouted()
    command = [sys.executable, str(REPOSITORY / "app.py"), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        address, said = "", []
        for line in process.stderr:
            said.append(line)
            address = next((word for word in line.split() if word.startswith("http")), address)
            if "Ready to answer" in line:
                break
        pages = [urllib.request.urlopen(f"{address}?lang={language}").status for language in ("vi", "en")]
        answers = [
            json.loads(
                subprocess.run(
                    [sys.executable, "-m", "ui.cli", "ask", question, "--json"],
                    capture_output=True,
                    check=True,
                    env=environment,
                ).stdout
            )["outcome"]
            for question in ("Bốn nhiệm vụ của NHIC là gì?", "What are NHIC's four tasks?")
        ]
        process.terminate()
    print(
        json.dumps(
            {
                "counts_attempts": counts_attempts,
                "unrouted": unrouted() - before,
                "asked": log.read_text().splitlines(),
                "pages": pages,
                "answers": answers,
                "said": said,
            }
        )
    )


if __name__ == "__main__":
    main()
