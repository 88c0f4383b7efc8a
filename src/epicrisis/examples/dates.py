"""How reports write dates, in Dutch, English, German and French."""

from __future__ import annotations

from collections.abc import Iterator

_MONTHS = (
    ("januari jan", "january jan", "januar jan jänner", "janvier janv"),
    ("februari feb", "february feb", "februar feb", "février févr"),
    ("maart mrt", "march mar", "märz mär", "mars"),
    ("april apr", "april apr", "april apr", "avril avr"),
    ("mei", "may", "mai", "mai"),
    ("juni jun", "june jun", "juni jun", "juin"),
    ("juli jul", "july jul", "juli jul", "juillet juil"),
    ("augustus aug", "august aug", "august aug", "août"),
    ("september sep sept", "september sep sept", "september sep sept", "septembre sept"),
    ("oktober okt", "october oct", "oktober okt", "octobre oct"),
    ("november nov", "november nov", "november nov", "novembre nov"),
    ("december dec", "december dec", "dezember dez", "décembre déc"),
)


def dates_written(value: str) -> list[str]:
    """How a report may write the date ``value`` (YYYY-MM-DD, YYYY-MM or YYYY), the likeliest first.

    The day stands before the month unless a slash parts them; then it may stand behind it too.
    """
    match [int(part) for part in value.split("-")]:
        case [year, month, day]:
            forms = _days(year, month, day)
        case [year, month]:
            forms = _months(year, month)
        case [year]:
            forms = iter([str(year)])
        case _:
            raise ValueError("a date has a year, a month and a day at most")
    return list(dict.fromkeys(forms))


def _months(year: int, month: int) -> Iterator[str]:
    for sign in "-/.":
        yield f"{month:02}{sign}{year}"
        yield f"{month}{sign}{year}"
        yield f"{year}{sign}{month:02}"
    for name in _names(month):
        yield f"{name} {year}"
        yield f"{name}. {year}"


def _days(year: int, month: int, day: int) -> Iterator[str]:
    short = year % 100
    for sign in "-/.":
        yield f"{day:02}{sign}{month:02}{sign}{year}"
        yield f"{day}{sign}{month}{sign}{year}"
        yield f"{year}{sign}{month:02}{sign}{day:02}"
    for name in _names(month):
        for written in (name, f"{name}."):
            yield f"{day} {written} {year}"
            yield f"{day}. {written} {year}"
            yield f"{day:02} {written} {year}"
            yield f"{day}-{written}-{year}"
            yield f"{day:02}-{written}-{year}"
            yield f"{written} {day}, {year}"
            yield f"{written} {day} {year}"
    for sign in "-/.":
        yield f"{day:02}{sign}{month:02}{sign}{short:02}"
        yield f"{day}{sign}{month}{sign}{short:02}"
    yield f"{month:02}/{day:02}/{year}"
    yield f"{month}/{day}/{year}"


def _names(month: int) -> list[str]:
    return [name for language in _MONTHS[month - 1] for name in language.split()]
