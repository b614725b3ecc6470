#!/usr/bin/env python3
"""Checks the Kubernetes manifests of deploy/many-hosts against the published schemas, and what they, both compose.yaml, HAProxy's
configuration and PostgreSQL's settings must agree on. Run by manifests.sh; BUILT names the build of brigade."""

import os
import pathlib
import re
import subprocess
import sys

import kubernetes_validate
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
MANY_HOSTS = ROOT / "deploy/many-hosts"
BUILT = pathlib.Path(os.environ.get("BUILT", ROOT / ".build/release"))
# The oldest version that still gets fixes by the distributions, and the newest one that the package knows.
VERSIONS = ["1.31", kubernetes_validate.latest_version()]
RESERVED = 3 + 1 + 6  # superuser_reserved_connections, a migration, backups and people
mistakes = []


class Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, of which YAML would silently take the last."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value if key.value != "<<"]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"{node.start_mark}: {key} stands twice")
        return super().construct_mapping(node, deep)


def expect(condition, mistake):
    if not condition:
        mistakes.append(mistake)


def report():
    """Ends with what was found so far, if it makes further checks useless."""
    if mistakes:
        sys.exit("\n".join(f"deploy: {mistake}" for mistake in mistakes))


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)(s|m)?", str(text)).groups()
    return int(number) * (60 if unit == "m" else 1)


def contains(labels, selector):
    return selector.items() <= labels.items()


def setting(path, name):
    """A value in a configuration of PostgreSQL."""
    return re.search(rf"^{name} = '?([^'\n]*)'?", (MANY_HOSTS / path).read_text(), re.M)[1]


def documents():
    found = {}
    for path in sorted(MANY_HOSTS.glob("kubernetes/*.yaml")):
        for document in yaml.load_all(path.read_text(), Loader):
            for version in VERSIONS:
                try:
                    kubernetes_validate.validate(document, version, strict=True)
                except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
                    what = getattr(error, "message", "no such kind in this version")
                    mistakes.append(f"{path.name}, Kubernetes {version}: {what}")
            expect(document["kind"] not in found, f"{path.name}: a second {document['kind']}")
            found[document["kind"]] = document
    report()
    return found


def check_settings(name, arguments, environment):
    """brigade takes the arguments and every variable, without a warning."""
    plain = {key: str(value) for key, value in environment.items()}
    result = subprocess.run([BUILT / "brigade", "config", *arguments], env=plain, capture_output=True, text=True, check=False)
    expect(result.returncode == 0 and not result.stderr, f"{name}: brigade config: {result.stderr.strip()}")
    for key in plain:
        expect(key.startswith("DATABASE_") or f"{key} in the environment" in result.stdout, f"{name}: {key} is no setting")
    report()


def check_stop(name, grace, environment):
    needed = seconds(environment.get("SHUTDOWN_DELAY", 0)) + seconds(environment["GRACEFUL_TIMEOUT"]) + 2
    expect(seconds(grace) > needed, f"{name}: killed after {grace} s, but a stop may take {needed} s")


def connections(hosts, environment):
    """At most: during a rollout, old pods may still serve their last requests while all new ones are there."""
    return 2 * hosts * int(environment["WEB_CONCURRENCY"]) * int(environment["DATABASE_POOL_SIZE"])


