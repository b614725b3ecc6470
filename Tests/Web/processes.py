"""Starts the built server and a fake reddit as child processes."""
import ctypes
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILT = pathlib.Path(os.environ.get("BUILT", ROOT / ".build/debug"))
TIMEOUT = 20  # seconds; on an idle machine, nothing takes longer than one


_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A child process whose output goes to a file. It stops with the tests, even if they are killed."""

    def __init__(self, name, command, directory, environment=None):
        self.log = pathlib.Path(directory) / f"{name}.log"
        self.name = name
        with open(self.log, "wb") as log:
            self.child = subprocess.Popen(
                [str(part) for part in command], cwd=directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={"PATH": "/usr/local/bin:/usr/bin:/bin", **(environment or {})},
                preexec_fn=lambda: _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM))

    def wait_for(self, state, what):
        """Waits until `state()` is true. Fails with the output of the process."""
        end = time.monotonic() + TIMEOUT
        while not state():
            if self.child.poll() is not None:
                raise AssertionError(f"{self.name} exited with status {self.child.returncode} before {what}:\n{self.text}")
            assert time.monotonic() < end, f"{self.name}: no {what} within {TIMEOUT} s:\n{self.text}"
            time.sleep(0.02)

    @property
    def text(self):
        return self.log.read_text(errors="replace")

    def stop(self):
        if self.child.poll() is not None:
            return
        self.child.terminate()
        try:
            self.child.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


class Reddit(Process):
    """The fake reddit of reference/."""

    def __init__(self, directory):
        self.port = free_port()
        super().__init__("reddit", [sys.executable, ROOT / "reference/fake_reddit.py", self.port], directory)
        self.wait_for(self._listens, "answer")

    def _listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def set(self, delay_ms=0, modes=None):
        """The comment at the top of reference/fake_reddit.py lists the modes."""
        body = json.dumps({"delay_ms": delay_ms, "modes": modes or {}}).encode()
        urllib.request.urlopen(urllib.request.Request(self.url + "/__control", body)).read()


class Server(Process):
    """`brigade serve` with one worker, a free port and a new database, in a directory of its own."""

    def __init__(self, environment=None):
        self.directory = tempfile.mkdtemp(prefix="brigade-web-")
        self.reddit = None
        try:
            self.reddit = Reddit(self.directory)
            self.port = free_port()
            settings = {
                "DATABASE_URL": "sqlite:///recipes.db", "REDDIT_BASE_URL": self.reddit.url, **(environment or {})}
            command = [
                BUILT / "brigade", "serve", "--bind", f"127.0.0.1:{self.port}", "--workers", 1, "--worker",
                BUILT / "recipe-worker"]
            super().__init__("brigade", command, self.directory, settings)
            self.wait_for(lambda: "worker ready" in self.text, "ready worker")
        except BaseException:
            self.stop()
            raise

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path, method="GET", body=None, fields=None):
        """Sends a request. Returns status, headers and text. Does not follow redirects."""
        request = urllib.request.Request(self.url + path, body, fields or {}, method=method)
        opener = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))
        try:
            answer = opener.open(request, timeout=TIMEOUT)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers, answer.read().decode()

    def stop(self):
        if hasattr(self, "child"):
            super().stop()
        if self.reddit is not None:
            self.reddit.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None
