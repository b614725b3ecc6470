"""Checks that log lines, and what `brigade` prints, are not outdated: each phrase of them is in a string literal of Sources."""

import functools
import re

from markdown import ROOT

LOG_LINE = re.compile(
    r"(?:^|\s)(?:trace|debug|info|notice|warning|error|critical) (?:[\w-]+|[\w-]+ pid=\d+|worker=\d+ \S+ \S+): (.*)$"
)
STRING = re.compile(r'"""(.*?)"""|"((?:\\\(|\\.|[^"\\\n])*)"', re.S)
INTERPOLATION = re.compile(r"\\\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)")
PUNCTUATION = re.compile(r"[:;,.()'\"?=/]|\s{2,}|^\s*-")
# What is interpolated: fields, numbers with their units, names of signals and variables.
VALUES = re.compile(
    r"\s[\w-]+=\S+ | \S+\.(?:env|db|swift)\S* | https?://\S+ | \b\d[\d.:]*(?:[ ](?:s|ms|us|[KMG]iB)\b)? | \b[A-Z][A-Z_]+\b",
    re.X,
)


def pieces(text):
    """The phrases of two or more words between punctuation."""
    parts = (" ".join(part.split()) for part in PUNCTUATION.split(text))
    return [part for part in parts if " " in part]


@functools.cache
def sources():
    """The phrases of all string literals, one per line."""
    lines = []
    for file in (ROOT / "Sources").rglob("*.swift"):
        for match in STRING.finditer(file.read_text()):
            for part in INTERPOLATION.sub("\n", match[1] or match[2] or "").split("\n"):
                lines += pieces(part)
    return "\n".join(lines)


def is_said(piece):
    """Whether Sources has the phrase. Its first or last word may be interpolated, such as a plural."""
    words = piece.split(" ")
    if len(words) == 2:
        return all(re.search(rf"\b{re.escape(word)}\b", sources()) for word in words)
    return any(" ".join(part) in sources() for part in (words, words[1:], words[:-1]))


def shown(block):
    """(offset, text) of the lines of a block that the server or `brigade` printed."""
    is_brigades = False
    for offset, line in enumerate(block.text.splitlines()):
        if line.startswith("$ "):
            is_brigades = re.search(r"(?:^|[\s/])brigade [a-z]+", line) is not None and "curl" not in line
        elif match := LOG_LINE.search(line):
            yield offset, match[1]
        elif is_brigades:
            yield offset, line


def check(block):
    """(offset of the line, what is wrong) for each mistake."""
    for offset, line in shown(block):
        for piece in pieces(VALUES.sub(" : ", line)):
            if not is_said(piece):
                yield offset, f"nothing in Sources says '{piece}'"
