#!/usr/bin/env python3
"""Checks that docs/from-gunicorn.md has each setting, flag and signal of the installed gunicorn, and docs/from-fastapi.md
each flag of the installed uvicorn; that they have no others; and that what stands beside them is there in Brigade. Run by
run.sh."""

import importlib
import os
import pathlib
import re
import subprocess
import sys

import gunicorn
import uvicorn
from gunicorn.arbiter import Arbiter
from gunicorn.config import KNOWN_SETTINGS

ROOT = pathlib.Path(__file__).resolve().parents[2]
BRIGADE = pathlib.Path(os.environ.get("BUILT", ROOT / ".build/debug")) / "brigade"
mistakes = []


def expect(condition, mistake):
    if not condition:
        mistakes.append(mistake)


def rows(page, heading):
    """The cells of the tables below a heading, up to the next one of its level, without the tables' heads."""
    level = heading.split(" ")[0]
    text = (ROOT / page).read_text().partition(f"\n{heading}\n")[2]
    expect(text, f"{page}: there is no '{heading}'")
    text = re.split(rf"^{level} ", text, maxsplit=1, flags=re.M)[0]
    lines = [line.strip().strip("|") for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)] for line in lines]
    heads = {index - 1 for index, row in enumerate(cells) if set(row[0]) == {"-"}}
    return [row for index, row in enumerate(cells) if index not in heads and index - 1 not in heads]


def names(cell):
    return re.findall(r"`([^`]+)`", cell)


def compare(page, found, expected):
    for name in sorted(expected - found):
        mistakes.append(f"{page}: {name} is missing")
    for name in sorted(found - expected):
        mistakes.append(f"{page}: there is no {name}")


def brigade(*arguments):
    return subprocess.run([BRIGADE, *arguments], capture_output=True, text=True, check=True).stdout


def check_ours(page, cells):
    """The flags, variables and commands that the cells name, in `code`, are Brigade's."""
    flags = set(re.findall(r"--[a-z][a-z0-9-]*", brigade("help", "serve")))
    commands = re.findall(r"^  ([a-z]+) ", brigade("--help").partition("SUBCOMMANDS:")[2], re.M)
    for name in [name for cell in cells for name in names(cell)]:
        words = name.split(" ")
        if words[0] == "brigade" and not words[1].startswith("-"):
            expect(words[1] in commands, f"{page}: there is no command {name}")
        else:
            for flag in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", name):
                expect(flag in flags, f"{page}: Brigade has no flag {flag}")


def check_gunicorn():
    page = "docs/from-gunicorn.md"
    major = gunicorn.__version__.split(".")[0]
    expect(f"gunicorn {major}," in (ROOT / page).read_text(), f"{page}: does not say that it is about gunicorn {major}")
    table = rows(page, "## Settings")
    expected = {setting.name for setting in KNOWN_SETTINGS}
    # The first long flag; a setting may have a second name for it.
    for setting in KNOWN_SETTINGS:
        expected |= set([flag for flag in setting.cli or [] if flag.startswith("--")][:1])
    found = [name for row in table for name in names(row[0])]
    expect(len(found) == len(set(found)), f"{page}: twice: {[name for name in found if found.count(name) > 1]}")
    compare(page, set(found), expected)
    for setting in KNOWN_SETTINGS:
        flags = {flag for flag in setting.cli or [] if flag.startswith("--")}
        for row in table:
            if setting.name in names(row[0]):
                others = {name for name in names(row[0]) if name.startswith("--")} - flags
                expect(not others, f"{page}: {others} is no flag of {setting.name}")
    check_ours(page, [row[1] for row in table])
    signals = {word for row in rows(page, "## Signals") for word in re.findall(r"[A-Z0-9]{3,}", row[0])}
    compare(page, signals, {signal.name.removeprefix("SIG") for signal in Arbiter.SIGNALS})


def check_uvicorn():
    page = "docs/from-fastapi.md"
    command = importlib.import_module("uvicorn.main").main
    expected = {flag for option in command.params for flag in option.opts if flag.startswith("--")}
    table = rows(page, "## The flags of uvicorn")
    compare(page, {name for row in table for name in names(row[0])}, expected)
    check_ours(page, [row[1] for row in table])


check_gunicorn()
check_uvicorn()
if mistakes:
    sys.exit("\n".join(mistakes))
print(f"--- all settings of gunicorn {gunicorn.__version__} and all flags of uvicorn {uvicorn.__version__} have their row")
