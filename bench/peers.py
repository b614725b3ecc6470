"""The servers: where they are, how they are started and how they are installed."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from workloads import LIVE, RECIPE, Workload

HERE = Path(__file__).resolve().parent
BUILD = HERE / ".build"
REFERENCE = HERE.parent / "reference"
VENV = BUILD / "fastapi" / "bin"
BRIGADE = Path(os.environ.get("BUILT", HERE.parent / ".build/release")) / "brigade"


@dataclass(frozen=True)
class Start:
    """The parameters of one start of a peer."""

    port: int
    directory: Path
    workload: Workload
    workers: int = 1


@dataclass(frozen=True)
class Peer:
    name: str
    title: str
    program: str  # if it is missing, the peer is skipped
    install: str  # how to install it
    command: Callable[[Start], list]
    environment: Callable[[Start], dict[str, str]] = lambda start: {}
    prepare: list = field(default_factory=list)  # a command to run first, in the same environment
    version: list = field(default_factory=list)  # a command that prints the version
    has_database: bool = False

    @property
    def missing(self) -> str | None:
        return None if shutil.which(self.program) else self.install

    def find_version(self) -> str:
        if not self.version:
            return ""
        found = subprocess.run(self.version, capture_output=True, text=True)
        lines = (found.stdout + found.stderr).strip().splitlines()
        return ", ".join(lines) if found.returncode == 0 and lines else "version unknown"


def bodies(program: str | Path) -> Callable[[Start], list]:
    """A program of bench/peers that answers from memory. Arguments: PORT LIVE RECIPE."""
    return lambda start: [program, start.port, LIVE, RECIPE]


def brigade(start: Start) -> list:
    return [
        BRIGADE, "serve", "--bind", f"127.0.0.1:{start.port}", "--workers", start.workers, "--log-level", "warning",
        "--max-connections", 5000, "--control", "off",
    ]  # fmt: skip


def brigade_environment(start: Start) -> dict[str, str]:
    return {"DATABASE_URL": f"sqlite:///{start.directory}/recipes.db"}


def fastapi_environment(start: Start) -> dict[str, str]:
    return {"RECIPES_DB": f"{start.directory}/recipes.db", "PYTHONPATH": f"{REFERENCE}:{HERE}/peers/fastapi"}


def gunicorn(start: Start) -> list:
    return [
        VENV / "gunicorn", "--bind", f"127.0.0.1:{start.port}", "--workers", start.workers, "--log-level", "warning",
        "--worker-class", "uvicorn.workers.UvicornWorker", "application:app",
    ]  # fmt: skip


def granian(start: Start) -> list:
    return [
        VENV / "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", start.port, "--workers",
        start.workers, "--log-level", "warning", "application:app",
    ]  # fmt: skip


def nginx(start: Start) -> list:
    text = (HERE / "peers/nginx/nginx.conf").read_text()
    for name, value in {"port": start.port, "live": LIVE, "recipe": RECIPE}.items():
        text = text.replace(f"{{{name}}}", str(value))
    (start.directory / "nginx.conf").write_text(text)
    return ["nginx", "-p", start.directory, "-c", "nginx.conf"]


def packages(*names: str) -> list:
    code = f"import importlib.metadata as m; print(', '.join(f'{{n}} {{m.version(n)}}' for n in {names}))"
    return [VENV / "python", "-c", code]


# nginx is not on the PATH of every user.
os.environ["PATH"] += ":/usr/sbin"
PIP = "FastAPI could not be installed by pip: see bench/.build/fastapi.log"
PEERS = [
    Peer("limit", "C loop (the limit)", str(BUILD / "limit"), "apt-get install gcc libc6-dev",
         lambda start: [BUILD / "limit", start.port, start.workload.body], version=["gcc", "-dumpfullversion"]),
    Peer("brigade", "Brigade", str(BRIGADE), "./run.sh builds it", brigade, brigade_environment,
         version=["git", "-C", str(HERE), "describe", "--always", "--dirty"], has_database=True),
    Peer("hyper", "hyper", str(BUILD / "hyper/release/hyper-peer"),
         "apt-get install cargo librust-hyper-dev librust-tokio-dev", bodies(BUILD / "hyper/release/hyper-peer"),
         version=["sh", "-c", "ls /usr/share/cargo/registry | grep '^hyper-[0-9]'; rustc --version"]),
    Peer("nginx", "nginx", "nginx", "apt-get install nginx-light", nginx, version=["nginx", "-v"]),
    Peer("go", "Go net/http", str(BUILD / "go-server"), "apt-get install golang-go", bodies(BUILD / "go-server"),
         lambda start: {"GOMAXPROCS": str(start.workers)}, version=["go", "version"]),
    Peer("node", "node", "node", "apt-get install nodejs", lambda start: ["node", HERE / "peers/node/server.js",
         start.port, LIVE, RECIPE], version=["node", "--version"]),
    Peer("hummingbird", "Hummingbird", str(BUILD / "hummingbird/release/hummingbird-server"),
         "its packages could not be fetched or built: see bench/.build/hummingbird.log",
         bodies(BUILD / "hummingbird/release/hummingbird-server"),
         version=["sed", "-n", r's/.*exact: "\([0-9.]*\)".*/\1/p',
                  str(HERE / "peers/hummingbird-server/Package.swift")]),
    Peer("gunicorn", "FastAPI, gunicorn with uvicorn", str(VENV / "gunicorn"), PIP, gunicorn, fastapi_environment,
         [VENV / "python", "-m", "app.prestart"], packages("fastapi", "gunicorn", "uvicorn"), has_database=True),
    Peer("granian", "FastAPI, granian", str(VENV / "granian"), PIP, granian, fastapi_environment,
         [VENV / "python", "-m", "app.prestart"], packages("fastapi", "granian"), has_database=True),
]  # fmt: skip
