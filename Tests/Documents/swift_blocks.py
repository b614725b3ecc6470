"""Compiles ```swift blocks against the built modules as an author's code: each is a main.swift of its own, in the Swift 6
mode, with warnings as errors. A mistake is told with the page's own line.

What a block leaves out stands in a comment right before it, which Markdown does not show:

    <!-- snippet: uses kitchen -->      Tests/Documents/kitchen.swift is a second file of the module
    <!-- snippet: continues -->         begins with the page's previous block, and all that this one began with
    <!-- snippet: hidden                lines that come before it
    let store = Store()
    -->
    <!-- snippet: not compiled, WHY -->
    <!-- file: NAME -->                 a file of the package that `brigade new` writes: Tests/examples.sh builds it

Several may stand one after another. Every block begins with `import Brigade`. Blocks of documentation comments use kitchen,
and have an `api` unless they make one.
"""

import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

from markdown import ROOT, Mistake

sys.path.append(str(ROOT / "scripts"))
import symbol_graphs

CONTEXTS = ROOT / "Tests/Documents"


class Snippet:
    """A module to compile."""

    def __init__(self, block):
        self.page = block.page
        self.line = block.line
        self.parts = []  # (first line, text), in order
        self.contexts = []

    def source(self):
        return "import Brigade\n" + "".join(
            f'#sourceLocation(file: "{self.page}", line: {line})\n{text}#sourceLocation()\n' for line, text in self.parts
        )


def snippets(page):
    """Those of a page that compile."""
    previous = None
    for block in page.blocks:
        if block.kind != "swift":
            continue
        snippet = Snippet(block)
        is_compiled = True
        if page.name.endswith(".swift"):
            snippet.contexts.append("kitchen")
            if "#expect" in block.text:
                snippet.parts.append((block.line, "import BrigadeTesting\nimport Testing\n"))
            if "var api = " not in block.text:
                snippet.parts.append((block.line, 'var api = API(title: "Recipes")\n'))
        for line, kind, words in block.comments:
            if kind == "file" or words.startswith("not compiled, "):
                is_compiled = False
            elif words == "continues":
                if previous is None:
                    raise Mistake(page.name, line, "there is no block to continue")
                snippet.parts += previous.parts
                snippet.contexts += [name for name in previous.contexts if name not in snippet.contexts]
            elif words.startswith("uses "):
                name = words.removeprefix("uses ")
                if not (CONTEXTS / f"{name}.swift").exists():
                    raise Mistake(page.name, line, f"there is no {CONTEXTS.relative_to(ROOT)}/{name}.swift")
                snippet.contexts.append(name)
            elif words.startswith("hidden\n"):
                snippet.parts.append((line + 1, words.removeprefix("hidden\n") + "\n"))
            else:
                raise Mistake(page.name, line, f"unknown comment 'snippet: {words}'; see Tests/documents.py --help")
        snippet.parts.append((block.line, block.text))
        if is_compiled:
            previous = snippet
            yield snippet


def compiler():
    """As SwiftPM calls it for a target that depends on Brigade."""
    plugins = symbol_graphs.tool("swiftc").parent.parent / "lib/swift/host/plugins/testing"
    return [
        symbol_graphs.tool("swiftc"), "-typecheck", "-swift-version", "6", "-warnings-as-errors", "-module-name", "Snippet",
        "-enable-testing", *symbol_graphs.search_flags(), "-plugin-path", plugins,
    ]  # fmt: skip


def compiled(command, snippet):
    with tempfile.TemporaryDirectory() as folder:
        main = pathlib.Path(folder) / "main.swift"
        main.write_text(snippet.source())
        files = [main, *(CONTEXTS / f"{name}.swift" for name in snippet.contexts)]
        return subprocess.run([*command, *files], cwd=ROOT, capture_output=True, text=True, check=False)


def check(pages):
    """Returns how many there are, and what is wrong with them."""
    found = [snippet for page in pages for snippet in snippets(page)]
    command = compiler()
    mistakes = []
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:
        for snippet, result in zip(found, threads.map(lambda snippet: compiled(command, snippet), found)):
            if result.returncode != 0:
                mistakes.append(f"{snippet.page}:{snippet.line}: this block does not compile\n{result.stderr}")
    return len(found), mistakes
