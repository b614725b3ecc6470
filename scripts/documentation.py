#!/usr/bin/env python3
"""Builds the libraries and makes their documentation by DocC: pages for a web server in .build/documentation. Fails on every
warning, such as a link to nowhere or a parameter that does not exist, and on a public declaration without a comment; cases
and static constants need none.

    scripts/documentation.py

An author writes `import Brigade`, so the symbol graphs of all modules that it re-exports become one graph here.
(swift-docc-plugin cannot do that, and every user of the package would build it.)

The articles are the pages of docs/ that the catalogue's own page lists as <doc:NAME>. A link from one to another becomes
such a link. A link to another file of the repository becomes its path.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import symbol_graphs
from symbol_graphs import ROOT

CATALOGUE = ROOT / "Sources/Worker/Brigade/Brigade.docc"
OUTPUT = ROOT / ".build/documentation"
NEED_NO_COMMENT = {"swift.enum.case", "swift.type.property", "swift.associatedtype"}
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
COMMENT = re.compile(r"^<!--.*?-->\n", re.S | re.M)


def combined(folder):
    """The graph of all modules. It has what they add to each other's types, and not what they add to Swift's types."""
    products = ("Brigade", "BrigadeMacros", "BrigadeTesting")
    modules = [module for product in products for module in symbol_graphs.modules(product)]
    symbol_graphs.extract(modules, folder)
    graphs = list(symbol_graphs.load(modules, folder, extended=modules))
    return graphs[0] | {
        "module": graphs[0]["module"] | {"name": "Brigade"},
        "symbols": [symbol for graph in graphs for symbol in graph["symbols"]],
        "relationships": [link for graph in graphs for link in graph["relationships"]],
    }


def undocumented(graph):
    """The names of public declarations without a comment."""
    for symbol in graph["symbols"]:
        name = ".".join(symbol["pathComponents"])
        if "docComment" not in symbol and symbol["kind"]["identifier"] not in NEED_NO_COMMENT:
            yield name


def catalogue(folder):
    """Copies the catalogue into the folder and adds the articles; returns the copy."""
    copy = folder / CATALOGUE.name
    shutil.copytree(CATALOGUE, copy)
    names = re.findall(r"<doc:([^>]+)>", (CATALOGUE / "Brigade.md").read_text())

    def link(match):
        target, _, anchor = match[2].partition("#")
        if target.startswith("http"):
            return match[0]
        if target.removesuffix(".md") in names:
            place = f"doc:{target.removesuffix('.md')}{'#' + anchor.capitalize() if anchor else ''}"
            return f"<{place}>" if match[1] == target else f"[{match[1]}]({place})"
        return f"{match[1]} (`{os.path.normpath(f'docs/{target}')}`)" if match[1] != target else f"`docs/{target}`"

    for name in names:
        page = ROOT / f"docs/{name}.md"
        if not page.exists():
            sys.exit(f"{CATALOGUE.name} lists {name}, but there is no {page.relative_to(ROOT)}")
        (copy / page.name).write_text(LINK.sub(link, COMMENT.sub("", page.read_text())))
    return copy


def main():
    os.chdir(ROOT)
    if len(sys.argv) > 1:
        print(__doc__)
        return 0 if sys.argv[1] in ("-h", "--help") else 1
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        graph = combined(folder)
        names = sorted(undocumented(graph))
        if names:
            sys.exit(f"public, but without a documentation comment: {', '.join(names)}")
        (folder / "whole").mkdir()
        (folder / "whole/Brigade.symbols.json").write_text(json.dumps(graph))
        shutil.rmtree(OUTPUT, ignore_errors=True)
        done = subprocess.run(
            [symbol_graphs.tool("docc"), "convert", catalogue(folder), "--additional-symbol-graph-dir", folder / "whole",
             "--fallback-display-name", "Brigade", "--fallback-bundle-identifier", "brigade",
             "--warnings-as-errors", "--transform-for-static-hosting", "--output-dir", OUTPUT],
            check=False)  # fmt: skip
    if done.returncode == 0:
        print(f"==> wrote {OUTPUT.relative_to(ROOT)}: {len(graph['symbols'])} symbols and the articles", file=sys.stderr)
    return done.returncode


sys.exit(main())
