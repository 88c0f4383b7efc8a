"""Extractions to JSON and back: what the run store keeps of the answers.

An answer is an object with ``status`` and, where it has them, ``value`` (or ``items`` for the
groups, each item an object of answers), ``evidence``, ``confidence``, ``votes`` and ``notes``. Nothing
depends on the codebook, so a stored extraction can be read without it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .answer import Answer, Evidence, Grade, Status

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_encode_ascii = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def dump_answers(answers: Mapping[str, Answer]) -> str:
    """The answers as one line of JSON, in their order. Valid Unicode whatever the quotes hold."""
    return dump_json({name: answer_document(answer) for name, answer in answers.items()})


def load_answers(text: str) -> dict[str, Answer]:
    """The answers that :func:`dump_answers` wrote, equal to the ones it was given."""
    return {name: _answer(document) for name, document in json.loads(text).items()}


def dump_json(value: Any) -> str:
    """``value`` as one line of JSON that can be encoded in UTF-8.

    Text from broken files can hold half a surrogate pair, which UTF-8 cannot: it is escaped then.
    """
    text = _encode(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        return _encode_ascii(value)
    return text


def answer_document(answer: Answer) -> dict[str, Any]:
    """One answer as JSON-ready values."""
    document: dict[str, Any] = {"status": answer.status.value}
    value = answer.value
    if value is not None:
        if _is_group(value):
            document["items"] = [
                {name: answer_document(part) for name, part in item.items()} for item in value
            ]
        else:
            document["value"] = value
    evidence = answer.evidence
    if evidence is not None:
        document["evidence"] = {
            "quote": evidence.quote,
            "start": evidence.start,
            "end": evidence.end,
            "grade": evidence.grade.value,
        }
    if answer.confidence is not None:
        document["confidence"] = answer.confidence
    if answer.votes is not None:
        document["votes"] = answer.votes
    if answer.notes:
        document["notes"] = answer.notes
    return document


def _is_group(value: Any) -> bool:
    """Whether this is a group's list of items (mappings to Answers) rather than a plain value."""
    return (
        isinstance(value, (list, tuple))
        and len(value) > 0
        and isinstance(value[0], Mapping)
        and any(isinstance(part, Answer) for part in value[0].values())
    )


_STATUSES = {status.value: status for status in Status}
_GRADES = {grade.value: grade for grade in Grade}


def _answer(document: Mapping[str, Any]) -> Answer:
    evidence = document.get("evidence")
    value = document.get("value")
    if "items" in document:
        value = [{name: _answer(part) for name, part in item.items()} for item in document["items"]]
    return Answer(
        status=_STATUSES[document["status"]],
        value=value,
        evidence=None
        if evidence is None
        else Evidence(evidence["quote"], evidence["start"], evidence["end"], _GRADES[evidence["grade"]]),
        confidence=document.get("confidence"),
        notes=tuple(document.get("notes", ())),
        votes=document.get("votes"),
    )
