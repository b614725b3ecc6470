#!/usr/bin/env python3
"""Prints `name count` for each kind of request: the worker's instructions per request, from valgrind's callgrind.

Each request is sent many times on one connection in one run, and twice as often in a second run. The difference of the runs
is the cost of the requests, without start and stop.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile

REQUESTS = [
    # name, target, expected status, a part of the expected content
    ("live", "/health/live", 200, b'{"status":"ok"}'),
    ("recipe", "/api/v1/recipes/1", 200, b'"id":1,'),
    ("invalid", "/api/v1/recipes/one", 422, b'"type":"int_parsing"'),
]
COUNT = 1500


def environment(database):
    """No settings of the caller. Hashing and the C library's choice of functions do not depend on the machine."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "PORT": "0",
        "DATABASE_URL": f"sqlite:///{database}",
        "SWIFT_DETERMINISTIC_HASHING": "1",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX_Fast_Unaligned_Load,-ERMS,-BMI2",
    }


class Worker:
    """A worker under callgrind. `stop` returns its instructions."""

    def __init__(self, program, database):
        command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, "serve"]
        self.process = subprocess.Popen(command, env=environment(database), stderr=subprocess.PIPE, text=True)
        self.lines = []
        for line in self.process.stderr:
            self.lines.append(line)
            if found := re.search(r"listening=\S*:(\d+)", line):
                self.port = int(found[1])
                return
        sys.exit("the worker did not start:\n" + "".join(self.lines))

    def stop(self):
        self.process.terminate()
        self.lines += self.process.communicate(timeout=60)[1].splitlines(keepends=True)
        found = re.search(r"Collected : (\d+)", "".join(self.lines))
        if self.process.returncode or not found:
            sys.exit("the worker did not stop cleanly:\n" + "".join(self.lines))
        return int(found[1])


def ask(connection, head, status, part):
    connection.sendall(head)
    answer = b""
    while True:
        received = connection.recv(1 << 16)
        if not received:
            sys.exit("the worker closed the connection")
        answer += received
        fields, end, content = answer.partition(b"\r\n\r\n")
        if end and len(content) == int(re.search(rb"content-length: (\d+)", fields)[1]):
            break
    if not answer.startswith(b"HTTP/1.1 %d " % status) or part not in content:
        sys.exit(f"unexpected answer: {answer}")


def run(program, database, target, status, part, count):
    worker = Worker(program, database)
    try:
        with socket.create_connection(("127.0.0.1", worker.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            head = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:8001\r\nAccept: */*\r\n\r\n".encode()
            for _ in range(count):
                ask(connection, head, status, part)
        return worker.stop()
    finally:
        worker.process.kill()
        worker.process.wait()


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as directory:
        database = directory + "/recipes.db"
        subprocess.run([program, "prestart"], env=environment(database), stderr=subprocess.DEVNULL, check=True)
        for name, target, status, part in REQUESTS:
            once, twice = (run(program, database, target, status, part, n * COUNT) for n in (1, 2))
            print(name, round((twice - once) / COUNT), flush=True)


main()
