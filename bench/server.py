"""A running server: its processes, CPU time and memory."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from peers import Peer, Start
from workloads import Workload

TICKS = os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    """Why the server cannot be measured."""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A context manager: inside it, the server runs and answers correctly. At the end all its processes are stopped."""

    def __init__(self, peer: Peer, directory: Path, workload: Workload, workers: int = 1) -> None:
        self.peer, self.workload = peer, workload
        self.start = Start(free_port(), directory, workload, workers)
        self.log = directory / "log"

    def __enter__(self) -> "Server":
        environment = os.environ | self.peer.environment(self.start)
        options = {"cwd": self.start.directory, "env": environment, "stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
        command = [str(word) for word in self.peer.command(self.start)]
        with self.log.open("ab") as log:
            if self.peer.prepare and subprocess.run(self.peer.prepare, **options, stdout=log).returncode != 0:
                raise Failure(f"the preparation failed: {self.log_tail()}")
            self.process = subprocess.Popen(command, **options, stdout=log, start_new_session=True)
        try:
            self.wait_until_correct(self.workload, 20)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait_until_correct(self, workload: Workload, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                return workload.ask(self.start.port)
            except ValueError as wrong:
                raise Failure(f"wrong answer: {wrong}") from None
            except OSError as error:
                if self.process.poll() is not None:
                    raise Failure(f"exited with status {self.process.returncode}: {self.log_tail()}") from None
                if time.monotonic() > deadline:
                    raise Failure(f"does not answer ({error}): {self.log_tail()}") from None
            time.sleep(0.02)

    def stop(self) -> None:
        """Sends SIGTERM to the first process. After 5 s, kills what is left of its session."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def log_tail(self) -> str:
        return " / ".join(self.log.read_text(errors="replace").strip().splitlines()[-3:])

    def processes(self) -> list[int]:
        """The first process and its descendants, parents first."""
        children: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and (fields := stat(int(entry.name))):
                children.setdefault(int(fields[1]), []).append(int(entry.name))
        found = [self.process.pid]
        for pid in found:
            found += sorted(children.get(pid, []))
        return found

    def processor_seconds(self) -> dict[int, float]:
        """User and system time of all threads, by process."""
        return {pid: (int(fields[11]) + int(fields[12])) / TICKS for pid in self.processes() if (fields := stat(pid))}

    def memory(self) -> list[float]:
        """Private dirty memory in MiB, by process, parents first."""
        found = []
        for pid in self.processes():
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has exited since
            found += [round(int(line.split()[1]) / 1024, 1) for line in lines if line.startswith("Private_Dirty:")]
        return found


def stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the name: state, parent, ... (proc(5)). The name may contain any character."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
