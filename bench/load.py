"""Load on a server: closed loop by wrk, open loop by load/openloop.c, and what it cost the server."""

import json
import resource
import subprocess

from peers import BUILD, HERE
from server import Failure, Server
from works import Work


def run(command: list) -> dict:
    """Runs a load generator, whose last line is its figures."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"{command[0]} failed: {(done.stderr or done.stdout).strip()[-300:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def wrk(server: Server, work: Work, connections: int, seconds: int) -> dict:
    url = f"http://127.0.0.1:{server.start.port}{work.path}"
    sent = [work.body] if work.method == "POST" else []
    return run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", HERE / "load/wrk.lua", url]
        + ["--", work.method, *sent]
    )


def closed_loop(server: Server, work: Work, connections: int, seconds: int) -> dict:
    """As fast as it answers; with the server's microseconds of CPU a request."""
    before, generator_before = server.processor_seconds(), generator_seconds()
    figures = wrk(server, work, connections, seconds)
    after = server.processor_seconds()
    if before.keys() != after.keys():
        raise Failure(f"its processes changed under load: {server.last_words()}")
    if figures["requests"] == 0:
        raise Failure("no request was answered")
    cost = sum(after.values()) - sum(before.values())
    figures["rate"] = round((figures["requests"] - figures["refused"]) / figures["seconds"], 1)
    figures["cpu"] = round(cost / figures["requests"] * 1e6, 3)
    figures["cores"] = round(cost / figures["seconds"], 3)
    figures["generator_cores"] = round((generator_seconds() - generator_before) / figures["seconds"], 3)
    return figures


def open_loop(server: Server, work: Work, rate: float, connections: int, seconds: int) -> dict:
    """At a constant rate, with latencies from when a request was due."""
    figures = run([BUILD / "openloop", server.start.port, work.path, round(rate), connections, seconds])
    return {"rate": round(rate), **figures}


def generator_seconds() -> float:
    """Of the load generators that have ended (a server is waited for only when it is not measured)."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
