"""The ideas routes with slow upstreams: sequential and concurrent, with one client and with many."""

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
from workloads import Workload

sys.path.append(str(REFERENCE))
from fake_reddit import TITLES, listing  # noqa: E402

SUBREDDITS = ("recipes", "easyrecipes", "TopSecretRecipes")
DELAY = 100  # milliseconds
CROWD = 200
LINES = [f"{score}: {title} ({url})" for score, title, url in TITLES["recipes"]]
BODY = json.dumps({name: LINES for name in SUBREDDITS}, ensure_ascii=False, separators=(",", ":"))
CONCURRENT = Workload("ideas/async", "/api/v1/recipes/ideas/async", BODY)
SEQUENTIAL = Workload("ideas/", "/api/v1/recipes/ideas/", BODY)


@contextmanager
def upstream(directory: Path):
    """Starts an upstream that answers every request with the same five posts after `DELAY`. Yields its URL."""
    body = directory / "listing.json"
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


def ask(server: Server, workload: Workload, clients: int) -> dict[str, float]:
    """All clients send a request at the same moment, on open connections. Returns the milliseconds until the last
    answer, the longest time that the server reports, and CPU microseconds per request."""
    connections = [socket.create_connection(("127.0.0.1", server.start.port), timeout=30) for _ in range(clients)]
    request = f"GET {workload.path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()
    before, began = sum(server.processor_seconds().values()), time.monotonic()
    for connection in connections:
        connection.sendall(request)
    answers = [read(connection) for connection in connections]
    wall = time.monotonic() - began
    cost = sum(server.processor_seconds().values()) - before
    for status, times, body in answers:
        if status != 200 or not workload.is_correct(body):
            raise Failure(f"{workload.path} was answered with {status} {body[:200]}")
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
    """The first 200 requests open connections to the upstream; the next 200 find them open."""
    cold, warm = ask(server, CONCURRENT, CROWD), ask(server, CONCURRENT, CROWD)
    one = [ask(server, CONCURRENT, 1)["process"] for _ in range(10)]
    turn = [ask(server, SEQUENTIAL, 1)["process"] for _ in range(5)]
    return {"cold": cold, "warm": warm, "concurrent": median(one), "sequential": median(turn)}
