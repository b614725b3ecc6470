"""An empty handler on the blocking pool, next to the same on the event loop, and the C loop. pool.sh starts it."""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

from load import closed_loop, wrk
from peers import BUILD, PEERS, Peer
from server import Server
from workloads import Workload

ROUNDS, SECONDS, CONNECTIONS, GOAL = 3, 2, 64, 3.0
WORKER = Path(os.environ["BUILT"]) / "faulty-worker"


def measure(peer: Peer, workload: Workload) -> dict:
    directory = Path(tempfile.mkdtemp(prefix="run-", dir=BUILD))
    try:
        with Server(peer, directory, workload) as server:
            wrk(server, workload, CONNECTIONS, 1)  # warms it up
            return closed_loop(server, workload, CONNECTIONS, SECONDS)
    finally:
        shutil.rmtree(directory)


def main() -> None:
    limit = next(peer for peer in PEERS if peer.name == "limit")
    worker = Peer("worker", "Brigade", str(WORKER), "", lambda start: [WORKER, "serve"],
                  lambda start: {"BIND": f"127.0.0.1:{start.port}", "LOG_LEVEL": "warning"})  # fmt: skip
    loop, pool = Workload("on the loop", "/hello", "hello"), Workload("on the pool", "/empty", "hello")
    ratios: dict[str, list[float]] = {loop.name: [], pool.name: []}
    for _ in range(ROUNDS):
        base = measure(limit, Workload("the C loop", "/", "hello"))
        print(f"the C loop   {base['cpu']:6.2f} µs per request, {base['rate']:8.0f}/s, p99 {base['p99']} µs")
        for workload in (loop, pool):
            figures = measure(worker, workload)
            ratios[workload.name].append(figures["cpu"] / base["cpu"])
            print(
                f"{workload.name}  {figures['cpu']:6.2f} µs per request, {figures['rate']:8.0f}/s, p99 {figures['p99']} µs: "
                f"{ratios[workload.name][-1]:.2f} ×"
            )
    for name, found in ratios.items():
        print(f"{name}: {median(found):.2f} × the C loop ({min(found):.2f}–{max(found):.2f})")
    if median(ratios[pool.name]) > GOAL:
        sys.exit(f"the blocking pool must cost at most {GOAL} ×")


if __name__ == "__main__":
    main()
