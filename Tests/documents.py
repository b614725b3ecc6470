#!/usr/bin/env python3
"""Checks what the documents show: README and all other Markdown pages, the DocC catalogue, and the documentation comments of
Sources/Worker. Needs `swift build --build-tests`.

    Tests/documents.py            everything
    Tests/documents.py FILE...    only these

Swift blocks compile. Commands in sh and console blocks exist, and so do their flags; what the server prints there, it still
says. Those of pages that operators follow are run (Documents/sessions.py). Blocks of other kinds are valid. Every block names its kind. Links and their anchors lead somewhere. Paths, Swift
files, flags, variables and types that stand in `code` are in the tree.
"""

import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "Documents"))
import commands
import markdown
import other_blocks
import references
import sessions
import swift_blocks


def check(names):
    """What is checked: (how many there are, their mistakes)."""
    pages = [markdown.Page(name) for name in names]
    return {
        "Swift blocks": swift_blocks.check(pages),
        "other blocks": other_blocks.check(pages),
        "links and names": references.check(pages),
        "blocks of commands for operators": sessions.check(pages),
    }


def test():
    """Exits unless each mistake is found in the pages that have one of each kind."""
    for name in (markdown.MISTAKES, markdown.SESSIONS):
        test_page(name)


def test_page(name):
    expected = set(re.search(r"<!-- mistakes: (.*?) -->", (markdown.ROOT / name).read_text())[1].split())
    found = [mistake for _, mistakes in check([name]).values() for mistake in mistakes]
    lines = {mistake.split(":")[1] for mistake in found}
    if lines != expected:
        sys.exit("\n".join([*found, f"{name}: found in {sorted(lines - expected)}, and not in {sorted(expected - lines)}"]))


def main():
    if len(sys.argv) > 1 and sys.argv[1] in ("-h", "--help"):
        print(__doc__, swift_blocks.__doc__, references.__doc__, sessions.__doc__, sep="\n")
        return 0
    names = [os.path.relpath(name, markdown.ROOT) for name in sys.argv[1:]] or markdown.pages()
    os.chdir(markdown.ROOT)
    if not commands.BUILT.joinpath("brigade").exists():
        sys.exit("brigade is not built: swift build --build-tests")
    test()
    results = check(names)
    for _, mistakes in results.values():
        for mistake in mistakes:
            print(mistake, file=sys.stderr)
    for what, (count, mistakes) in results.items():
        print(f"--- {count} {what}, {len(mistakes)} with mistakes", file=sys.stderr)
    return 1 if any(mistakes for _, mistakes in results.values()) else 0


try:
    sys.exit(main())
except markdown.Mistake as error:
    sys.exit(str(error))
