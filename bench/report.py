"""Writes results.md and results.svg from results.json: python3 report.py [DIRECTORY]."""

import json
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median

import chart
from figures import Results, middle, number

WORKLOADS = {"fixed": "Fixed JSON: `GET /health/live`", "recipe": "A recipe: `GET /api/v1/recipes/1`"}
SOURCES = "Brigade and FastAPI read it from SQLite. The others send it from memory."


def spread(values: list[float]) -> str:
    """The median, the lowest and the highest."""
    if not values:
        return ""
    text = f"{number(median(values))} ×"
    return text if len(values) == 1 else f"{text} ({number(min(values))}–{number(max(values))})"


def table(heads: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "--:|" * (len(heads) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def side_by_side(results: Results, workload: str) -> str:
    heads = ["", "CPU µs per request", "× the C loop", "requests/s", "p50 µs", "p99 µs"]
    heads += ["open loop at /s", "p50 µs", "p99 µs", "p99.9 µs"]
    rows = []
    for name, samples in results.by_cost(workload):
        enough = all(sample["open"]["answered"] >= 10_000 for sample in samples)  # otherwise p99.9 is one or two requests
        rows.append(
            [results.titles[name], number(middle(samples, "closed", "cpu")), spread(results.ratios(samples))]
            + [number(middle(samples, "closed", key)) for key in ("rate", "p50", "p99")]
            + [number(middle(samples, "open", key)) for key in ("rate", "p50", "p99")]
            + [number(middle(samples, "open", "p99.9")) if enough else "–"]
        )
    return table(heads, rows)


def memory(results: Results) -> str:
    rows = []
    for name, title in results.titles.items():
        samples = results.samples("peers", peer=name)
        if samples:
            cells = []
            for key in ("rest", "loaded"):
                shown = sorted((sample[key] for sample in samples), key=sum)[len(samples) // 2]
                cells.append(" + ".join(f"{each:.1f}" for each in shown))
            rows.append([title, *cells])
    return table(["MiB, private dirty, by process", "at rest", "after load"], rows)


def creates(results: Results) -> str:
    rows, base = [], results.samples("create", peer="gunicorn")
    for name, title in results.titles.items():
        samples = results.samples("create", peer=name)
        if samples:
            rate = middle(samples, "closed", "rate")
            times = f"{number(rate / middle(base, 'closed', 'rate'))} ×" if base else "–"
            cells = [number(middle(samples, "closed", key)) for key in ("cpu", "p50", "p99")]
            rows.append([title, number(rate), times, *cells])
    return table(["", "created/s", "FastAPI under gunicorn", "CPU µs per request", "p50 µs", "p99 µs"], rows)


def connections(results: Results) -> str:
    rows = defaultdict(list)
    for sample in results.samples("connections"):
        rows[sample["connections"]].append(sample)
    names = [name for name in ("limit", "brigade") if results.samples("connections", peer=name)]
    cells = []
    for count, samples in sorted(rows.items()):
        own = {name: [sample for sample in samples if sample["peer"] == name] for name in names}
        costs = [number(middle(own[name], "closed", "cpu")) if own[name] else "–" for name in names]
        cells.append([number(count) if count >= 1000 else str(count), *costs, spread(results.ratios(own["brigade"]))])
    return table(["connections", *(f"{results.titles[name]}, CPU µs" for name in names), "ratio"], cells)


def workers(results: Results) -> str:
    rows = []
    for workload in ("recipe", "search"):
        rate = {}
        for count in (1, 2):
            samples = results.samples("workers", workload=workload, workers=count)
            if samples:
                rate[count] = middle(samples, "closed", "rate")
                times = f"{number(rate[count] / rate[1])} ×" if 1 in rate else ""
                cells = [number(middle(samples, "closed", key)) for key in ("cpu", "cores", "generator_cores")]
                rows.append([workload, str(count), number(rate[count]), times, *cells])
    heads = ["", "workers", "requests/s", "one worker", "CPU µs per request", "cores used", "cores the generator used"]
    return table(heads, rows)


def ideas(results: Results) -> str:
    """Medians of the rounds, and ratios of these medians."""
    rows = []
    for name, title in results.titles.items():
        samples = results.samples("ideas", peer=name)
        if samples:
            one, turn = (median(sample[key] for sample in samples) for key in ("concurrent", "sequential"))
            cold, warm = (median(sample[key]["wall"] for sample in samples) for key in ("cold", "warm"))
            cpu = median(sample["warm"]["cpu"] for sample in samples)
            cells = [number(turn), number(one), f"{number(turn / one)} ×"]
            cells += [f"{number(crowd)} ({number(crowd / one)} ×)" for crowd in (cold, warm)]
            rows.append([title, *cells, number(cpu)])
    heads = ["", "sequential, ms", "concurrent, ms", "faster", "200 clients, new connections, ms"]
    return table([*heads, "200 clients again, ms", "CPU µs per request"], rows)


def errors(results: Results) -> list[str]:
    """Unanswered requests, answers other than 2xx, and failed measurements."""
    found = [f"- {each['peer']}, {each['workload']}: {each['why']}" for each in results.raw["failures"]]
    for sample in results.raw["samples"]:
        where = f"- {sample['peer']}, {sample['workload']}, round {sample['round']}"
        closed, opened = sample.get("closed", {}), sample.get("open", {})
        for part, keys in ((closed, ("refused", "broken", "timeouts")), (opened, ("refused", "broken", "unanswered"))):
            if any(part.get(key) for key in keys):
                loop = "closed" if part is closed else "open"
                found.append(f"{where}, {loop} loop: " + ", ".join(f"{part[key]} {key}" for key in keys))
    return found


def write(directory: Path) -> None:
    results = Results(json.loads((directory / "results.json").read_text()))
    raw, machine = results.raw, results.raw["machine"]
    kind = "one quick round" if raw["quick"] else f"{raw['rounds']} rounds, medians (lowest–highest in brackets)"
    text = [
        "# Results of the last run",
        f"{raw['when']}, {raw['took']} s: {kind}, {raw['seconds']} s per measurement, {raw['connections']} connections. "
        f"{machine['processor']}, {machine['cores']} cores, Linux {machine['kernel']}, load before {machine['load']}.",
        "[README.md](README.md) says how they were measured and what they mean.",
    ]
    if results.samples("peers"):
        text.append("![CPU microseconds per request](results.svg)")
        (directory / "results.svg").write_text(chart.draw(results))
    for workload, title in WORKLOADS.items():
        if results.by_cost(workload):
            text += [f"## {title}", side_by_side(results, workload)] + ([SOURCES] if workload == "recipe" else [])
    if results.samples("create"):
        text += ["## `POST /api/v1/recipes/`, durable, 64 clients", creates(results)]
    if results.samples("connections"):
        text += ["## Connections (fixed JSON)", connections(results)]
    if results.samples("workers"):
        text += ["## Workers (Brigade)", workers(results)]
    if results.samples("ideas"):
        text += ["## Ideas: three upstreams that take 100 ms", ideas(results)]
    text += ["## Memory", memory(results), "## Versions"]
    text.append("\n".join(f"- {peer['title']}: {peer['version']}" for peer in raw["peers"] if peer["version"]))
    if raw["missing"]:
        text += ["## Skipped", "\n".join(f"- {name}: not installed: {how}" for name, how in raw["missing"].items())]
    found = errors(results)
    text += ["## Errors", "\n".join(found) or "None: every answer was 2xx and no connection broke."]
    (directory / "results.md").write_text("\n\n".join(part.strip() for part in text) + "\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
