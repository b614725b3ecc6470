"""A benchmark run: the sequence of measurements and the raw results. run.sh builds what is needed and starts it."""

import argparse
import json
import os
import platform
import resource
import shutil
import signal
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import ideas
import report
from load import closed_loop, open_loop, wrk
from peers import BUILD, HERE, PEERS, Peer
from server import Failure, Server
from workloads import CREATE, FIXED, READ, SEARCH, Workload

CONNECTIONS = 64
SWEEP = [1, 16, 64, 256, 1000, 4000]


class Run:
    def __init__(self, peers: list[Peer], rounds: int, seconds: int) -> None:
        self.peers, self.rounds, self.seconds = peers, rounds, seconds
        self.samples: list[dict] = []
        self.failures: list[dict] = []

    @contextmanager
    def server(self, peer: Peer, workload: Workload, workers: int = 1):
        """A server in a new directory on the disk. Its failure ends only this measurement."""
        directory = Path(tempfile.mkdtemp(prefix="run-", dir=BUILD))
        try:
            with Server(peer, directory, workload, workers) as server:
                yield server
        except Failure as failure:
            self.failures.append({"peer": peer.name, "workload": workload.name, "why": str(failure)})
            say(f"{peer.name}, {workload.name}: {failure}")
        finally:
            shutil.rmtree(directory)

    def keep(self, kind: str, peer: Peer, workload: Workload, number: int, **figures: object) -> None:
        self.samples.append({"kind": kind, "peer": peer.name, "workload": workload.name, "round": number, **figures})

    def side_by_side(self, number: int, workload: Workload) -> None:
        """One round of every peer: closed loop, then open loop at half its rate."""
        for peer in self.peers:
            say(f"round {number} of {self.rounds}: {workload.name}, {peer.name}")
            with self.server(peer, workload) as server:
                rest = server.memory()
                wrk(server, workload, CONNECTIONS, 1)  # warms it up
                closed = closed_loop(server, workload, CONNECTIONS, self.seconds)
                loaded = server.memory()
                figures = open_loop(server, workload, closed["rate"] / 2, CONNECTIONS, self.seconds)
                self.keep("peers", peer, workload, number, closed=closed, open=figures, rest=rest, loaded=loaded)

    def creates(self, number: int) -> None:
        for peer in self.peers:
            if peer.has_database:
                say(f"round {number} of {self.rounds}: create, {peer.name}")
                with self.server(peer, CREATE) as server:
                    # Longer, because these requests are slow and those in flight at the end are not counted.
                    closed = closed_loop(server, CREATE, CONNECTIONS, 3 * self.seconds)
                    self.keep("create", peer, CREATE, number, closed=closed)

    def connections(self, number: int) -> None:
        allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 100
        for peer in self.peers:
            if peer.name in ("limit", "brigade"):
                say(f"round {number} of {self.rounds}: connections, {peer.name}")
                with self.server(peer, FIXED) as server:
                    for count in [count for count in SWEEP if count <= allowed]:
                        closed = closed_loop(server, FIXED, count, self.seconds)
                        self.keep("connections", peer, FIXED, number, connections=count, closed=closed)

    def workers(self, number: int) -> None:
        for peer in self.peers:
            if peer.name == "brigade":
                for workload in (READ, SEARCH):
                    for count in (1, 2):
                        say(f"round {number} of {self.rounds}: {count} workers, {workload.name}")
                        with self.server(peer, workload, count) as server:
                            closed = closed_loop(server, workload, CONNECTIONS, self.seconds)
                            self.keep("workers", peer, workload, number, workers=count, closed=closed)

    def ideas(self, number: int) -> None:
        for peer in self.peers:
            if peer.has_database:
                say(f"round {number} of {self.rounds}: ideas, {peer.name}")
                with self.server(peer, ideas.CONCURRENT) as server:
                    self.keep("ideas", peer, ideas.CONCURRENT, number, **ideas.measure(server))


def say(text: str) -> None:
    print(f"==> {text}", file=sys.stderr, flush=True)


def machine() -> dict:
    models = [line.partition(":")[2].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    return {
        "processor": models[0] if models else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "load": round(os.getloadavg()[0], 2),
    }


def stop(number: int, _: object) -> None:
    # Another signal must not interrupt the clean-up.
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--output", type=Path, default=HERE)
    parser.add_argument("names", nargs="+")
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)

    wanted = [peer for peer in PEERS if peer.name in options.names]
    missing = {peer.name: peer.missing for peer in wanted if peer.missing}
    for name, how in missing.items():
        say(f"{name} is skipped, not installed: {how}")
    began, info = time.time(), machine()
    run = Run([peer for peer in wanted if not peer.missing], 1 if options.quick else 3, 1 if options.quick else 2)
    with tempfile.TemporaryDirectory() as directory, ideas.upstream(Path(directory)) as url:
        # All servers read it from the environment.
        os.environ["REDDIT_BASE_URL"] = url
        for number in range(1, run.rounds + 1):
            run.ideas(number)
    for number in range(1, run.rounds + 1):
        run.side_by_side(number, FIXED)
        run.side_by_side(number, READ)
        run.creates(number)
        if not options.quick:
            run.connections(number)
            run.workers(number)

    results = {
        "when": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(began)),
        "took": round(time.time() - began),
        "quick": options.quick, "rounds": run.rounds, "seconds": run.seconds, "connections": CONNECTIONS,
        "machine": info,
        "peers": [{"name": peer.name, "title": peer.title, "version": peer.find_version()} for peer in run.peers],
        "missing": missing, "failures": run.failures, "samples": run.samples,
    }  # fmt: skip
    (options.output / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    report.write(options.output)
    say(f"{options.output}/results.md, results.svg and results.json: {results['took']} s")
    sys.exit(1 if run.failures else 0)


if __name__ == "__main__":
    main()
