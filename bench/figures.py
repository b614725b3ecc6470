"""Medians over the rounds of a run."""

from statistics import median


class Results:
    """The raw results of a run."""

    def __init__(self, raw: dict) -> None:
        self.raw = raw
        self.titles = {peer["name"]: peer["title"] for peer in raw["peers"]}

    def samples(self, kind: str, **wanted: object) -> list[dict]:
        return [
            sample
            for sample in self.raw["samples"]
            if sample["kind"] == kind and all(sample[key] == value for key, value in wanted.items())
        ]

    def ratios(self, samples: list[dict]) -> list[float]:
        """The CPU time of each sample divided by that of the C loop, in the same round and workload."""
        found = []
        for sample in samples:
            same = {key: sample[key] for key in ("workload", "round", "connections") if key in sample}
            limits = self.samples(sample["kind"], peer="limit", **same)
            found += [sample["closed"]["cpu"] / limit["closed"]["cpu"] for limit in limits]
        return found

    def by_cost(self, workload: str) -> list[tuple[str, list[dict]]]:
        """Peers with their samples of a workload, the cheapest first."""
        found = [(name, self.samples("peers", peer=name, workload=workload)) for name in self.titles]
        found = [(name, samples) for name, samples in found if samples]
        return sorted(found, key=lambda pair: middle(pair[1], "closed", "cpu"))


def middle(samples: list[dict], part: str, key: str) -> float:
    return median(sample[part][key] for sample in samples)


def number(value: float) -> str:
    """A number with three significant digits."""
    if value >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
