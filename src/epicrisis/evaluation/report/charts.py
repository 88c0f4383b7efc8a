"""Charts as Vega-Lite specifications. Shapes, dashes and numbers tell things apart; colour only helps.

Colours are names of the page's style sheet, so that one drawing serves light, dark and print.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..result import Ceiling, Confusion, Reliability, Review
from .words import metric_label

Spec = dict[str, Any]

_INK, _ACCENT, _FAINT = "currentColor", "var(--accent)", "var(--faint)"
_WIDTH, _CELL = 280, 34
#: The darkest a cell of a heat map gets; its number must stay readable.
_DARKEST = 0.55
_CONFIG: Spec = {
    # The page names each chart in one sentence; the marks would be read out one by one.
    "aria": False,
    "mark": {"aria": False},
    "background": None,
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": _INK,
        "titleColor": _INK,
        "domainColor": _FAINT,
        "tickColor": _FAINT,
        "gridColor": _FAINT,
        "gridOpacity": 0.5,
        "labelLimit": 110,
        "titleFontWeight": "normal",
    },
    "legend": {"labelColor": _INK, "titleColor": _INK, "orient": "bottom"},
}
_SHARE: Spec = {"type": "quantitative", "scale": {"domain": [0, 1]}}


def heat_map(confusion: Confusion) -> Spec:
    """Gold down, answers across; the darker, the larger the share of the row. What agrees is framed."""
    cells = []
    for row, counts in zip(confusion.rows, confusion.counts, strict=True):
        total = sum(counts)
        for column, count in zip(confusion.columns, counts, strict=True):
            cells.append(
                {
                    "gold": row,
                    "answer": column,
                    "count": count,
                    "share": count / total if total else 0,
                    "same": row == column,
                }
            )
    axes: Spec = {
        "x": {
            "field": "answer",
            "type": "nominal",
            "sort": list(confusion.columns),
            "axis": {"orient": "top", "title": "answer", "labelAngle": -45, "domain": False, "ticks": False},
        },
        "y": {
            "field": "gold",
            "type": "nominal",
            "sort": list(confusion.rows),
            "axis": {"title": "gold", "domain": False, "ticks": False},
        },
    }
    square: Spec = {
        "mark": {"type": "rect", "fill": _ACCENT, "stroke": _INK},
        "encoding": {
            "fillOpacity": {
                "field": "share",
                "type": "quantitative",
                "scale": {"domain": [0, 1], "range": [0, _DARKEST]},
                "legend": None,
            },
            "strokeWidth": {"condition": {"test": "datum.same", "value": 2}, "value": 0.25},
        },
    }
    label: Spec = {
        "transform": [{"filter": "datum.count > 0"}],
        "mark": {"type": "text", "fill": _INK},
        "encoding": {"text": {"field": "count", "type": "quantitative"}},
    }
    size = {"width": {"step": _CELL}, "height": {"step": _CELL}}
    return _spec(cells, layer=[square, label], encoding=axes, **size)


def reliability_chart(fits: Sequence[Reliability]) -> Spec:
    """Mean confidence of each bin against the share that is right; on the diagonal they are equal."""
    points = [
        {
            "method": fit.method,
            "confidence": one.confidence,
            "right": one.right.value,
            "low": one.right.low,
            "high": one.right.high,
        }
        for fit in fits
        for one in fit.bins
        if one.right.value is not None
    ]
    x: Spec = {"field": "confidence", "title": "confidence", **_SHARE}
    y: Spec = {"title": "share that is right", **_SHARE}
    diagonal: Spec = {
        "data": {"values": [{"from": 0, "to": 0}, {"from": 1, "to": 1}]},
        "mark": {"type": "line", "stroke": _INK, "strokeDash": [2, 3], "strokeWidth": 1},
        "encoding": {"x": {"field": "from", **_SHARE}, "y": {"field": "to", **_SHARE}},
    }
    spread: Spec = {
        "mark": {"type": "rule", "stroke": _INK, "opacity": 0.5},
        "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}},
    }
    dots: Spec = {
        "mark": {"type": "point", "color": _ACCENT, "size": 55, "strokeWidth": 1.5},
        "encoding": {
            "x": x,
            "y": {"field": "right", **y},
            "shape": {
                "field": "method",
                "type": "nominal",
                "title": "confidence",
                "scale": {"range": ["circle", "square", "triangle-up", "diamond", "cross"]},
            },
        },
    }
    return _spec(points, layer=[diagonal, spread, dots], width=_WIDTH, height=_WIDTH)


def review_chart(review: Review) -> Spec:
    """The share of cells right, by the share of reports that a person has read."""
    points = [{"reviewed": one.reviewed, "accuracy": one.accuracy} for one in review.curve]
    lowest = min([one.accuracy for one in review.curve] + ([review.target] if review.target else []))
    y: Spec = {
        "type": "quantitative",
        "title": "share of cells right",
        "scale": {"domain": [max(0.0, int(lowest * 20) / 20 - 0.05), 1], "zero": False},
    }
    line: Spec = {
        "mark": {"type": "line", "stroke": _ACCENT, "strokeWidth": 2},
        "encoding": {
            "x": {"field": "reviewed", "title": "share of reports read by a person", **_SHARE},
            "y": {"field": "accuracy", **y},
        },
    }
    layers = [line]
    if review.target is not None:
        layers.append(
            {
                "data": {"values": [{"target": review.target}]},
                "mark": {"type": "rule", "stroke": _INK, "strokeDash": [6, 3]},
                "encoding": {"y": {"field": "target", **y}},
            }
        )
    if review.needed is not None and review.needed.value is not None:
        layers.append(
            {
                "data": {"values": [{"needed": review.needed.value}]},
                "mark": {"type": "rule", "stroke": _INK, "strokeDash": [2, 2]},
                "encoding": {"x": {"field": "needed", **_SHARE}},
            }
        )
    return _spec(points, layer=layers, width=_WIDTH, height=200)


def ceiling_chart(ceilings: Sequence[Ceiling]) -> Spec:
    """Human beside model for each variable, with intervals."""
    points = [
        {
            "variable": f"{one.variable}, {metric_label(one.measure)}",
            "who": who,
            "value": estimate.value,
            "low": estimate.low,
            "high": estimate.high,
        }
        for one in ceilings
        for who, estimate in (("human and human", one.human), ("model and human", one.model))
        if estimate.value is not None
    ]
    y: Spec = {
        "field": "variable",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelLimit": 200, "grid": True},
    }
    offset: Spec = {"field": "who", "type": "nominal", "sort": None}
    x: Spec = {"type": "quantitative", "title": "agreement", "scale": {"zero": False}}
    spread: Spec = {
        "transform": [{"filter": "isValid(datum.low)"}],
        "mark": {"type": "rule", "stroke": _INK, "opacity": 0.6},
        "encoding": {"y": y, "yOffset": offset, "x": {"field": "low", **x}, "x2": {"field": "high"}},
    }
    dots: Spec = {
        "mark": {"type": "point", "color": _ACCENT, "size": 60, "strokeWidth": 1.5},
        "encoding": {
            "y": y,
            "yOffset": offset,
            "x": {"field": "value", **x},
            "shape": {
                "field": "who",
                "type": "nominal",
                "sort": None,
                "title": None,
                "scale": {"range": ["circle", "square"]},
            },
        },
    }
    return _spec(points, layer=[spread, dots], width=_WIDTH, height={"step": 16})


def _spec(values: Sequence[Mapping[str, Any]], **members: Any) -> Spec:
    return {"data": {"values": list(values)}, "config": _CONFIG, **members}
