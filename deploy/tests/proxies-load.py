#!/usr/bin/env python3
"""Clients of a proxy, each with a connection that it keeps, and what became of their requests.

    proxies-load.py NAME=PORT... --clients N --pause SECONDS --until FILE [--posts-may-fail]

Each client asks for a recipe, and adds one now and then, until FILE is there. A connection that the proxy closes between two
requests is opened again. Prints a line for each name: how many requests were answered as they should be, and what became of
the others. Exits with 1 if there was any other, or if nothing was answered. With --posts-may-fail, only a GET counts.
"""

import argparse
import asyncio
import collections
import os
import random

RECIPE = b'{"label":"Soup","source":"a","url":"http://example.com/","submitter_id":1}'
GET = b"GET /api/v1/recipes/1 HTTP/1.1\r\nHost: a\r\n\r\n"
POST = (
    b"POST /api/v1/recipes/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
    % (len(RECIPE), RECIPE)
)


async def read_response(reader):
    """The status, and whether the connection stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    lines = head.split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    if fields.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
    else:
        await reader.readexactly(int(fields["content-length"]))
    return int(lines[0].split()[1]), fields.get("connection") != "close"


async def client(port, pause, is_over, count):
    """Counts what becomes of each request."""
    reader = writer = None
    while not is_over():
        request, expected = (POST, 201) if random.random() < 0.3 else (GET, 200)
        method = request.split(maxsplit=1)[0].decode()
        try:
            # A proxy may close an idle connection, too, and tells so before.
            if writer is None or reader.at_eof():
                if writer is not None:
                    writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            status, stays = await asyncio.wait_for(read_response(reader), 30)
            count[method if status == expected else f"{method} {status}"] += 1
        except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError) as error:
            count[f"{method} {type(error).__name__}"] += 1
            stays = False
        if not stays:
            writer.close()
            writer = None
        await asyncio.sleep(random.uniform(0.8, 1.2) * pause)
    if writer is not None:
        writer.close()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("proxies", nargs="+")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--pause", type=float, default=0)
    parser.add_argument("--posts-may-fail", action="store_true")
    parser.add_argument("--until", required=True)
    arguments = parser.parse_args()
    counts = {}
    clients = []
    for name, port in (proxy.split("=") for proxy in arguments.proxies):
        counts[name] = collections.Counter()
        for _ in range(arguments.clients):
            over = lambda: os.path.exists(arguments.until)
            clients.append(client(int(port), arguments.pause, over, counts[name]))
    await asyncio.gather(*clients)
    for name, count in counts.items():
        print(f"{name}: " + ", ".join(f"{what} {number}" for what, number in sorted(count.items())))
    def passed(count):
        failed = set(count) - {"GET", "POST"}
        if arguments.posts_may_fail:
            failed = {what for what in failed if what.startswith("GET")}
        return count["GET"] and count["POST"] and not failed

    return all(map(passed, counts.values()))


if __name__ == "__main__":
    raise SystemExit(0 if asyncio.run(main()) else 1)
