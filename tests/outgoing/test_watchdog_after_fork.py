"""Workers are forked, threads are not: a child is guarded, and opens connections of its own."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import os, socket, sys, time
from tests.outgoing.servers import Raw, http, read_request, channel_to
from outgoing.errors import ReadTimedOut
from outgoing.wire import WireRequest

def talk(peer):
    while request := read_request(peer):
        if b"/drip" not in request:
            peer.sendall(http(b"{}"))
            continue
        peer.sendall(b"HTTP/1.1 200 OK\\r\\nX: ")
        while True:
            time.sleep(0.05)
            peer.sendall(b"a")

server = Raw(talk)
with channel_to(server.port, total_timeout=0.5) as channel:
    assert channel.send(WireRequest("GET", "/warm")).status == 200
    child = os.fork()
    if child == 0:
        try:
            assert channel.send(WireRequest("GET", "/own")).status == 200
            channel.send(WireRequest("GET", "/drip"))
        except ReadTimedOut:
            os._exit(0)
        os._exit(1)
    status = os.waitpid(child, 0)[1]
    own = server.connections == 2
    assert channel.send(WireRequest("GET", "/again")).status == 200
    own = own and server.connections == 2
server.end()
sys.exit(os.waitstatus_to_exitcode(status) if own else 2)
"""


def test_a_forked_worker_is_guarded_too() -> None:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT], cwd=root, timeout=30, check=False
    )
    assert done.returncode == 0
