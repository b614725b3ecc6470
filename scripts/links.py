#!/usr/bin/env python3
"""Checks the links of every Markdown file in the repository: a relative link leads to a file that git knows, and its
anchor is a heading of that page. Also that each page of docs/ can be reached from README.md.

    scripts/links.py
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.S | re.M)


def anchors(text):
    """The headings' anchors, as GitHub makes them."""
    for heading in re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M), re.M):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        yield re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def main():
    known = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True)
    files = {ROOT / name for name in known.stdout.decode().splitlines() if (ROOT / name).exists()}
    folders = {folder for file in files for folder in file.parents}
    pages = {file: file.read_text() for file in files if file.suffix == ".md"}
    links = {page: set() for page in pages}
    mistakes = []
    for page, text in pages.items():
        for match in LINK.finditer(CODE.sub("", text)):
            target = match[1] or match[2]
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            place = (page.parent / path).resolve() if path else page
            if place not in files and place not in folders:
                mistakes.append(f"{page.relative_to(ROOT)}: {target}: there is no such file")
            elif anchor and place in pages and anchor not in anchors(pages[place]):
                mistakes.append(f"{page.relative_to(ROOT)}: {target}: the page has no such heading")
            links[page].add(place)
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page not in pages:
            continue
        reached.add(page)
        waiting += links[page]
    for page in sorted(page for page in pages if page.parent == ROOT / "docs" and page not in reached):
        mistakes.append(f"{page.relative_to(ROOT)}: no page that README.md leads to links to it")
    for mistake in sorted(mistakes):
        print(mistake, file=sys.stderr)
    print(f"--- {sum(map(len, links.values()))} links of {len(pages)} pages, {len(mistakes)} mistakes", file=sys.stderr)
    return 1 if mistakes else 0


sys.exit(main())
