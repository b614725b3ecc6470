"""What the database costs: reads next to the C loop, searches in small and large tables, writes, and reads while writes
wait for a lock. On SQLite, and on PostgreSQL if POSTGRES_URL is set. data.sh starts it."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

from load import closed_loop, wrk
from peers import BRIGADE, BUILD, PEERS, VENV, Peer
from server import Server
from workloads import CREATE, FIXED, LIVE, NEW_RECIPE, READ, SEARCH, Workload

ROUNDS, SECONDS, CONNECTIONS = 3, 2, 64
SIZES = (1_000, 1_000_000)
# A word of one label; a word of none; one with accents; one of every label.
KEYWORDS = {"rare": "saffron", "absent": "lasagne", "accented": "cr%C3%A8me%20br%C3%BBl%C3%A9e", "common": "potato"}
# No label has it, but every fifth label has all of its trigrams.
WORST = "potatomato"
WAITING = 1_000
PATHS = {"recipe": READ, "search, three rows": SEARCH}

named = {peer.name: peer for peer in PEERS}
limit, brigade = named["limit"], named["brigade"]


class Page(Workload):
    """The home page: its nonces differ in each answer."""

    def is_correct(self, body: str) -> bool:
        return len(body) == len(self.body)


@contextmanager
def directory():
    path = Path(tempfile.mkdtemp(prefix="run-", dir=BUILD))
    try:
        yield path
    finally:
        shutil.rmtree(path)


def measure(peer: Peer, workload: Workload, seconds: int = SECONDS, connections: int = CONNECTIONS) -> dict:
    with directory() as path, Server(peer, path, workload) as server:
        wrk(server, workload, connections, 1)  # warms it up
        return closed_loop(server, workload, connections, seconds)


def home_page() -> Page:
    with directory() as path, Server(brigade, path, FIXED) as server:
        return Page("home page", "/", urllib.request.urlopen(f"http://127.0.0.1:{server.start.port}/").read().decode())


def row(name: str, *cells: object) -> None:
    print("| " + " | ".join([name, *map(str, cells)]) + " |", flush=True)


def heading(title: str, *heads: str) -> None:
    print(f"\n**{title}**\n\n| | " + " | ".join(heads) + " |\n|---|" + "--:|" * len(heads))


def spread(values: list[float]) -> str:
    return f"{median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def beside_the_limit() -> None:
    heading("Reads, 64 clients", "CPU µs per request", "× the C loop", "requests/s", "p99 µs")
    small = Workload("the C loop", "/", LIVE)
    workloads = [READ, replace(SEARCH, name="search, three rows"), home_page()]
    samples: dict[str, list[tuple[dict, float]]] = {each.name: [] for each in workloads}
    base: list[float] = []
    for _ in range(ROUNDS):
        base.append(measure(limit, small)["cpu"])
        for workload in workloads:
            found = measure(brigade, workload)
            samples[workload.name].append((found, found["cpu"] / base[-1]))
    row("C loop, 15 bytes", spread(base), "1", "", "")
    for name, found in samples.items():
        row(name, spread([each["cpu"] for each, _ in found]), spread([ratio for _, ratio in found]),
            round(median(each["rate"] for each, _ in found)), round(median(each["p99"] for each, _ in found)))  # fmt: skip


def fill(path: Path, count: int) -> None:
    """A database of the application's own migrations, with that many recipes."""
    subprocess.run([BRIGADE.parent / "recipe-worker", "prestart"], check=True, capture_output=True,
                   env=os.environ | {"DATABASE_URL": f"sqlite:///{path}"})  # fmt: skip
    words = ["potato", "tomato", "soup", "stew", "pie", "with", "garlic", "onion", "beans", "rice"]
    connection = sqlite3.connect(path)
    with connection:
        connection.executemany(
            "INSERT INTO recipe (label, source, url, submitter_id) VALUES (?, 'Mum', 'http://example.com/', 1)",
            ((label(number, count, words),) for number in range(4, count + 1)),
        )
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def label(number: int, count: int, words: list[str]) -> str:
    rare = {count * 2 // 3: " saffron", count * 3 // 4: " crème brûlée"}.get(number, "")
    return f"potato {words[number % 9]} {words[number // 9 % 10]} no. {number}{rare}"


def searches() -> None:
    heading("Search, 16 clients: CPU µs per request", *(f"{size:,} recipes".replace(",", " ") for size in SIZES), "ratio")
    cost: dict[str, list[float]] = {name: [] for name in KEYWORDS}
    worst: list[float] = []
    for size in SIZES:
        with directory() as path:
            fill(path / "recipes.db", size)
            with Server(brigade, path, FIXED) as server:
                for name, keyword in KEYWORDS.items():
                    workload = Workload(name, f"/api/v1/recipes/search/?keyword={keyword}", "")
                    wrk(server, workload, 16, 1)
                    cost[name].append(closed_loop(server, workload, 16, SECONDS)["cpu"])
                worst.append(milliseconds(server, f"/api/v1/recipes/search/?keyword={WORST}"))
    for name, (small, large) in cost.items():
        row(name, f"{small:.1f}", f"{large:.1f}", f"{large / small:.2f} ×")
    row("absent, with common trigrams, one client", *(f"{each:.1f} ms" for each in worst), "")


def milliseconds(server: Server, path: str) -> float:
    """The median of five requests."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        urllib.request.urlopen(f"http://127.0.0.1:{server.start.port}{path}").read()
        times.append((time.perf_counter() - start) * 1e3)
    return median(times)


def creates() -> None:
    heading("Durable POST, 64 clients", "created/s", "CPU µs per request", "p50 µs", "p99 µs")
    for peer in (brigade, named["gunicorn"]):
        if not peer.missing:
            found = [measure(peer, CREATE, 3 * SECONDS) for _ in range(ROUNDS)]
            row(peer.title, *(round(median(each[key] for each in found)) for key in ("rate", "cpu", "p50", "p99")))


class Writer:
    """A client that sends a POST and waits for its answer."""

    def __init__(self, port: int) -> None:
        body = json.dumps(NEW_RECIPE)
        self.socket = socket.create_connection(("127.0.0.1", port), 60)
        self.socket.sendall(
            f"POST /api/v1/recipes/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )

    def status(self) -> int:
        return int(self.socket.makefile("rb").readline().split()[1])


def behind_a_lock() -> None:
    heading(f"Reads while {WAITING} writes wait for a foreign lock", "p50 µs", "p99 µs", "requests/s")
    patient = replace(brigade, environment=lambda start: brigade.environment(start) | {"DATABASE_BUSY_TIMEOUT": "20s"})
    for name, workload in PATHS.items():
        with directory() as path, Server(patient, path, workload) as server:
            wrk(server, workload, CONNECTIONS, 1)
            quiet = closed_loop(server, workload, CONNECTIONS, SECONDS)
            other = sqlite3.connect(path / "recipes.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            writers = [Writer(server.start.port) for _ in range(WAITING)]
            wrk(server, workload, CONNECTIONS, 1)  # to read a thousand requests takes some ms: before the measurement
            waiting = closed_loop(server, workload, CONNECTIONS, SECONDS)
            other.execute("ROLLBACK")
            answers = [writer.status() for writer in writers]
            assert answers == [201] * WAITING, sorted(set(answers))
        for what, found in (("quiet", quiet), ("waiting", waiting)):
            row(f"{name}, {what}", *(round(found[key]) for key in ("p50", "p99", "rate")))


def on_postgres(url: str) -> None:
    heading("PostgreSQL: a recipe, 64 clients", "CPU µs per request, without PostgreSQL's", "requests/s", "p50 µs", "p99 µs")
    peers = [replace(brigade, environment=lambda start: {"DATABASE_URL": url})]
    if not named["gunicorn"].missing:
        fastapi = named["gunicorn"].environment
        database = url.replace("postgresql://", "postgresql+psycopg://")
        peers.append(replace(named["gunicorn"], environment=lambda start: fastapi(start) | {"RECIPES_DB": database}))
    for peer in peers:
        found = [measure(peer, READ) for _ in range(ROUNDS)]
        row(peer.title, spread([each["cpu"] for each in found]),
            *(round(median(each[key] for each in found)) for key in ("rate", "p50", "p99")))  # fmt: skip


def main() -> None:
    beside_the_limit()
    searches()
    creates()
    behind_a_lock()
    if url := os.environ.get("POSTGRES_URL"):
        on_postgres(url)


if __name__ == "__main__":
    main()
