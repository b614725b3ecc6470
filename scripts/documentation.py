#!/usr/bin/env python3
"""Builds the documentation of the module Brigade with DocC, as static pages in .build/documentation. Run it after
`swift build --target Brigade`. It fails if DocC warns (a broken link, an unknown parameter), and if a public declaration
has no doc comment (cases and constants need none).

    scripts/documentation.py

Brigade re-exports its parts, but a module's symbol graph contains only its own declarations. This script merges the graphs
of the parts into one module, so that the pages say `import Brigade`, as authors write it. (swift-docc-plugin cannot do this,
and would be a dependency of every user's build.)

The articles are the pages of docs/ that the catalogue's own page lists as <doc:NAME>. Links between articles become DocC
links. A link to another file of the repository becomes its path.
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
SELF_EXPLANATORY = {"swift.enum.case", "swift.type.property", "swift.associatedtype"}
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
COMMENT = re.compile(r"^<!--.*?-->\n", re.S | re.M)


def tool(name):
    """The path of a tool beside the compiler. The PATH may contain only the compiler."""
    swiftc = shutil.which("swiftc")
    return pathlib.Path(swiftc).resolve().parent / name if swiftc else sys.exit("'swiftc' is not on the PATH")


def extract(directory):
    """Writes symbol graphs into the directory: of each part, and of its extensions of other modules' types."""
    machine = json.loads(subprocess.run([tool("swiftc"), "-print-target-info"], check=True, capture_output=True).stdout)
    for part in PARTS:
        subprocess.run(
            [tool("swift-symbolgraph-extract"), "-module-name", part, "-target", machine["target"]["triple"],
             "-I", BUILT / "Modules", "-Xcc", f"-fmodule-map-file={BUILT}/CLinux.build/module.modulemap",
             "-minimum-access-level", "public", "-skip-synthesized-members", "-output-dir", directory],
            check=True)  # fmt: skip


def combined(directory):
    """One graph of all parts, with their extensions of each other's types, without those of Swift's own types."""
    whole = None
    for graph in [f"{part}{of}" for part in PARTS for of in ["", *(f"@{other}" for other in PARTS)]]:
        file = directory / f"{graph}.symbols.json"
        if not file.exists():
            continue
        part = json.loads(file.read_text())
        if whole is None:
            whole = part | {"module": part["module"] | {"name": "Brigade"}}
        else:
            whole["symbols"] += part["symbols"]
            whole["relationships"] += part["relationships"]
    return whole


def undocumented(graph):
    """Names of public declarations without a doc comment."""
    for symbol in graph["symbols"]:
        name = ".".join(symbol["pathComponents"])
        if "docComment" not in symbol and symbol["kind"]["identifier"] not in SELF_EXPLANATORY:
            yield name


def catalogue(directory):
    """Copies the catalogue and the articles into the directory."""
    copy = directory / CATALOGUE.name
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
            sys.exit(f"{CATALOGUE.name} lists {name}, but {page.relative_to(ROOT)} does not exist")
        (copy / page.name).write_text(LINK.sub(link, COMMENT.sub("", page.read_text())))
    return copy


def main():
    os.chdir(ROOT)
    if len(sys.argv) > 1:
        print(__doc__)
        return 0 if sys.argv[1] in ("-h", "--help") else 1
    if not (BUILT / "Modules/Brigade.swiftmodule").exists():
        sys.exit("the modules are not built; run: swift build --target Brigade")
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        extract(directory)
        graph = combined(directory)
        names = sorted(undocumented(graph))
        if names:
            sys.exit(f"public declarations without a doc comment: {', '.join(names)}")
        (directory / "whole").mkdir()
        (directory / "whole/Brigade.symbols.json").write_text(json.dumps(graph))
        shutil.rmtree(OUTPUT, ignore_errors=True)
        done = subprocess.run(
            [tool("docc"), "convert", catalogue(directory), "--additional-symbol-graph-dir", directory / "whole",
             "--fallback-display-name", "Brigade", "--fallback-bundle-identifier", "brigade",
             "--warnings-as-errors", "--transform-for-static-hosting", "--output-dir", OUTPUT],
            check=False)  # fmt: skip
    if done.returncode == 0:
        print(f"==> wrote {OUTPUT.relative_to(ROOT)}: {len(graph['symbols'])} symbols and the articles", file=sys.stderr)
    return done.returncode


sys.exit(main())
