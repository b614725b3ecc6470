"""Checks the blocks that are not Swift. A document that is cut (`...`) is of the kind text."""

import ast
import configparser
import json
import re
import sqlite3
import subprocess
import tempfile

import commands
import log_lines

START_LINE = re.compile(r"([A-Z]+ \S+ HTTP/1\.1|HTTP/1\.1 [1-5]\d\d .+)$")
FIELD_LINE = re.compile(r"[!#$%&'*+.^_`|~\w-]+: ?.*$")


def check_http(block):
    head = block.text.split("\n\n")[0].splitlines()
    if not head or not START_LINE.match(head[0]):
        yield 0, "begins with no request line and no status line of HTTP/1.1"
    for number, line in enumerate(head[1:], 1):
        if not FIELD_LINE.match(line):
            yield number, f"'{line}' is no field line"


def check_json(block):
    try:
        json.loads(block.text)
    except ValueError as error:
        yield 0, f"invalid JSON: {error}"


def check_python(block):
    try:
        ast.parse(block.text)
    except SyntaxError as error:
        yield (error.lineno or 1) - 1, f"invalid Python: {error.msg}"


def check_sql(block):
    """Runs it in an empty SQLite database."""
    try:
        sqlite3.connect(":memory:").executescript(block.text)
    except sqlite3.Error as error:
        yield 0, f"SQLite refuses it: {error}"


def check_file(block):
    if not any(kind == "file" for _, kind, _ in block.comments):
        yield 0, "needs a comment <!-- file: NAME --> before it, so that Tests/examples.sh compares it"


def check_session(block):
    yield from commands.check_session(block)
    yield from log_lines.check(block)


def check_ini(block):
    """A unit of systemd has sections. Without them it is an env file, which brigade must take without a warning."""
    if block.text.lstrip().startswith("["):
        try:
            configparser.RawConfigParser(strict=False).read_string(block.text)
        except configparser.Error as error:
            yield 0, f"invalid unit: {error.message}"
        return
    with tempfile.NamedTemporaryFile("w", suffix=".env") as file:
        file.write(block.text)
        file.flush()
        command = [commands.BUILT / "brigade", "config", "--env-file", file.name]
        result = subprocess.run(command, capture_output=True, text=True, check=False, env={})
    if result.returncode != 0 or result.stderr:
        yield 0, f"invalid env file: {result.stderr.strip()}"


def check_mermaid(block):
    if not re.match(r"(flowchart|graph|sequenceDiagram|stateDiagram-v2)\b", block.text):
        yield 0, "begins with no kind of diagram: flowchart, graph, sequenceDiagram or stateDiagram-v2"


def check_nothing(_):
    return []


# Swift is compiled by swift_blocks.py.
KINDS = {
    "swift": check_nothing,
    "sh": commands.check_script,
    "console": check_session,
    "http": check_http,
    "ini": check_ini,
    "json": check_json,
    "mermaid": check_mermaid,
    "python": check_python,
    "sql": check_sql,
    "dockerfile": check_file,
    "text": log_lines.check,
}


def check(pages):
    """Returns how many blocks there are that are not Swift, and what is wrong with them."""
    count = 0
    mistakes = []
    for page in pages:
        for block in page.blocks:
            count += block.kind != "swift"
            if block.kind not in KINDS:
                kind = f"unknown kind '{block.kind}'" if block.kind else "no kind"
                mistakes.append(f"{block.page}:{block.line - 1}: a block of {kind}; there are {', '.join(sorted(KINDS))}")
            else:
                found = KINDS[block.kind](block)
                mistakes += [f"{block.page}:{block.line + offset}: {text}" for offset, text in found]
    return count, mistakes
