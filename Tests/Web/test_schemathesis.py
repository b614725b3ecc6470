"""Generates requests from the OpenAPI document. Every answer must match the document."""
import os
import subprocess
import sys

from browser import OUTPUT
from processes import ROOT


def test_answers_to_generated_requests_match_the_document(server):
    # The settings and the exceptions are in schemathesis.toml. Requests to 127.0.0.1 must not go through a proxy.
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    run = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", server.url + "/openapi.json"], cwd=ROOT / "Tests/Web",
        env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    report = OUTPUT / "schemathesis.txt"
    report.write_text(run.stdout)
    assert run.returncode == 0, f"{run.stdout}\n(also in {report}); the output of the server:\n{server.text}"
    assert "Internal Server Error" not in server.text
