"""Checks the commands of ```sh blocks, and those after `$ ` in ```console blocks, without running them: their syntax is valid,
each program exists, and brigade, recipe-worker, swift, curl and the scripts of this repository have the subcommands and
flags that they are given. A relative path starts at the repository's root or at the page's folder. After a `cd` to a folder
outside the repository, relative paths are not checked.
"""

import functools
import os
import pathlib
import re
import shlex
import signal
import subprocess

import markdown
from markdown import ROOT

BUILT = ROOT / ".build/debug"
# Programs of other packages, and `upgrade` of deploy/install.sh. Their flags are not checked.
OTHERS = {
    "addr2line", "apt-get", "bg", "cat", "cd", "chmod", "cp", "curl", "docker", "dpkg", "dpkg-query", "echo", "env", "exec",
    "export", "false", "fg", "gdb", "git", "grep", "gunicorn", "haproxy", "install", "jobs", "journalctl", "kill",
    "kubectl", "litestream", "lldb", "ls", "mkdir", "mv", "pg_basebackup", "pg_dump", "pg_restore", "podman",
    "printf", "ps", "psql", "rm", "sleep", "sqlite3", "ssh", "systemctl", "systemd-analyze", "tail", "time", "true",
    "upgrade", "uvicorn", "wait", "watch",
}  # fmt: skip
PREFIXES = {"exec", "nohup", "sudo", "time", "!"}
WORDS_OF_SHELL = {"do", "done", "else", "fi", "if", "then", "until", "while", "{", "}"}
TOKEN = re.compile(
    r"""\\\n | [ \t]+ | \#[^\n]*
    | (?P<separator> && | \|\| | ;; | [;&|()\n] )
    | (?P<redirection> \d* (?: >> | >& | <& | > | < ) )
    | (?P<word> (?: '[^']*' | "(?:\\.|[^"\\])*" | \$\([^)]*\) | \\. | [^\s;&|()<>'"\\] )+ )""",
    re.X | re.S,
)
ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.S)
FLAG = re.compile(r"(?<![\w-])(--?[A-Za-z][\w-]*)")


@functools.cache
def help_of(*command):
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return result.stdout + result.stderr


def declared_flags(text):
    """The flags that a help text declares, at the beginning of its lines."""
    lines = re.findall(r"^\s{1,8}(-.*)$", text, re.M)
    return {flag for line in lines for flag in FLAG.findall(line.replace("/--", " --"))}


@functools.cache
def brigade_subcommands():
    return re.findall(r"^  ([a-z-]+) ", help_of(BUILT / "brigade", "--help").partition("SUBCOMMANDS:")[2], re.M)


@functools.cache
def brigade_flags(*subcommands):
    return declared_flags(help_of(BUILT / "brigade", "help", *subcommands))


@functools.cache
def brigade_variables():
    """The variables named BRIGADE_... that mean something to the server or to a worker."""
    sources = "".join(file.read_text() for file in (ROOT / "Sources").rglob("*.swift"))
    return set(re.findall(r"\bBRIGADE_[A-Z_]+\b", sources))


@functools.cache
def swift_flags(subcommand, argument=""):
    if subcommand == "format":
        return declared_flags(help_of("swift", "format", "lint" if argument == "lint" else "format", "--help"))
    return declared_flags(help_of("swift", subcommand, "--help-hidden"))


@functools.cache
def products():
    """The executables of this package, of the examples, and those that pages build: `brigade new NAME`."""
    manifests = "".join((ROOT / name).read_text() for name in ("Package.swift", "Examples/Package.swift"))
    names = set(re.findall(r'\.executable(?:Target)?\(\s*name: "([^"]+)"', manifests))
    for name in markdown.pages():
        if name.endswith(".md"):
            names |= set(re.findall(r"\bbrigade new ([a-z][a-z-]*)", (ROOT / name).read_text()))
    return names


def simple_commands(script):
    """(offset of its line, list of words) for each command, without redirections."""
    words, line, start, is_target, position = [], 0, 0, False, 0
    while position < len(script):
        token = TOKEN.match(script, position)
        if not token:  # such as a here-document
            raise SyntaxError(script[position:].splitlines()[0])
        if token["separator"]:
            if words:
                yield start, words
            words = []
        elif token["redirection"]:
            is_target = True
        elif token["word"] and is_target:
            is_target = False
        elif token["word"]:
            start = start if words else line
            words.append("".join(shlex.split(token["word"])) if "$(" not in token["word"] else token["word"])
        line += token[0].count("\n")
        position = token.end()
    if words:
        yield start, words


