"""Load generators: wrk for the closed loop, load/openloop.c for the open loop, and the CPU time of the server."""

import json
import resource
import subprocess

from peers import BUILD, HERE
from server import Failure, Server
from workloads import Workload


def run(command: list) -> dict:
    """Runs a load generator. The last line of its output is JSON with the figures."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"{command[0]} failed: {(done.stderr or done.stdout).strip()[-300:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def wrk(server: Server, workload: Workload, connections: int, seconds: int) -> dict:
    url = f"http://127.0.0.1:{server.start.port}{workload.path}"
    sent = [workload.body] if workload.method == "POST" else []
    return run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", HERE / "load/wrk.lua", url]
        + ["--", workload.method, *sent]
    )


def closed_loop(server: Server, workload: Workload, connections: int, seconds: int) -> dict:
    """Each client sends its next request when it has the answer. `cpu` is the server's microseconds per request."""
    before, generator_before = server.processor_seconds(), generator_seconds()
    figures = wrk(server, workload, connections, seconds)
    after = server.processor_seconds()
    if before.keys() != after.keys():
        raise Failure(f"its processes changed during the measurement: {server.log_tail()}")
    if figures["requests"] == 0:
        raise Failure("no request was answered")
    cost = sum(after.values()) - sum(before.values())
    figures["rate"] = round((figures["requests"] - figures["refused"]) / figures["seconds"], 1)
    figures["cpu"] = round(cost / figures["requests"] * 1e6, 3)
    figures["cores"] = round(cost / figures["seconds"], 3)
    figures["generator_cores"] = round((generator_seconds() - generator_before) / figures["seconds"], 3)
    return figures


def open_loop(server: Server, workload: Workload, rate: float, connections: int, seconds: int) -> dict:
    """Requests are due at a constant rate. Latencies count from the time a request was due."""
    figures = run([BUILD / "openloop", server.start.port, workload.path, round(rate), connections, seconds])
    return {"rate": round(rate), **figures}


def generator_seconds() -> float:
    """CPU time of the load generators that have exited. Servers are waited for only outside of measurements."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
