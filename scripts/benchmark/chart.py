"""Results as a picture: bars of CPU time per request, readable on light and on dark ground."""

from collections.abc import Mapping, Sequence
from html import escape

from scripts.benchmark.comparison import Line

WIDTH, MARGIN, NAMES, ROOM = 760, 16, 250, 70
ROW, BAR, TITLE = 22, 14, 34
CAPTION = "CPU time of the server per request, in microseconds; less is better"
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.caption { font-size: 12px; fill: #59636e }
.bar { fill: #8c959f }
.ours { fill: #0969da }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .caption { fill: #9198a1 }
  .bar { fill: #656c76 }
  .ours { fill: #4493f8 }
}
"""


def render(results: Mapping[str, Sequence[Line]]) -> str:
    """Return an SVG 1.1 image: for each title a group of bars, of which the first is ours."""
    parts: list[str] = []
    y = MARGIN
    for title, lines in results.items():
        parts += _group(title, lines, y)
        y += TITLE + ROW * len(lines)
    y += TITLE
    parts.append(f'<text class="caption" x="{MARGIN}" y="{y - 12}">{escape(CAPTION)}</text>')
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" '
        f'viewBox="0 0 {WIDTH} {y}" role="img" aria-label="{escape(CAPTION)}">'
    )
    return "\n".join([head, f"<style>{STYLE}</style>", *parts, "</svg>", ""])


def _group(title: str, lines: Sequence[Line], top: int) -> list[str]:
    longest = max((line.figures.cpu_us for line in lines), default=0) or 1
    parts = [f'<text class="title" x="{MARGIN}" y="{top + 18}">{escape(title)}</text>']
    for place, line in enumerate(lines):
        kind = "bar" if place else "bar ours"
        width = (WIDTH - NAMES - ROOM - MARGIN) * line.figures.cpu_us / longest
        parts += _bar(line, kind, top + TITLE - 6 + ROW * place, width)
    return parts


def _bar(line: Line, kind: str, y: int, width: float) -> list[str]:
    base = y + BAR - 2
    return [
        f'<text x="{MARGIN}" y="{base}">{escape(line.name)}</text>',
        f'<rect class="{kind}" x="{NAMES}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2"/>',
        f'<text x="{NAMES + width + 6:.1f}" y="{base}">{line.figures.cpu_us:,.0f}</text>',
    ]