class Checker:
    """Checks the commands of one block, in order."""

    def __init__(self, page):
        self.folders = [ROOT, (ROOT / page).parent]  # where relative paths may begin; none after a `cd` to elsewhere

    def check(self, words):
        """What is wrong with a command, given as its words."""
        while words and (ASSIGNMENT.match(words[0]) or words[0] in PREFIXES | WORDS_OF_SHELL):
            match = ASSIGNMENT.match(words.pop(0))
            if match and match[1].startswith("BRIGADE_") and match[1] not in brigade_variables():
                yield f"there is no variable {match[1]}"
        if not words or words[0] == "for":
            return
        program, arguments = words[0], words[1:]
        name = pathlib.PurePath(program).name
        flags = [argument.partition("=")[0] for argument in arguments if re.match(r"--?[A-Za-z]", argument)]
        script = self.script(program)
        if "/" in program and not program.startswith(("/", "~", "$")):
            if ".build/" in program:
                if name not in products():
                    yield f"nothing builds {program}"
            elif self.folders and not script:
                yield f"there is no {program}"
            elif script and not os.access(script, os.X_OK):
                yield f"{program} is not executable"
        elif not script and name not in OTHERS | products() | {"swift", "python3", "."}:
            yield f"unknown program '{program}'; if it is right, add it to OTHERS in Tests/Documents/commands.py"
        if name == "cd":
            self.change(arguments)
        elif name == "brigade":
            yield from self.brigade(arguments, flags)
        elif name == "recipe-worker":
            usage = help_of(BUILT / "recipe-worker", "--help")
            if arguments and not re.search(rf"(?<![\w-]){re.escape(arguments[0])}(?![\w-])", usage.partition(" ")[2]):
                yield f"recipe-worker has no command '{arguments[0]}'"
        elif name == "swift":
            yield from self.undeclared("swift", flags, swift_flags(*arguments[:2]))
        elif name == "curl":
            long = [flag for flag in flags if flag.startswith("--")]
            yield from self.undeclared("curl", long, declared_flags(help_of("curl", "--help", "all")))
        elif name == "kill":
            for flag in flags:
                known = {member.name.removeprefix("SIG") for member in signal.Signals}
                if flag.startswith("-") and flag[1:].removeprefix("SIG") not in known | {"s", "l"}:
                    yield f"there is no signal {flag[1:]}"
        elif name == "python3" and arguments and arguments[0] != "-c" and self.folders and not self.script(arguments[0]):
            yield f"there is no {arguments[0]}"
        elif script:
            known = set(FLAG.findall(script.read_text()))
            if script.name == "run.sh" and script.parent == ROOT:
                known |= brigade_flags("serve")
            yield from self.undeclared(program, flags, known)

    @staticmethod
    def undeclared(command, flags, known):
        for flag in flags:
            if flag not in known:
                yield f"{command} has no flag {flag}"

    def brigade(self, arguments, flags):
        if not arguments or arguments[0] == "help" or arguments[0].startswith("-"):
            yield from self.undeclared("brigade", flags, {"--version", "--help", "-h"})
        elif arguments[0] not in brigade_subcommands():
            yield f"brigade has no command '{arguments[0]}'"
        else:
            names = arguments[: 2 if arguments[0] == "workers" else 1]
            yield from self.undeclared(f"brigade {' '.join(names)}", flags, brigade_flags(*names))

    def script(self, program):
        """The program as a file of this repository; None if it is elsewhere."""
        for folder in self.folders:
            file = folder / program
            if file.is_file():
                return file
        return None

    def change(self, arguments):
        folders = [folder / arguments[0] for folder in self.folders if arguments]
        self.folders = [folder for folder in folders if folder.is_dir()]


def check_script(block, script=None):
    """(offset of the line, what is wrong) for each mistake in a script."""
    script = script or block.text
    result = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        yield 0, f"invalid syntax: {result.stderr.strip()}"
        return
    checker = Checker(block.page)
    try:
        for offset, words in simple_commands(script):
            for mistake in checker.check(words):
                yield offset, mistake
    except SyntaxError as error:
        yield 0, f"Tests/Documents/commands.py cannot read '{error}'"


def check_session(block):
    """What a terminal shows: commands after `$ `, and what they print."""
    lines = []
    continues = False
    for line in block.text.splitlines():
        is_command = continues or line.startswith("$ ")
        lines.append((line if continues else line.removeprefix("$ ")) if is_command else "")
        continues = is_command and line.endswith("\\")
    if not any(lines):
        yield 0, "a console block needs a command after '$ '; what only a program prints is 'text'"
        return
    yield from check_script(block, "\n".join(lines) + "\n")
