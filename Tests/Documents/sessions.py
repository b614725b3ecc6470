"""Runs the commands of the pages that operators follow. Before each of their sh and console blocks stands where it runs:

    <!-- run: here -->       in a new folder, with the built programs on the PATH; the blocks of a page share one shell
    <!-- run: systemd -->    as root under a real systemd, in the repository: deploy/tests/inside-package.sh
    <!-- run: FILE -->       this test runs the same programs
    <!-- not run: REASON -->

A command succeeds, unless what it prints begins with `brigade:` and an error. Each line that is shown must be printed, by the
command, or within 30 seconds by a server that runs in the background. `...` stands for anything, numbers and durations may
differ. A pid is what the server has printed in its place: later commands use that. Each port of 127.0.0.1 is a free one.
"""

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from markdown import ROOT, SESSIONS, Page

PAGES = [
    "docs/behind-a-proxy.md",
    "SECURITY.md", "docs/dashboard.md", "docs/from-fastapi.md", "docs/from-gunicorn.md", "docs/installing.md", "docs/metrics.md",
    "docs/operating.md", "docs/post-mortem.md", "docs/control.md", "docs/security.md", "docs/tuning.md", SESSIONS,
]  # fmt: skip
BUILT = ROOT / ".build/debug"
PATIENCE = 30
END = "--- end of the command"
PIECE = re.compile(
    r"(?P<any>\.\.\.) | (?P<id>(?<=request=)[0-9a-f]{16}) | (?P<pid>(?<=pid[=\ ])\d+) | (?P<number>\d[\d.]*(?:\ (?:us|ms|s|min|h|[KMG]iB)\b)?) | (?P<none>(?<=\ )-$)"
    r" | (?P<blank>\s+)",
    re.X,
)


class Shell:
    """A bash that reads commands, and all lines that it and what it starts print."""

    def __init__(self, folder, environment):
        self.process = subprocess.Popen(
            ["bash"], cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", start_new_session=True,
        )  # fmt: skip
        self.lines = []
        self.changed = threading.Condition()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()

    def wait(self, pattern, start, patience=PATIENCE):
        """The match of the first line from `start` that the pattern matches; None if none comes in time."""
        deadline = time.monotonic() + patience
        with self.changed:
            while True:
                for line in self.lines[start:]:
                    if match := pattern.fullmatch(line):
                        return match
                if time.monotonic() > deadline or not self.changed.wait(max(0, deadline - time.monotonic())):
                    return None

    def run(self, command):
        """The exit code, None if it takes too long; and whether something runs in the background that may print more."""
        start = len(self.lines)
        self.process.stdin.write(f"{command}\nprintf '\\n%s %d %d\\n' '{END}' $? $(jobs -pr | wc -l)\n")
        self.process.stdin.flush()
        match = self.wait(re.compile(rf"{END} (\d+) (\d+)"), start)
        return (int(match[1]), match[2] != "0") if match else (None, False)

    def close(self):
        """Stops what it has started, too."""
        self.process.stdin.close()
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass
            self.reader.join(15)
        self.process.wait()


