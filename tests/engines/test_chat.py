"""The wire format: token pieces, sizes, errors without the server's words."""

from __future__ import annotations

import threading
from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.engines import chat
from epicrisis.engines.engine import Message, Request
from epicrisis.engines.retry import Backoff, asked_for, pause
from epicrisis.engines.transport import Response
from epicrisis.errors import ContextOverflowError, EngineError


def reply_with(tokens: list[dict[str, Any]], text: str) -> Any:
    choice = {"finish_reason": "stop", "message": {"content": text}, "logprobs": {"content": tokens}}
    return chat.parse(Response(200, "application/json", None, {"choices": [choice]}), 0.5, server="s")


@given(st.text(), st.lists(st.integers(1, 4), min_size=1), st.sampled_from(["", " ", "```json\n"]))
def test_token_pieces_join_to_the_text(text: str, lengths: list[int], before: str) -> None:
    data = (before + text).encode("utf-8", "ignore")
    text = text.encode("utf-8", "ignore").decode()
    tokens, at, turn = [], 0, 0
    while at < len(data):
        piece = data[at : at + lengths[turn % len(lengths)]]  # tokens may end within a character
        tokens.append({"token": piece.decode("utf-8", "replace"), "bytes": list(piece), "logprob": -1.0})
        at, turn = at + len(piece), turn + 1
    found = reply_with(tokens, text).logprobs
    assert found is not None
    assert "".join(token.token for token in found) == text


def test_tokens_of_another_text_are_not_passed_on() -> None:
    assert reply_with([{"token": "x", "logprob": -1.0}], "y").logprobs is None
    assert reply_with([{"token": "x"}], "x").logprobs is None


@given(st.text(max_size=200), st.integers(1, 100))
def test_certainly_fits_never_overstates(text: str, budget: int) -> None:
    request = Request([Message("user", text)], max_tokens=budget)
    bytes_needed = len(text.encode("utf-8", "surrogatepass")) + budget
    assert not chat.certainly_fits(request, bytes_needed)
    assert chat.certainly_fits(request, bytes_needed + 1000)


def test_check_fits_names_the_sizes() -> None:
    request = Request([], max_tokens=50)
    chat.check_fits(request, 50, 100)
    with pytest.raises(ContextOverflowError, match=r"101 tokens .* holds 100"):
        chat.check_fits(request, 51, 100)


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 413, 422, 429, 500, 503])
def test_no_error_repeats_the_servers_words(status: int) -> None:
    words = {"message": "CANARY", "type": "CANARY with a space", "code": {"CANARY": 1}}
    for payload in ({"error": words}, words, {"error": "CANARY"}, {"detail": "CANARY"}, None):
        error = chat.failure(Response(status, "text/plain", None, payload), "http://s/v1")
        assert isinstance(error, EngineError)
        assert "CANARY" not in str(error)
        assert "http://s/v1" in str(error)


def test_retry_after() -> None:
    assert asked_for("2.5") == 2.5
    assert asked_for("-1") == 0
    assert asked_for("soon") == asked_for(None) == 0
    assert asked_for(formatdate(0, usegmt=True)) == 0
    assert asked_for(formatdate(4e9, usegmt=True)) > 1e6


def test_backoff_grows_within_its_cap_and_repeats_from_its_seed() -> None:
    def delays(seed: int) -> list[float]:
        backoff = Backoff(seed=seed, base=1.0, cap=8.0)
        return [backoff.delay(n) for n in range(1, 40)]

    assert delays(1) == delays(1) != delays(2)
    assert all(0 <= delay <= min(8.0, 2.0**n) for n, delay in enumerate(delays(3), 1))
    assert Backoff().delay(1, "9") >= 9
    assert Backoff().delay(1, "99999") <= 120


def test_a_pause_ends_with_its_event() -> None:
    cancel = threading.Event()
    cancel.set()
    pause(3600, cancel)
    pause(0, None)
