"""Three bar charts in one SVG: speed, latency, worst cases. No library, so that the file is small and always the same."""

import math
from html import escape
from typing import Any

from report import literals, speed

WIDTH = 760
LEFT = 210
BAR = 18
STEP = 26
OURS, OTHERS, LIMIT = "#2563eb", "#9ca3af", "#dc2626"
Bar = tuple[str, float, str]


def draw(figures: dict[str, Any]) -> str:
    """Return the picture."""
    clean = speed(figures["mixed"])
    charts = [
        ("Mixed bodies, MB/s on one thread (log scale)", speeds(figures), None),
        ("Latency p50 in µs (log scale)", latencies(figures), None),
        ("Worst cases, MB/s (log scale); red: a tenth of the speed on mixed bodies", dense(figures), clean / 10),
    ]
    body: list[str] = []
    top = 54
    for title, bars, limit in charts:
        body.append(text(16, top, title, "bold"))
        body += chart(top + 12, bars, limit)
        top += len(bars) * STEP + 44
    there = figures["machine"]
    head = f"{there['cpu']}, {there['cores']} cores · {there['rustc'].rsplit(' (', 1)[0]}"
    if "peer" in figures:
        head += f" · Kingfisher SDK {figures['peer']['version']}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" font-family="sans-serif" font-size="13">',
            f'<rect width="{WIDTH}" height="{top}" fill="#ffffff"/>',
            text(16, 26, head, "normal"),
            *body,
            "</svg>\n",
        ]
    )


def speeds(figures: dict[str, Any]) -> list[Bar]:
    floor = figures["floor"]
    bars = [
        ("Scangate", speed(figures["mixed"]), OURS),
        ("64 literals, SIMD", literals(figures), OTHERS),
        ("line ends, memchr", floor["bytes"] / floor["newlines_seconds"] / 1e6, OTHERS),
    ]
    if "peer_mixed" in figures:
        bars.insert(1, ("Kingfisher SDK", speed(figures["peer_mixed"]), OTHERS))
    return bars


def latencies(figures: dict[str, Any]) -> list[Bar]:
    bars = []
    for what, name in (("request", "2 KiB request"), ("response", "10 KiB response")):
        bars.append((f"{name}, Scangate", figures[what]["p50_us"], OURS))
        if f"peer_{what}" in figures:
            bars.append((f"{name}, Kingfisher", figures[f"peer_{what}"]["p50_us"], OTHERS))
    return bars


def dense(figures: dict[str, Any]) -> list[Bar]:
    measured = [(name, speed(one), OURS) for name, one in figures["dense"].items()]
    return sorted(measured, key=lambda bar: bar[1])


def chart(top: int, bars: list[Bar], limit: float | None) -> list[str]:
    """Draw bars on a common logarithmic scale that begins a decade below the shortest."""
    values = [value for _, value, _ in bars] + ([limit] if limit else [])
    low = math.floor(math.log10(min(values))) - 0.3
    scale = (WIDTH - LEFT - 90) / (math.log10(max(values)) - low)
    made = []
    for index, (name, value, colour) in enumerate(bars):
        y = top + index * STEP
        length = (math.log10(value) - low) * scale
        made.append(text(LEFT - 8, y + 14, name, "normal", "end"))
        made.append(f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{colour}"/>')
        made.append(text(LEFT + length + 6, y + 14, f"{value:,.0f}" if value >= 20 else f"{value:.1f}", "normal"))
    if limit:
        x = LEFT + (math.log10(limit) - low) * scale
        made.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top - 4}" y2="{top + len(bars) * STEP}" stroke="{LIMIT}"/>')
    return made


def text(x: float, y: float, said: str, weight: str, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y}" font-weight="{weight}" text-anchor="{anchor}" fill="#111827">{escape(said)}</text>'
    )
