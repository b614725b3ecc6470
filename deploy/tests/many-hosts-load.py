#!/usr/bin/env python3
"""Requests from outside, and the account of them.

    many-hosts-load.py run URL FILE            sends until TERM, at most 5 minutes; a line in FILE per request
    many-hosts-load.py check FILE FROM TO [--failed-posts N] [--slowest SECONDS] [--outage TIME]
                                               what ended between two times: exits if a GET or more POST failed, or took
                                               longer. What was under way in the OUTAGE after that time may fail
    many-hosts-load.py back FILE FROM          waits until a GET and a POST that were sent after FROM are answered, for
                                               OUTAGE, and then until each client had an answer
    many-hosts-load.py account FILE ROWS       compares with the rows of the table, as `id|label` lines

A GET is answered if it is a 200 with the right recipe, a POST if it is a 201. A POST with a Retry-After has changed nothing.
Lines of FILE: time, seconds, client, method, status or error, id, label.
"""

import argparse
import collections
import http.client
import json
import random
import signal
import sys
import threading
import time
import urllib.parse

READERS, WRITERS = 4, 2
PAUSE = {"GET": 0.03, "POST": 0.1}
LONGEST = 300
OUTAGE = 15
UNCHANGED = " with Retry-After"
Request = collections.namedtuple("Request", "time seconds client method status id label")


class Load:
    def __init__(self, url, path):
        self.address = urllib.parse.urlsplit(url).netloc
        self.file = open(path, "w", buffering=1, encoding="utf-8")
        self.lock = threading.Lock()
        self.stopped = threading.Event()
        self.known = [(1, "Chicken Vesuvio")]  # recipes that the server has confirmed

    def run(self):
        signal.signal(signal.SIGTERM, lambda *_: self.stopped.set())
        threads = [threading.Thread(target=self.client, args=("GET", n)) for n in range(READERS)]
        threads += [threading.Thread(target=self.client, args=("POST", n)) for n in range(WRITERS)]
        for thread in threads:
            thread.start()
        self.stopped.wait(LONGEST)
        self.stopped.set()
        for thread in threads:
            thread.join()

    def client(self, method, client):
        connection, count = None, 0
        while not self.stopped.is_set():
            count += 1
            id, label = random.choice(self.known) if method == "GET" else (0, f"trial {client} {count}")
            began = time.time()
            try:
                connection = connection or http.client.HTTPConnection(self.address, timeout=60)
                status, answer = self.ask(connection, method, id, label)
                if status in (200, 201):
                    if answer["label"] != label or method == "GET" and answer["id"] != id:
                        status = f"wrong: {answer}"
                    id = answer["id"]
            except (OSError, http.client.HTTPException, ValueError) as error:
                status = f"{type(error).__name__}: {error}"
                connection.close()
                connection = None
            with self.lock:
                if status == 201:
                    self.known.append((id, label))
                print(began, round(time.time() - began, 3), client, method, status, id, label, sep="\t", file=self.file)
            self.stopped.wait(PAUSE[method])

    def ask(self, connection, method, id, label):
        if method == "GET":
            connection.request("GET", f"/api/v1/recipes/{id}")
        else:
            recipe = {"label": label, "source": "trial", "url": "http://example.org/", "submitter_id": 1}
            connection.request("POST", "/api/v1/recipes/", json.dumps(recipe), {"Content-Type": "application/json"})
        response = connection.getresponse()
        body = response.read()
        if response.status in (200, 201):
            return response.status, json.loads(body)
        return f"{response.status}{UNCHANGED if response.headers['Retry-After'] else ''}", None


def requests(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):  # else it is being written
                time, seconds, client, method, status, id, label = line.rstrip("\n").split("\t")
                yield Request(float(time), float(seconds), client, method, status, int(id), label)


def answered(request):
    return request.status == {"GET": "200", "POST": "201"}[request.method]


