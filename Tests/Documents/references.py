"""Checks what the prose of a page names: links and their anchors lead somewhere, and README.md to every page of docs/; paths,
Swift files, flags, variables and types in `code` are in the tree. A page names what is not:

    <!-- not in the tree: NAME, NAME -->
"""

import errno
import functools
import os
import pathlib
import re
import resource
import signal
import socket

import commands
from markdown import ROOT, Page

ELSEWHERE = re.compile(r"<!-- not in the tree: (.*?) -->", re.S)
TOP = {name for name in os.listdir(ROOT) if name != ".build"}
# Pages that speak of other software, or of former names: their `code` is not looked up. Tests/OtherServers checks two of them.
FOREIGN = {"CHANGELOG.md", "docs/from-fastapi.md", "docs/from-gunicorn.md", "docs/from-vapor-and-hummingbird.md"}
PATH = re.compile(r"(?:\./)?[\w.*-]+(?:/[\w.*+-]+)*/?$")
SWIFT_FILE = re.compile(r"[\w*]+(?:\+[\w*]+)?\.swift$")
FLAG = re.compile(r"(--[a-z][a-z0-9-]+)(?:[ =].*)?$")
VARIABLE = re.compile(r"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=.*)?$")
TYPE = re.compile(r"@?([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)(?:\.[A-Za-z]\w*)*(?:\(.*\))?$")


@functools.cache
def anchors(name):
    return Page(name).anchors()


@functools.cache
def elsewhere(name):
    return {word.strip() for names in ELSEWHERE.findall((ROOT / name).read_text()) for word in names.split(",")}


def files():
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith((".build", ".git"))]
        yield from (pathlib.Path(folder) / name for name in names)


@functools.cache
def tree():
    """The text of all files but the pages, and their names."""
    texts, names = [], set()
    for file in files():
        names.add(file.name)
        if file.suffix != ".md" and file.stat().st_size < 1 << 20:
            texts.append(file.read_text(errors="replace"))
    return "\n".join(texts), names


@functools.cache
def words():
    return set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", tree()[0]))


@functools.cache
def flags():
    found = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", tree()[0]))
    return found | {flag for name in commands.brigade_subcommands() for flag in commands.brigade_flags(name)}


def check_link(page, target):
    path, _, anchor = target.partition("#")
    file = (ROOT / page.name).parent / path if path else ROOT / page.name
    if not file.exists():
        return f"the link {target} leads nowhere"
    name = os.path.relpath(file, ROOT)
    if anchor and name.endswith(".md") and anchor not in anchors(name):
        return f"{name} has no heading #{anchor}"
    return None


def check_span(page, span):
    path = span.removeprefix("./").rstrip("/")
    if span in elsewhere(page.name):
        return None
    if SWIFT_FILE.match(span):
        pattern = re.compile(re.escape(span).replace(r"\*", ".*"))
        return None if any(pattern.fullmatch(name) for name in tree()[1]) else f"there is no file {span}"
    if PATH.match(span) and path.split("/")[0] in TOP and ("/" in span or "." in span) and ".build" not in span:
        is_new = path.split("/")[1:2] and path.split("/")[1].removesuffix("Tests") in commands.products()  # `brigade new`
        return None if is_new or any(ROOT.glob(path)) else f"there is no {span}"
    if match := FLAG.match(span):
        return None if match[1] in flags() else f"nothing in the tree has the flag {match[1]}"
    if match := VARIABLE.match(span):
        is_systems = any(hasattr(module, match[1]) for module in (errno, os, resource, signal, socket))
        return None if is_systems or match[1] in words() else f"nothing in the tree has the variable {match[1]}"
    if match := TYPE.match(span):
        unknown = [word for word in re.findall(r"[A-Za-z_]\w*", span.partition("(")[0]) if word not in words()]
        return f"nothing in the tree is named {unknown[0]}" if unknown else None
    return None


def unreached():
    """The pages of docs/ that no links lead to from README.md."""
    reached, waiting = set(), ["README.md"]
    while waiting:
        name = waiting.pop()
        if name not in reached and name.endswith(".md") and (ROOT / name).exists():
            reached.add(name)
            folder = (ROOT / name).parent
            waiting += [os.path.relpath(folder / target.partition("#")[0], ROOT) for _, target in Page(name).links()]
    return sorted({str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md")} - reached)


def check(pages):
    """Returns how many links and names there are, and which of them lead nowhere."""
    count = 0
    mistakes = []
    for page in pages:
        if page.name.endswith(".swift"):
            continue
        found = [(line, check_link(page, target)) for line, target in page.links() if not re.match(r"[a-z]+:", target)]
        if page.name not in FOREIGN:
            found += [(line, check_span(page, span)) for line, span in page.spans()]
        count += len(found)
        mistakes += [f"{page.name}:{line}: {text}" for line, text in found if text]
    if any(page.name == "README.md" for page in pages):
        mistakes += [f"{name}: no links lead to it from README.md" for name in unreached()]
    return count, mistakes
