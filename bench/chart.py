"""The chart: a bar per peer with its CPU microseconds per request, on a logarithmic scale."""

from html import escape
from math import log10

from figures import Results, middle, number

LEFT, RIGHT, WIDTH, ROW = 220, 150, 760, 26
LOWEST = 1.0  # microseconds, where the bars start
# Readable on white and on black. Browsers in dark mode use the lighter colours.
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600; font-size: 15px }
.faint { fill: #656d76 }
.line { stroke: #d0d7de }
.peer { fill: #8c959f }
.brigade { fill: #cf5c1a }
.limit { fill: #1a7f37 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .faint { fill: #9198a1 } .line { stroke: #3d444d } .peer { fill: #6e7681 }
  .brigade { fill: #f0883e } .limit { fill: #3fb950 }
}
"""


def panel(results: Results, workload: str, title: str, top: int, decades: int) -> tuple[list[str], int]:
    """The SVG of one workload, and the y coordinate of the next panel."""
    rows = results.by_cost(workload)
    scale = (WIDTH - LEFT - RIGHT) / decades
    bottom = top + 34 + ROW * len(rows)
    parts = [f'<text class="title" x="0" y="{top + 15}">{escape(title)}</text>']
    for decade in range(decades + 1):
        x = LEFT + decade * scale
        parts.append(f'<line class="line" x1="{x:.0f}" x2="{x:.0f}" y1="{top + 28}" y2="{bottom}"/>')
        label = number(10.0**decade).removesuffix(".00").removesuffix(".0")
        parts.append(f'<text class="faint" x="{x:.0f}" y="{bottom + 16}" text-anchor="middle">{label}</text>')
    for index, (name, samples) in enumerate(rows):
        y = top + 34 + index * ROW
        cost = middle(samples, "closed", "cpu")
        length = max(scale * log10(max(cost, LOWEST) / LOWEST), 1)
        ratio = results.ratios(samples)
        times = f" ({number(sorted(ratio)[len(ratio) // 2])} ×)" if ratio and name != "limit" else ""
        colour = name if name in ("brigade", "limit") else "peer"
        parts.append(
            f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(results.titles[name])}</text>'
            f'<rect class="{colour}" x="{LEFT}" y="{y}" width="{length:.1f}" height="{ROW - 7}" rx="2"/>'
            f'<text x="{LEFT + length + 6:.1f}" y="{y + 14}">{number(cost)} µs{times}</text>'
        )
    return parts, bottom + 34


def draw(results: Results) -> str:
    costs = [sample["closed"]["cpu"] for sample in results.samples("peers")]
    decades = max(1, -int(-log10(max(costs)) // 1))
    parts, top = [], 0
    for workload, title in (
        ("fixed", "Fixed JSON: CPU µs per request, one worker (logarithmic)"),
        ("recipe", "A recipe: Brigade and FastAPI from SQLite, the others from memory"),
    ):
        if results.by_cost(workload):
            lines, top = panel(results, workload, title, top, decades)
            parts += lines
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 -8 {WIDTH + 16} {top + 8}" role="img">\n'
        f"<title>CPU microseconds per request</title>\n<style>{STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )
