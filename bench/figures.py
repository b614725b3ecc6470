"""The raw results of a run, and the figures that are shown of them: medians over the rounds."""

from statistics import median


class Results:
    """The raw results, and their medians."""

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
        """What each sample costs over what the C loop cost in the same round, at the same work."""
        found = []
        for sample in samples:
            same = {key: sample[key] for key in ("work", "round", "connections") if key in sample}
            limits = self.samples(sample["kind"], peer="limit", **same)
            found += [sample["closed"]["cpu"] / limit["closed"]["cpu"] for limit in limits]
        return found

    def by_cost(self, work: str) -> list[tuple[str, list[dict]]]:
        """Peers with their samples of this work, the cheapest first."""
        found = [(name, self.samples("peers", peer=name, work=work)) for name in self.titles]
        found = [(name, samples) for name, samples in found if samples]
        return sorted(found, key=lambda pair: middle(pair[1], "closed", "cpu"))


def middle(samples: list[dict], part: str, key: str) -> float:
    return median(sample[part][key] for sample in samples)


def number(value: float) -> str:
    """Three digits that mean something."""
    if value >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
