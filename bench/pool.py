"""An empty handler on the blocking pool, beside the same on the loop and the C loop. Started by pool.sh."""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

from load import closed_loop, wrk
from peers import BUILD, PEERS, Peer
from server import Server
from works import Work

ROUNDS, SECONDS, CONNECTIONS, GOAL = 3, 2, 64, 3.0
WORKER = Path(os.environ["BUILT"]) / "faulty-worker"


def measure(peer: Peer, work: Work) -> dict:
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=BUILD))
    try:
        with Server(peer, folder, work) as server:
            wrk(server, work, CONNECTIONS, 1)  # warms it up
            return closed_loop(server, work, CONNECTIONS, SECONDS)
    finally:
        shutil.rmtree(folder)


def main() -> None:
    limit = next(peer for peer in PEERS if peer.name == "limit")
    worker = Peer("worker", "Brigade", str(WORKER), "", lambda start: [WORKER, "serve"],
                  lambda start: {"BIND": f"127.0.0.1:{start.port}", "LOG_LEVEL": "warning"})  # fmt: skip
    loop, pool = Work("on the loop", "/hello", "hello"), Work("on the pool", "/empty", "hello")
    ratios: dict[str, list[float]] = {loop.name: [], pool.name: []}
    for _ in range(ROUNDS):
        base = measure(limit, Work("the C loop", "/", "hello"))
        print(f"the C loop   {base['cpu']:6.2f} µs a request, {base['rate']:8.0f}/s, p99 {base['p99']} µs")
        for work in (loop, pool):
            figures = measure(worker, work)
            ratios[work.name].append(figures["cpu"] / base["cpu"])
            print(
                f"{work.name}  {figures['cpu']:6.2f} µs a request, {figures['rate']:8.0f}/s, p99 {figures['p99']} µs: "
                f"{ratios[work.name][-1]:.2f} ×"
            )
    for name, found in ratios.items():
        print(f"{name}: {median(found):.2f} × the C loop ({min(found):.2f}–{max(found):.2f})")
    if median(ratios[pool.name]) > GOAL:
        sys.exit(f"the goal is at most {GOAL} ×")


if __name__ == "__main__":
    main()
