"""The Prometheus and Grafana files in deploy/, with a real Prometheus that scrapes the built server."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

import pytest

from processes import ROOT, TIMEOUT, Process, Server, free_port

TOOLS = pathlib.Path(os.environ["PROMETHEUS"])
RULES = ROOT / "deploy/prometheus-rules.yaml"
DASHBOARD = json.loads((ROOT / "deploy/grafana-dashboard.json").read_text())

# A metric of the server in an expression, and its label matchers.
SELECTOR = re.compile(r"\b((?:brigade|http_server)_\w+)(?:\{([^}]*)\})?")
GROUPING = re.compile(r"\b(?:by|without|ignoring|on)\s*\(([^)]*)\)")


class Prometheus(Process):
    """Scrapes a server every second, as deploy/prometheus.yaml says."""

    def __init__(self, target):
        self.directory = tempfile.mkdtemp(prefix="brigade-prometheus-")
        folder = pathlib.Path(self.directory)
        configuration = (ROOT / "deploy/prometheus.yaml").read_text()
        assert "127.0.0.1:9001" in configuration
        (folder / "prometheus.yml").write_text(configuration.replace("127.0.0.1:9001", target).replace(": 15s", ": 1s"))
        shutil.copy(RULES, folder / "brigade-rules.yaml")
        self.port = free_port()
        super().__init__("prometheus", [
            TOOLS / "prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
            f"--web.listen-address=127.0.0.1:{self.port}"], self.directory)
        self.wait_for(lambda: "ready to receive web requests" in self.text, "ready server")

    def ask(self, path, **query):
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=TIMEOUT) as answer:
            return json.load(answer)["data"]

    def stop(self):
        super().stop()
        shutil.rmtree(self.directory, ignore_errors=True)


@pytest.fixture(scope="module")
def prometheus():
    metrics = f"127.0.0.1:{free_port()}"
    server = Server({"METRICS_BIND": metrics})
    prometheus = Prometheus(metrics)

    def series():
        for path in ("/health/live", "/api/v1/recipes/1", "/nothing"):
            server.ask(path)
        return len(prometheus.ask("query", query="rate(http_server_requests_total[10s])")["result"]) >= 3
    prometheus.wait_for(series, "rates of requests")
    yield prometheus
    prometheus.stop()
    server.stop()


def panels():
    """Each query of the dashboard with its legend."""
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", []):
            yield f"panel {panel['title']}", target["expr"], target["legendFormat"]


def alerts():
    """Each rule, as Prometheus reads it, without another parser of YAML."""
    text = RULES.read_text()
    for rule in re.split(r"\n +- alert: ", text)[1:]:
        name, body = rule.split("\n", 1)
        expression = re.search(r"expr: (?:\|\n)?(.*?)\n +(?:for|labels):", body, re.DOTALL)[1]
        yield f"alert {name}", expression, " ".join(re.findall(r"{{ \$labels\.\w+ }}", body))


def annotations():
    for annotation in DASHBOARD["annotations"]["list"]:
        if "expr" in annotation:
            yield f"annotation {annotation['name']}", annotation["expr"], annotation["textFormat"]


def filled_in(expression):
    """With what Grafana puts in the place of variables."""
    return expression.replace("$job", ".*").replace("$instance", ".*").replace("$__rate_interval", "10s")


def test_the_rules_are_valid_and_fire_when_they_should():
    for command in (["check", "rules", RULES], ["test", "rules", ROOT / "deploy/tests/prometheus-rules-test.yaml"]):
        done = subprocess.run([TOOLS / "promtool", *command], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tried():
    tried = (ROOT / "deploy/tests/prometheus-rules-test.yaml").read_text()
    for name, _, _ in alerts():
        assert f'alertname="{name.removeprefix("alert ")}"' in tried, name


def test_every_name_and_label_is_one_that_the_server_has(prometheus):
    checked = set()
    for where, expression, texts in [*panels(), *alerts(), *annotations()]:
        expression = filled_in(expression)
        prometheus.ask("query", query=expression)  # It is valid.
        labels = set()
        for name, matchers in SELECTOR.findall(expression):
            # A class of responses is in the scrape after the first one.
            kept = [one for one in matchers.split(", ") if one and not one.startswith("http_response_status_class")]
            found = prometheus.ask("series", **{"match[]": f"{name}{{{', '.join(kept)}}}"})
            assert found, f"{where}: the server has no {name} with {kept}"
            labels |= set().union(*found)
            assert all(one.split("=")[0].rstrip("!~") in labels for one in matchers.split(", ") if one), f"{where}: {matchers}"
            checked.add(name)
        labels = labels or {"job", "instance"}  # Only `up`.
        grouped = {one.strip() for group in GROUPING.findall(expression) for one in group.split(",")}
        named = set(re.findall(r"{{ ?(?:\$labels\.)?(\w+) ?}}", texts))
        assert grouped | named <= labels, f"{where}: there is no label {(grouped | named) - labels}"
    assert len(checked) > 20, checked


def test_every_panel_of_the_dashboard_has_data(prometheus):
    missing = [(where, filled_in(expression)) for where, expression, _ in panels()]
    end = time.monotonic() + TIMEOUT
    while missing and time.monotonic() < end:
        missing = [(where, query) for where, query in missing if not prometheus.ask("query", query=query)["result"]]
        time.sleep(0.2)
    assert not missing


def test_a_server_that_is_well_raises_no_alarm(prometheus):
    prometheus.wait_for(
        lambda: all(rule["health"] == "ok" for group in prometheus.ask("rules")["groups"] for rule in group["rules"]),
        "evaluation of all rules")
    assert prometheus.ask("alerts")["alerts"] == []
