"""What is kept, and for how long."""

from __future__ import annotations

import threading

from epicrisis.studio.adjudicating.kept import MOST, Kept


def test_it_is_made_again_for_another_stamp() -> None:
    kept = Kept()
    assert kept.get("a", 1, lambda: "one") == "one"
    assert kept.get("a", 1, lambda: "two") == "one"
    assert kept.get("a", 2, lambda: "two") == "two"
    assert kept.get("b", 2, lambda: "other") == "other"


def test_what_took_long_may_rest() -> None:
    time = [0.0]
    kept = Kept(clock=lambda: time[0])

    def slow() -> str:
        time[0] += 2
        return "slow"

    assert kept.get("a", 1, slow, rest=8) == "slow"
    time[0] += 15
    assert kept.get("a", 2, lambda: "new", rest=8) == "slow"
    assert kept.get("a", 2, lambda: "new") == "new"
    assert kept.get("b", 1, slow, rest=8) == "slow"
    time[0] += 16
    assert kept.get("b", 2, lambda: "new", rest=8) == "new"
    # That one was quick.
    assert kept.get("b", 3, lambda: "newer", rest=8) == "newer"


def test_the_oldest_goes() -> None:
    kept = Kept()
    for number in range(MOST + 1):
        kept.get(number, 0, lambda: "old")
    assert kept.get(0, 0, lambda: "made again") == "made again"
    assert kept.get(MOST, 0, lambda: "made again") == "old"


def test_one_makes_it_for_all() -> None:
    kept, made = Kept(), []
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> int:
        made.append(1)
        begun.set()
        go_on.wait(10)
        return 1

    threads = [threading.Thread(target=kept.get, args=("a", 1, slow)) for _ in range(4)]
    for thread in threads:
        thread.start()
    begun.wait(10)
    go_on.set()
    for thread in threads:
        thread.join()
    assert len(made) == 1
