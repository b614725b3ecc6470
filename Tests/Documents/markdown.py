"""The Markdown pages of the repository, their code blocks, links and headings."""

import os
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Pages with mistakes, which the checks must find.
MISTAKES = "Tests/Documents/mistakes.md"
SESSIONS = "Tests/Documents/sessions.md"
COMMENT = re.compile(r"<!-- (snippet|file|run|not run): (.*?)\s*-->", re.S)
FENCE = re.compile(r"^(?P<indent> *)```(?P<kind>[^`\n]*)$")
DOCUMENTATION = re.compile(r"\s*/// ?(.*)")
HEADING = re.compile(r"^#{1,6} (.*?)\s*$", re.M)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


class Mistake(Exception):
    """What is wrong in a page, and in which line."""

    def __init__(self, page, line, text):
        super().__init__(f"{page}:{line}: {text}")


class Block:
    """A fenced code block, and the comments right before it."""

    def __init__(self, page, kind, line, text, comments):
        self.page = page
        self.kind = kind
        self.line = line  # of its first line of code
        self.text = text
        self.comments = comments  # (line, kind, text)


class Page:
    """A Markdown file, or the documentation comments of a Swift file; its name is the path from the repository's root."""

    def __init__(self, name):
        self.name = name
        text = (ROOT / name).read_text()
        if name.endswith(".swift"):
            lines = (DOCUMENTATION.match(line) for line in text.splitlines())
            text = "".join((line[1] if line else "") + "\n" for line in lines)
        self.blocks = []
        self.prose = self.read(text)  # its lines, empty where a block or a comment stands

    def read(self, text):
        prose = []
        fence = None
        code = []
        for number, line in enumerate(text.splitlines(), 1):
            match = FENCE.match(line)
            if fence is None and match:
                fence, code = (match["indent"], match["kind"], number + 1), []
            elif fence is not None and match and not match["kind"] and match["indent"] == fence[0]:
                comments = self.comments_before(text, fence[2] - 1)
                self.blocks.append(Block(self.name, fence[1], fence[2], "".join(code), comments))
                fence = None
            elif fence is not None:
                code.append(line.removeprefix(fence[0]) + "\n")
            prose.append("" if match or fence is not None else line)
        if fence is not None:
            raise Mistake(self.name, fence[2] - 1, "this block has no end")
        without_comments = re.sub(r"<!--.*?-->", lambda match: "\n" * match[0].count("\n"), "\n".join(prose), flags=re.S)
        return without_comments.split("\n")

    @staticmethod
    def comments_before(text, line):
        """The comments that end right above the line."""
        above = "\n".join(text.splitlines()[: line - 1])
        tail = re.search(r"(?:<!--(?:(?!-->).)*-->\s*\n?)*\Z", above, re.S)
        found = []
        for match in COMMENT.finditer(above, tail.start()):
            found.append((above.count("\n", 0, match.start()) + 1, match[1], match[2]))
        return found

    def links(self):
        """(line, target) of each link and image."""
        return [(number, target) for number, line in enumerate(self.prose, 1) for target in LINK.findall(SPAN.sub("", line))]

    def spans(self):
        """(line, text) of each piece of inline code."""
        return [(number, text) for number, line in enumerate(self.prose, 1) for text in SPAN.findall(line)]

    def anchors(self):
        """What a link's #fragment may name, as GitHub makes it from the headings."""
        seen = {}
        anchors = set()
        for heading in HEADING.findall("\n".join(self.prose)):
            plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
            anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
            count = seen[anchor] = seen.get(anchor, -1) + 1
            anchors.add(f"{anchor}-{count}" if count else anchor)
        return anchors


def pages():
    """The names of all Markdown files but MISTAKES and SESSIONS, and of the Swift files whose documentation comments authors read."""
    names = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if not name.startswith((".build", ".git", "node_modules")))
        names += [str((pathlib.Path(folder) / name).relative_to(ROOT)) for name in sorted(files) if name.endswith(".md")]
    names.remove(MISTAKES)
    names.remove(SESSIONS)
    names += sorted(
        str(file.relative_to(ROOT)) for file in (ROOT / "Sources/Worker").rglob("*.swift")
        if file.parent.name != "BrigadeMacros"  # Tests/Macros builds the like
    )  # fmt: skip
    return names