def check_kubernetes():
    found = documents()
    deployment, job, scaler = found["Deployment"]["spec"], found["Job"]["spec"], found["HorizontalPodAutoscaler"]["spec"]
    pod, container = deployment["template"], deployment["template"]["spec"]["containers"][0]
    environment = {variable["name"]: variable["value"] for variable in container["env"]}
    labels = pod["metadata"]["labels"]

    check_settings("deployment", container["args"][1:], environment)
    expect(container["args"] == ["serve", "--no-prestart"], "the deployment migrates too")
    check_stop("deployment", pod["spec"]["terminationGracePeriodSeconds"], environment)
    pods = scaler["maxReplicas"]
    needed, allowed = connections(pods, environment), int(setting("postgresql/brigade.conf", "max_connections")) - RESERVED
    expect(needed <= allowed, f"{pods} pods may need {needed} connections, and there are {allowed} for them")
    expect("replicas" not in deployment, "the deployment sets replicas, and so does the autoscaler")
    expect(scaler["minReplicas"] >= 2, "one pod is no redundancy")
    expect(scaler["scaleTargetRef"]["name"] == found["Deployment"]["metadata"]["name"], "the autoscaler scales nothing")

    for name, selector in {
        "deployment": deployment["selector"]["matchLabels"],
        "service": found["Service"]["spec"]["selector"],
        "disruption budget": found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        "spread": pod["spec"]["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
    }.items():
        expect(contains(labels, selector), f"{name}: selects no pod of the deployment")
        expect(not contains(job["template"]["metadata"]["labels"], selector), f"{name}: selects the migration's pod, too")
    ports = {port["name"] for port in container["ports"]}
    expect({port["targetPort"] for port in found["Service"]["spec"]["ports"]} <= ports, "the service has no such port")
    for probe, path in {"livenessProbe": "/health/live", "startupProbe": "/health/live", "readinessProbe": "/health/ready"}.items():
        expect(container[probe]["httpGet"] == {"path": path, "port": "http"}, f"{probe}: not {path}")

    migration = job["template"]["spec"]["containers"][0]
    expect(migration["image"] == container["image"], "the migration is of another image")
    expect(migration["command"] == ["recipe-worker", "prestart"], "the job does not migrate")
    for name, spec in {"deployment": pod["spec"], "job": job["template"]["spec"]}.items():
        security = spec["containers"][0]["securityContext"]
        expect(spec["securityContext"]["runAsNonRoot"] is True, f"{name}: runs as root")
        expect(f"--uid {spec['securityContext']['runAsUser']} " in (ROOT / "Dockerfile").read_text(), f"{name}: another user than the image's")
        expect(security["readOnlyRootFilesystem"] is True and not security["allowPrivilegeEscalation"], f"{name}: may write or rise")
        expect(security["capabilities"] == {"drop": ["ALL"]}, f"{name}: has capabilities")
        secrets = [source["secretRef"]["name"] for source in spec["containers"][0]["envFrom"]]
        expect(secrets == [found["Secret"]["metadata"]["name"]], f"{name}: has no DATABASE_URL")
    url = found["Secret"]["stringData"]["DATABASE_URL"]
    expect(":REPLACE_ME@" in url and "target_session_attrs=read-write" in url, "the example of the secret")


def check_one_host():
    compose = yaml.load((ROOT / "deploy/compose.yaml").read_text(), Loader)
    service, image = compose["services"]["brigade"], (ROOT / "Dockerfile").read_text()
    name = "deploy/compose.yaml"
    environment = {**service["environment"], "DATABASE_URL": "sqlite:///recipes.db"}
    check_settings(name, [], environment)
    check_stop(name, service["stop_grace_period"], environment)
    expect(service["read_only"] is True and service["cap_drop"] == ["ALL"], f"{name}: may write, or has capabilities")
    expect(service["security_opt"] == ["no-new-privileges:true"], f"{name}: may rise")
    data = re.findall(r"^WORKDIR (.*)$", image, re.M)[-1]
    expect([volume.split(":")[1] for volume in service["volumes"]] == [data], f"{name}: the data is in no volume")
    check = service["healthcheck"]
    expected = re.search(r'^HEALTHCHECK --interval=(\S+) --timeout=(\S+) --start-period=(\S+) CMD (.*)$', image, re.M)
    found = (check["interval"], check["timeout"], check["start_period"], ", ".join(f'"{word}"' for word in check["test"][1:]))
    expect(found == (*expected.groups()[:3], expected[4].strip("[]")), f"{name}: another health check than the image's")
    ports = {int(port.split(":")[-1]) for port in service["ports"]}
    expect(ports == {8001, int(environment["METRICS_BIND"].split(":")[-1])}, f"{name}: publishes {ports}")
    expect(all(port.startswith("127.0.0.1:") for port in service["ports"]), f"{name}: others reach it")
    database = compose["services"]["postgres"]["environment"]
    expect(database["POSTGRES_USER"] == database["POSTGRES_DB"] == "recipes", f"{name}: another database than in its comment")


def check_compose():
    services = yaml.load((MANY_HOSTS / "compose.yaml").read_text(), Loader)["services"]
    proxy = (MANY_HOSTS / "haproxy.cfg").read_text()
    for name in ("app1", "app2"):
        service = services[name]
        address = service["networks"]["hosts"]["ipv4_address"]
        expect(len(re.findall(rf"server {name} {re.escape(address)}:8001 ", proxy)) == 2, f"{name}: HAProxy has another address")
        check_settings(name, service["command"][1:], service["environment"])
        check_stop(name, service["stop_grace_period"], service["environment"])
        expect(service["depends_on"] == {"migration": {"condition": "service_completed_successfully"}}, f"{name}: before the migration")
        expect("build" in service and service["read_only"] is True, f"{name}: not the image of this tree, read-only")
    expect(services["migration"]["entrypoint"] == ["recipe-worker", "prestart"], "compose.yaml does not migrate")
    expect(services["migration"]["environment"] == services["app1"]["environment"], "the migration has another database")


check_kubernetes()
check_one_host()
check_compose()
report()
print(f"--- manifests: all well, for Kubernetes {' and '.join(VERSIONS)}")
