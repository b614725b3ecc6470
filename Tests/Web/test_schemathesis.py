"""Requests made up from the document: no answer is one that the document does not foresee."""
import os
import subprocess
import sys

from browser import OUTPUT
from processes import ROOT


def test_no_made_up_request_gets_an_answer_that_the_document_does_not_foresee(server):
    # Its settings, with what is excluded and why, are in schemathesis.toml. No proxy may stand before 127.0.0.1.
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    run = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", server.url + "/openapi.json"], cwd=ROOT / "Tests/Web",
        env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    report = OUTPUT / "schemathesis.txt"
    report.write_text(run.stdout)
    assert run.returncode == 0, f"{run.stdout}\n(also in {report}); the server said:\n{server.text}"
    assert "Internal Server Error" not in server.text
