#!/usr/bin/env python3
"""Type-checks the Swift of the documents against the built modules, as an author's code: each ```swift block is a
main.swift of its own, in the Swift 6 mode, with warnings as errors. A mistake is told with the document's own line.

    Tests/snippets.py            all of README.md, docs/, Examples/, the catalogue, and the documentation comments of
                                 Sources/Worker (after `swift build --build-tests`)
    Tests/snippets.py FILE...    only these

A documentation comment shows all that it has, so its blocks use Tests/Snippets/kitchen.swift without saying so, and have
an `api` unless they make one.

What a block leaves out stands in a comment right before it, which Markdown does not show:

    <!-- snippet: uses kitchen -->      Tests/Snippets/kitchen.swift is a second file of the module
    <!-- snippet: continues -->         begins with the page's previous block, and all that this one began with
    <!-- snippet: hidden                lines that come before it
    let store = Store()
    -->
    <!-- snippet: not compiled, WHY -->
    <!-- file: NAME -->                 a file that is built for real: Tests/examples.sh compares and builds it

Several may stand one after another. `import Brigade` is there even where the block does not say so.
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILT = ROOT / ".build/debug"
CONTEXTS = ROOT / "Tests/Snippets"
COMMENT = re.compile(r"<!-- (snippet|file): (.*?)\s*-->\n", re.S)
DOCUMENTATION = re.compile(r"\s*/// ?(.*)")
FENCE = re.compile(r"(?P<comments>(?:<!--(?:(?!-->).)*-->\n)*)(?P<indent> *)```swift\n(?P<code>.*?)^(?P=indent)```$", re.S | re.M)


class Snippet:
    def __init__(self, page, line):
        self.page = page
        self.line = line
        self.parts = []  # (first line, text), in order
        self.contexts = []

    def source(self):
        imports = "import Brigade\n"
        return imports + "".join(
            f'#sourceLocation(file: "{self.page}", line: {line})\n{text}#sourceLocation()\n' for line, text in self.parts
        )


def snippets(page):
    """Those of a page that are to be checked; exits with a sentence when a comment asks for what there is not."""
    text = (ROOT / page).read_text()
    if page.endswith(".swift"):  # its documentation comments
        lines = (DOCUMENTATION.match(line) for line in text.splitlines())
        text = "".join((line[1] if line else "") + "\n" for line in lines)
    previous = None
    for match in FENCE.finditer(text):
        def line(position):
            return text.count("\n", 0, position) + 1

        snippet = Snippet(page, line(match.start("code")))
        indent = match["indent"]
        code = "".join(part.removeprefix(indent) for part in match["code"].splitlines(True))
        is_checked = True
        if page.endswith(".swift"):
            snippet.contexts.append("kitchen")
            if "#expect" in code:
                snippet.parts.append((snippet.line, "import BrigadeTesting\nimport Testing\n"))
            if "var api = " not in code:
                snippet.parts.append((snippet.line, "var api = API(title: \"Recipes\")\n"))
        for comment in COMMENT.finditer(match["comments"]):
            kind, words = comment.groups()
            at = line(match.start("comments") + comment.start())
            if kind == "file" or words.startswith("not compiled, "):
                is_checked = False
            elif words == "continues":
                if previous is None:
                    sys.exit(f"{page}:{at}: there is no block to continue")
                snippet.parts += previous.parts
                snippet.contexts += [name for name in previous.contexts if name not in snippet.contexts]
            elif words.startswith("uses "):
                name = words.removeprefix("uses ")
                if not (CONTEXTS / f"{name}.swift").exists():
                    sys.exit(f"{page}:{at}: there is no {CONTEXTS.relative_to(ROOT)}/{name}.swift")
                snippet.contexts.append(name)
            elif words.startswith("hidden\n"):
                snippet.parts.append((at + 1, words.removeprefix("hidden\n") + "\n"))
            else:
                sys.exit(f"{page}:{at}: what is 'snippet: {words}'? See Tests/snippets.py")
        snippet.parts.append((snippet.line, code))
        if is_checked:
            previous = snippet
            yield snippet


def compiler():
    """As SwiftPM calls it for a target that depends on Brigade."""
    maps = sorted(BUILT.glob("*.build/module.modulemap")) + sorted(
        (ROOT / ".build/checkouts").glob("*/Sources/*/include/module.modulemap")
    )
    swiftc = pathlib.Path(subprocess.run(["which", "swiftc"], check=True, capture_output=True, text=True).stdout.strip())
    plugins = swiftc.resolve().parent.parent / "lib/swift/host/plugins/testing"
    return [
        swiftc, "-typecheck", "-swift-version", "6", "-warnings-as-errors", "-module-name", "Snippet", "-enable-testing",
        "-I", BUILT / "Modules", "-plugin-path", plugins, *[f for m in maps for f in ("-Xcc", f"-fmodule-map-file={m}")],
    ]  # fmt: skip


def check(command, snippet):
    with tempfile.TemporaryDirectory() as folder:
        main = pathlib.Path(folder) / "main.swift"
        main.write_text(snippet.source())
        files = [main, *(CONTEXTS / f"{name}.swift" for name in snippet.contexts)]
        return subprocess.run([*command, *files], cwd=ROOT, capture_output=True, text=True)


def main():
    os.chdir(ROOT)
    if len(sys.argv) > 1 and sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        return 0
    pages = sys.argv[1:] or ["README.md"] + sorted(
        str(page.relative_to(ROOT))
        for folder in ("docs", "Examples", "Sources/Worker/Brigade/Brigade.docc")
        for page in (ROOT / folder).rglob("*.md")
        if ".build" not in page.parts
    ) + sorted(
        str(page.relative_to(ROOT)) for page in (ROOT / "Sources/Worker").rglob("*.swift")
        if page.parent.name != "BrigadeMacros"  # which is not built; Tests/Macros has its like
    )
    if not (BUILT / "Modules/Brigade.swiftmodule").exists():
        sys.exit("the modules are not built: swift build --build-tests")
    found = [snippet for page in pages for snippet in snippets(page)]
    command = compiler()
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:
        for snippet, result in zip(found, threads.map(lambda snippet: check(command, snippet), found)):
            if result.returncode != 0:
                failures += 1
                print(f"{snippet.page}:{snippet.line}: this block does not compile", file=sys.stderr)
                print(result.stderr, file=sys.stderr)
    print(f"--- {len(found)} snippets, {failures} of which do not compile", file=sys.stderr)
    return 1 if failures else 0


sys.exit(main())
