"""The built server and its upstream, as processes of these tests."""
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
PATIENCE = 20  # seconds, for what takes one at most on a quiet machine


_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A child whose output goes to a file, and which ends with the tests, even if they are killed."""

    def __init__(self, name, command, folder, environment=None):
        self.log = pathlib.Path(folder) / f"{name}.log"
        self.name = name
        with open(self.log, "wb") as log:
            self.child = subprocess.Popen(
                [str(part) for part in command], cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={"PATH": "/usr/local/bin:/usr/bin:/bin", **(environment or {})},
                preexec_fn=lambda: _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM))

    def wait_for(self, state, what):
        """Until `state()` is true; fails with what the process said."""
        end = time.monotonic() + PATIENCE
        while not state():
            if self.child.poll() is not None:
                raise AssertionError(f"{self.name} ended with {self.child.returncode} before {what}:\n{self.text}")
            assert time.monotonic() < end, f"{self.name}: no {what} within {PATIENCE} s:\n{self.text}"
            time.sleep(0.02)

    @property
    def text(self):
        return self.log.read_text(errors="replace")

    def stop(self):
        if self.child.poll() is not None:
            return
        self.child.terminate()
        try:
            self.child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


class Reddit(Process):
    """The stand-in for reddit of reference/."""

    def __init__(self, folder):
        self.port = free_port()
        super().__init__("reddit", [sys.executable, ROOT / "reference/fake_reddit.py", self.port], folder)
        self.wait_for(self._listens, "answer")

    def _listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def set(self, delay_ms=0, modes=None):
        """See the head of reference/fake_reddit.py for the modes."""
        body = json.dumps({"delay_ms": delay_ms, "modes": modes or {}}).encode()
        urllib.request.urlopen(urllib.request.Request(self.url + "/__control", body)).read()


class Server(Process):
    """`brigade serve` with one worker, a port, and a fresh database in a folder of its own."""

    def __init__(self, environment=None):
        self.folder = tempfile.mkdtemp(prefix="brigade-web-")
        self.reddit = None
        try:
            self.reddit = Reddit(self.folder)
            self.port = free_port()
            settings = {
                "DATABASE_URL": "sqlite:///recipes.db", "REDDIT_BASE_URL": self.reddit.url, **(environment or {})}
            command = [
                BUILT / "brigade", "serve", "--bind", f"127.0.0.1:{self.port}", "--workers", 1, "--worker",
                BUILT / "recipe-worker"]
            super().__init__("brigade", command, self.folder, settings)
            self.wait_for(lambda: "worker ready" in self.text, "ready worker")
        except BaseException:
            self.stop()
            raise

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path, method="GET", body=None, fields=None):
        """Status, headers and text of an answer; redirects are not followed."""
        request = urllib.request.Request(self.url + path, body, fields or {}, method=method)
        opener = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))
        try:
            answer = opener.open(request, timeout=PATIENCE)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers, answer.read().decode()

    def stop(self):
        if hasattr(self, "child"):
            super().stop()
        if self.reddit is not None:
            self.reddit.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None