class Session:
    """The blocks of one page, in order."""

    def __init__(self, shell, ports=None):
        self.shell = shell
        self.ports = ports  # as the page names them: as they are; None: they are
        self.pids = {}  # as the page names them: as they are

    def command(self, text):
        """With the pids and the ports of this run."""
        for shown, real in self.pids.items():
            text = re.sub(rf"(?<![\w.:-]){shown}(?![\w.])", real, text)
        return re.sub(r"(?<=127\.0\.0\.1:)\d+", lambda match: self.real_port(match[0]), text)

    def real_port(self, shown):
        if self.ports is None:
            return shown
        return self.ports.setdefault(shown, free_port())

    def pattern(self, line):
        result, position, unknown = "", 0, []
        for piece in PIECE.finditer(line):
            result += re.escape(line[position : piece.start()])
            position = piece.end()
            kind, text = piece.lastgroup, piece[0]
            if kind == "pid" and text in self.pids:
                result += self.pids[text]
            elif kind == "pid":
                result += r"(\d+)" if text not in unknown else rf"\{unknown.index(text) + 1}"
                unknown += [text] if text not in unknown else []
            else:
                result += {"any": ".*", "id": "[0-9a-f]{16}", "number": r"\d[\d.]*(?: (?:us|ms|s|min|h|[KMG]iB)\b)?", "none": r"(?:-|\d+ \w+)", "blank": r"\s+"}[kind]
        return re.compile(result + re.escape(line[position:]) + r"\s*"), unknown

    def run(self, block):
        """(offset of the line, what is wrong) for each mistake; the first one ends the block."""
        for offset, command, output in steps(block):
            start = len(self.shell.lines)
            code, goes_on = self.shell.run(self.command(command))
            fails = bool(output) and re.match(r"(brigade|recipe-worker): (?!warning)", output[0][1]) is not None
            if code is None or (code != 0) != fails:
                said = "\n    ".join(self.shell.lines[start:][-20:])
                yield offset, f"'{block.text.splitlines()[offset]}' {'does not end' if code is None else f'ends with {code}'}:\n    {said}"
                return
            for shown_offset, line in output:
                pattern, unknown = self.pattern(line)
                match = self.shell.wait(pattern, start, PATIENCE if goes_on else 0)
                if not match:
                    said = "\n    ".join(line for line in self.shell.lines[start:][-30:] if line and END not in line)
                    yield shown_offset, f"nothing prints '{line}', but:\n    {said}"
                    return
                self.pids.update({pid: match[index] for index, pid in enumerate(unknown, 1)})


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def steps(block):
    """(offset, command, [(offset, line that it prints)]) for each command; an sh block is one."""
    if block.kind == "sh":
        return [(0, f"(set -e\n{block.text})", [])]
    found, continues = [], False
    for offset, line in enumerate(block.text.splitlines()):
        if continues:
            found[-1][1] += "\n" + line
        elif line.startswith("$ "):
            found.append([offset, line[2:], []])
        elif line.strip() not in ("", "..."):
            found[-1][2].append((offset, line))
        continues = (continues or line.startswith("$ ")) and line.endswith("\\")
    return found


def place(block):
    """Where it runs: (`here`, `systemd`, a file, or None; why it does not)."""
    for _, kind, text in block.comments:
        if kind == "run":
            return text, None
        if kind == "not run":
            return None, text
    return None, None


def commands_of(page):
    return [block for block in page.blocks if block.kind in ("sh", "console")]


def check_place(block):
    where, reason = place(block)
    if where in ("here", "systemd") or reason:
        return
    if not where:
        yield 0, "does not say where it runs; see Tests/Documents/sessions.py"
    elif not (ROOT / where).is_file():
        yield 0, f"runs in {where}, which is not there"
    else:
        text = (ROOT / where).read_text()
        for offset, command, _ in steps(block):
            for program in re.findall(r"^\(?(?:set -e\n)?(\S+)", command, re.M):
                if program.rpartition("/")[2] not in text:
                    yield offset, f"{where} does not run {program}"


def run_here(page):
    """Every mistake in the blocks of a page that run here."""
    with tempfile.TemporaryDirectory() as folder:
        ports = {"8001": free_port()}
        environment = {"HOME": folder, "LANG": "C.UTF-8", "PATH": f"{BUILT}:{os.environ['PATH']}"}
        environment["BIND"] = f"127.0.0.1:{ports['8001']}"
        # As on a machine without Swift.
        environment["SWIFT_BACKTRACE"] = "enable=no"
        yield from run_blocks(page, "here", Shell(folder, environment), ports)


def run_blocks(page, where, shell, ports=None):
    session = Session(shell, ports)
    try:
        for block in commands_of(page):
            if place(block)[0] == where:
                yield from (f"{block.page}:{block.line + offset}: {text}" for offset, text in session.run(block))
    finally:
        shell.close()


def check(pages):
    """Returns how many blocks there are on the pages that are run, and what is wrong with them."""
    count, mistakes, reasons = 0, [], []
    for page in pages:
        if page.name not in PAGES:
            continue
        blocks = commands_of(page)
        count += len(blocks)
        reasons += [f"{block.page}:{block.line}: not run: {place(block)[1]}" for block in blocks if place(block)[1]]
        mistakes += [f"{block.page}:{block.line + offset}: {text}" for block in blocks for offset, text in check_place(block)]
        if any(place(block)[0] == "here" for block in blocks):
            mistakes += run_here(page)
    if reasons:
        print("\n".join(reasons), file=sys.stderr)
    return count, mistakes


def main():
    """Runs the blocks of all pages that belong to the place that the command line names, where that is."""
    mistakes = []
    for name in PAGES:
        page = Page(name)
        if name != SESSIONS and any(place(block)[0] == sys.argv[1] for block in commands_of(page)):
            mistakes += run_blocks(page, sys.argv[1], Shell(ROOT, dict(os.environ)))
    sys.exit("\n".join(mistakes) or 0)


if __name__ == "__main__":
    main()
