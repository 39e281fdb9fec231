"""How the figures of an evaluation are shown: nested figures as tables, reliability as bars of text or an SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from safelight.cli.output import console, show

#: Key of a list of {from, pairs, said, true}.
RELIABILITY = "reliability"
_WIDTH = 30
_SIZE, _EDGE = 320, 40


def show_report(name: str, report: Mapping[str, Any]) -> None:
    """One data set's figures; parts within parts are named `part: figure`."""
    show(name, ["figure", "value"], list(_rows(report, "")), right=["value"])
    for place, bins in reliabilities(report):
        console().print()
        rows = [(f"{_of(one, 'said'):.3f}", _count(one), f"{_of(one, 'true'):.3f}", bar(one)) for one in bins]
        show(
            f"{name}{place}: said and true",
            ["said", "pairs", "true", "0 % to 100 % (| said, # true)"],
            rows,
            right=["said", "pairs", "true"],
        )


def _count(one: Mapping[str, Any]) -> int:
    return int(one.get("pairs", one.get("count", 1)))


def bar(one: Mapping[str, Any]) -> str:
    """What is true as a bar, with a mark where it was said to be."""
    drawn = list(("#" * round(_of(one, "true") * _WIDTH)).ljust(_WIDTH + 1, "."))
    drawn[round(_of(one, "said") * _WIDTH)] = "|"
    return "".join(drawn)


def _of(one: Mapping[str, Any], key: str) -> float:
    return float(one[key])


def _rows(report: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in report.items():
        if isinstance(value, Mapping):
            yield from _rows(value, f"{prefix}{key}: ")
        elif not _is_bins(value):
            yield f"{prefix}{key}", _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    if value is None:
        return "-"
    if isinstance(value, list | tuple):
        return ", ".join(_shown(one) for one in value)
    return str(value)


def _is_bins(value: Any) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and len(value) > 0
        and all(isinstance(one, Mapping) and {"said", "true"} <= set(one) for one in value)
    )


def reliabilities(
    report: Mapping[str, Any], prefix: str = ""
) -> Iterator[tuple[str, Sequence[Mapping[str, Any]]]]:
    """Every list of bins in a report, with where it stands."""
    for key, value in report.items():
        if isinstance(value, Mapping):
            yield from reliabilities(value, f"{prefix}, {key}")
        elif _is_bins(value):
            yield prefix or ("" if key == RELIABILITY else f", {key}"), value


def svg(reports: Mapping[str, Mapping[str, Any]]) -> str:
    """All reliability plots beside each other: said from left to right, true upwards; a circle's area is its pairs."""
    plots = [
        (name + place, bins) for name, report in reports.items() for place, bins in reliabilities(report)
    ]
    step = _SIZE + 2 * _EDGE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{step * max(1, len(plots))}" height="{step}" '
        'font-family="sans-serif" font-size="12">'
    ]
    for number, (name, bins) in enumerate(plots):
        left = number * step + _EDGE
        parts.append(
            f'<rect x="{left}" y="{_EDGE}" width="{_SIZE}" height="{_SIZE}" fill="none" stroke="#888"/>'
            f'<line x1="{left}" y1="{_EDGE + _SIZE}" x2="{left + _SIZE}" y2="{_EDGE}" stroke="#bbb"/>'
            f'<text x="{left}" y="{_EDGE - 12}">{escape(name)}</text>'
            f'<text x="{left + _SIZE / 2}" y="{_EDGE + _SIZE + 28}" text-anchor="middle">said</text>'
            f'<text x="{left - 12}" y="{_EDGE + _SIZE / 2}" text-anchor="end">true</text>'
        )
        most = max(map(_count, bins))
        for one in bins:
            count = _count(one)
            x, y = left + _of(one, "said") * _SIZE, _EDGE + (1 - _of(one, "true")) * _SIZE
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{3 + 9 * (count / most) ** 0.5:.1f}" fill="#26c" fill-opacity="0.6">'
                f"<title>{count}</title></circle>"
            )
    return "".join(parts) + "</svg>\n"
