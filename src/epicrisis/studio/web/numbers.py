"""Numbers, times and durations as people of a language write them: filters for templates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from babel.dates import format_date, format_time
from babel.numbers import format_decimal, format_percent

Filter = Callable[..., str]


def numbers_in(language: str) -> dict[str, Filter]:
    """``number``, ``percent``, ``size`` (bytes), ``duration`` (seconds) and ``moment`` (ISO 8601, UTC)."""

    def number(value: float | None, digits: int | None = None) -> str:
        if value is None:
            return "–"
        pattern = None if digits is None else "#,##0." + "0" * digits if digits else "#,##0"
        return format_decimal(value, format=pattern, locale=language)

    def percent(value: float | None, digits: int = 0) -> str:
        if value is None:
            return "–"
        pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
        return format_percent(value, format=pattern, locale=language)

    def size(value: float) -> str:
        for unit in ("B", "kB", "MB", "GB"):
            if value < 1000 or unit == "GB":
                return f"{number(value, 0 if unit == 'B' or value >= 100 else 1)} {unit}"
            value /= 1000
        raise AssertionError

    def duration(seconds: float | None) -> str:
        if seconds is None:
            return "–"
        if seconds < 100:
            return f"{number(seconds, 0 if seconds >= 10 else 1)} s"
        minutes = round(seconds / 60)
        if minutes < 100:
            return f"{minutes} min"
        return f"{minutes // 60} h {minutes % 60:02d} min"

    def moment(value: str | None) -> str:
        if not value:
            return "–"
        try:
            when = datetime.fromisoformat(value).astimezone()
        except ValueError:
            return value
        # English here is that of Europe: day before month, and 24 hours.
        there = "en_GB" if language == "en" else language
        return f"{format_date(when, 'medium', locale=there)}, {format_time(when, 'short', locale=there)}"

    filters: dict[str, Any] = {
        "number": number,
        "percent": percent,
        "size": size,
        "duration": duration,
        "moment": moment,
    }
    return filters