def check(path, begin, end, longest, outage, allowed):
    time.sleep(0.2)  # a line is written a moment after the request has ended
    ended = [request for request in requests(path) if begin <= request.time + request.seconds < end]
    for method, limit in allowed.items():
        sent = [request for request in ended if request.method == method]
        failed = [request for request in sent if not answered(request)]
        if not sent:
            sys.exit(f"no {method} was sent")
        why = ", ".join(f"{count} x {status}" for status, count in collections.Counter(r.status for r in failed).items())
        last = f", the last {max(r.time + r.seconds for r in failed) - begin:.1f} s after the start" if failed else ""
        slowest = max(request.seconds for request in sent)
        print(f"    {len(sent)} {method}, {len(failed)} failed{': ' if why else ''}{why}{last}; the slowest took {slowest:.1f} s")
        mistakes = [r for r in failed if r.time + r.seconds < outage or r.time >= outage + OUTAGE]
        if len(mistakes) > limit:
            sys.exit(f"{len(mistakes)} {method} failed, and at most {limit} may")
        if slowest > longest:
            sys.exit(f"a {method} took {slowest:.1f} s, and at most {longest} s are allowed")


def back(path, begin):
    """Each client waits for its answer before it sends again, so in the end nothing of the outage is under way."""
    while True:
        methods, clients = {}, {}
        for request in requests(path):
            if request.time >= begin and answered(request):
                after = request.time + request.seconds - begin
                methods.setdefault(request.method, after)
                clients.setdefault((request.method, request.client), after)
        if len(methods) < 2 and time.time() > begin + OUTAGE:
            sys.exit(f"only {', '.join(methods) or 'nothing'} is back after {OUTAGE} s")
        if len(clients) == READERS + WRITERS:
            break
        if time.time() > begin + 2 * OUTAGE:
            sys.exit(f"only {len(clients)} clients have an answer after {2 * OUTAGE} s")
        time.sleep(0.1)
    first = ", ".join(f"{method} {after:.1f} s" for method, after in sorted(methods.items()))
    print(f"    back after {first}; all clients after {max(clients.values()):.1f} s")


def account(path, rows):
    """Each 201 is in the table once, with its id; a POST that has changed nothing is not; any other failed one at most once."""
    with open(rows, encoding="utf-8") as file:
        stored = [line.rstrip("\n").partition("|")[::2] for line in file]
    labels = collections.Counter(label for _, label in stored)
    ids = dict(stored)
    posts = [request for request in requests(path) if request.method == "POST"]
    failed = [request for request in posts if not answered(request)]
    unchanged = [request for request in failed if request.status.endswith(UNCHANGED)]
    sent = {request.label for request in posts}
    mistakes = [
        *(f"{r.label}: answered with id {r.id}, which is not in the table" for r in posts if answered(r) and ids.get(str(r.id)) != r.label),
        *(f"{r.label}: {r.status}, and it is in the table" for r in unchanged if r.label in labels),
        *(f"{label}: {count} times in the table" for label, count in labels.items() if count > 1),
        *(f"{label}: in the table, but nobody sent it" for label in labels if label.startswith("trial ") and label not in sent),
    ]
    if mistakes:
        sys.exit("\n".join(mistakes[:20]))
    print(
        f"    {len(posts)} POST: {len(posts) - len(failed)} answered with 201, all in the table once; {len(failed)} failed: "
        f"{len(unchanged)}{UNCHANGED} and not in the table, {sum(labels[request.label] for request in failed)} of the others in the table"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    arguments = {"run": ["url", "file"], "check": ["file", "begin", "end"], "back": ["file", "begin"], "account": ["file", "rows"]}
    for name, words in arguments.items():
        command = commands.add_parser(name)
        for word in words:
            command.add_argument(word, type=float if word in ("begin", "end") else str)
        if name == "check":
            command.add_argument("--failed-posts", type=int, default=0)
            command.add_argument("--slowest", type=float, default=float("inf"))
            command.add_argument("--outage", type=float, default=float("inf"))
    options = parser.parse_args()
    if options.command == "run":
        Load(options.url, options.file).run()
    elif options.command == "check":
        limits = {"GET": 0, "POST": options.failed_posts}
        check(options.file, options.begin, options.end, options.slowest, options.outage, limits)
    elif options.command == "back":
        back(options.file, options.begin)
    else:
        account(options.file, options.rows)


main()
