"""The ideas: what a slow upstream costs, asked one after another and all at once, by one client and by many."""

import json
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from peers import BUILD, REFERENCE
from server import Failure, Server, free_port
from works import Work

sys.path.append(str(REFERENCE))
from fake_reddit import TITLES, listing  # noqa: E402

SUBREDDITS = ("recipes", "easyrecipes", "TopSecretRecipes")
DELAY = 100  # milliseconds
CROWD = 200
LINES = [f"{score}: {title} ({url})" for score, title, url in TITLES["recipes"]]
BODY = json.dumps({name: LINES for name in SUBREDDITS}, ensure_ascii=False, separators=(",", ":"))
AT_ONCE = Work("ideas/async", "/api/v1/recipes/ideas/async", BODY)
IN_TURN = Work("ideas/", "/api/v1/recipes/ideas/", BODY)


@contextmanager
def upstream(folder: Path):
    """Somebody who answers every request with the same five posts after `DELAY`; its URL."""
    body = folder / "listing.json"
    body.write_text(json.dumps(listing("recipes")))
    port = free_port()
    process = subprocess.Popen([BUILD / "upstream", str(port), str(DELAY), body])
    try:
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def ask(server: Server, work: Work, clients: int) -> dict[str, float]:
    """So many ask at the same moment, over connections that are open: milliseconds until the last has its answer, and
    the longest that the server says it took."""
    connections = [socket.create_connection(("127.0.0.1", server.start.port), timeout=30) for _ in range(clients)]
    request = f"GET {work.path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()
    before, began = sum(server.processor_seconds().values()), time.monotonic()
    for connection in connections:
        connection.sendall(request)
    answers = [read(connection) for connection in connections]
    wall = time.monotonic() - began
    cost = sum(server.processor_seconds().values()) - before
    for status, times, body in answers:
        if status != 200 or not work.is_right(body):
            raise Failure(f"{work.path} was answered with {status} {body[:200]}")
    for connection in connections:
        connection.close()
    longest = max(times for _, times, _ in answers)
    return {"wall": round(wall * 1000, 2), "process": round(longest * 1000, 2), "cpu": round(cost / clients * 1e6)}


def read(connection: socket.socket) -> tuple[int, float, str]:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536) or b"\r\n\r\n"
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines[1:])
    while len(body) < int(fields.get("content-length", 0)):
        body += connection.recv(65536)
    return int(lines[0].split()[1]), float(fields.get("x-process-time", "nan")), body.decode()


def measure(server: Server) -> dict[str, object]:
    """The first crowd opens nearly all of its connections; the second finds them open."""
    cold, warm = ask(server, AT_ONCE, CROWD), ask(server, AT_ONCE, CROWD)
    one = [ask(server, AT_ONCE, 1)["process"] for _ in range(10)]
    turn = [ask(server, IN_TURN, 1)["process"] for _ in range(5)]
    return {"cold": cold, "warm": warm, "at_once": median(one), "in_turn": median(turn)}
