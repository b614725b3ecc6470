#!/usr/bin/env python3
"""Makes the documentation of the module Brigade by DocC, after `swift build --target Brigade`: pages for a web server in
.build/documentation. A warning is an error: a link that leads nowhere, a parameter that there is not. So is a public
declaration without a comment, but for cases and constants, whose names tell.

    scripts/documentation.py

Brigade re-exports its parts, and a module's symbol graph has only what it declares itself. The graphs of the parts are put
together as one module's here, so that a page says what an author writes: `import Brigade`. (swift-docc-plugin knows no such
way, and would be a dependency of everybody's build.)

The articles are the pages of docs/ that the catalogue's own page lists as <doc:NAME>. A link from one to another becomes
such a link; one to any other file of the repository becomes its path.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILT = ROOT / ".build/debug"
CATALOGUE = ROOT / "Sources/Worker/Brigade/Brigade.docc"
OUTPUT = ROOT / ".build/documentation"
PARTS = ["Messages", "Endpoints", "Serving", "BrigadeTesting", "Brigade"]
TELLING = {"swift.enum.case", "swift.type.property", "swift.associatedtype"}
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
COMMENT = re.compile(r"^<!--.*?-->\n", re.S | re.M)


def tool(name):
    """DocC's tools lie beside the compiler, which may be all that is on the path."""
    swiftc = shutil.which("swiftc")
    return pathlib.Path(swiftc).resolve().parent / name if swiftc else sys.exit("'swiftc' is not on the PATH")


def extract(folder):
    """The public symbols of each part, and what it adds to the types of other modules, as files in the folder."""
    machine = json.loads(subprocess.run([tool("swiftc"), "-print-target-info"], check=True, capture_output=True).stdout)
    for part in PARTS:
        subprocess.run(
            [tool("swift-symbolgraph-extract"), "-module-name", part, "-target", machine["target"]["triple"],
             "-I", BUILT / "Modules", "-Xcc", f"-fmodule-map-file={BUILT}/CLinux.build/module.modulemap",
             "-minimum-access-level", "public", "-skip-synthesized-members", "-output-dir", folder],
            check=True)  # fmt: skip


def combined(folder):
    """One graph of them all. What a part adds to another one's types is theirs; what it adds to Swift's stays out."""
    whole = None
    for graph in [f"{part}{of}" for part in PARTS for of in ["", *(f"@{other}" for other in PARTS)]]:
        file = folder / f"{graph}.symbols.json"
        if not file.exists():
            continue
        part = json.loads(file.read_text())
        if whole is None:
            whole = part | {"module": part["module"] | {"name": "Brigade"}}
        else:
            whole["symbols"] += part["symbols"]
            whole["relationships"] += part["relationships"]
    return whole


def untold(graph):
    """The public declarations without a comment."""
    for symbol in graph["symbols"]:
        name = ".".join(symbol["pathComponents"])
        if "docComment" not in symbol and symbol["kind"]["identifier"] not in TELLING:
            yield name


def catalogue(folder):
    """A copy of the catalogue in the folder, with the articles."""
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
            sys.exit(f"{CATALOGUE.name} lists {name}, and there is no {page.relative_to(ROOT)}")
        (copy / page.name).write_text(LINK.sub(link, COMMENT.sub("", page.read_text())))
    return copy


def main():
    os.chdir(ROOT)
    if len(sys.argv) > 1:
        print(__doc__)
        return 0 if sys.argv[1] in ("-h", "--help") else 1
    if not (BUILT / "Modules/Brigade.swiftmodule").exists():
        sys.exit("the modules are not built: swift build --target Brigade")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        extract(folder)
        graph = combined(folder)
        names = sorted(untold(graph))
        if names:
            sys.exit(f"without a comment: {', '.join(names)}")
        (folder / "whole").mkdir()
        (folder / "whole/Brigade.symbols.json").write_text(json.dumps(graph))
        shutil.rmtree(OUTPUT, ignore_errors=True)
        done = subprocess.run(
            [tool("docc"), "convert", catalogue(folder), "--additional-symbol-graph-dir", folder / "whole",
             "--fallback-display-name", "Brigade", "--fallback-bundle-identifier", "brigade",
             "--warnings-as-errors", "--transform-for-static-hosting", "--output-dir", OUTPUT],
            check=False)  # fmt: skip
    if done.returncode == 0:
        print(f"--- {len(graph['symbols'])} symbols and the articles: {OUTPUT.relative_to(ROOT)}", file=sys.stderr)
    return done.returncode


sys.exit(main())
