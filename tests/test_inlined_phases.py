"""The text that the compiler is given says the same as the phases that it is made from."""

from __future__ import annotations

import contextlib
from typing import Any, NamedTuple

import pytest

from sim.engine.inlined_phases import inlined, phase


class Group(NamedTuple):
    total: list[int]
    seen: list[int]


class Week(NamedTuple):
    t: int
    log: list[str]


@phase
def weigh(week: Any, w: Any) -> bool:
    t, log = week.t, week.log
    total = w.total
    total[0] += t
    log.append(f"weighed {total[0]}")
    return total[0] > 2


@phase
def look(week: Any, w: Any, heavy: bool) -> None:
    t = week.t
    seen = w.seen
    if heavy:
        seen.append(t)


@phase
def note(week: Any, w: Any) -> None:
    seen = w.seen
    seen.append(week.t)


@phase
def both(week: Any, w: Any) -> None:
    heavy = weigh(week, w)
    look(week, w, heavy)


def play(w: Any, log: list[str], last: int) -> None:
    for t in range(last):
        week = Week(t, log)
        both(week, w)
        if t == 1:
            both(week, w)


@phase
def early(week: Any, w: Any) -> int:
    if w.total:
        return 1
    return 2


@phase
def clobbers(week: Any, w: Any) -> None:
    last = 0
    w.total[0] += last


@phase
def overwrites(week: Any, w: Any, last: int) -> None:
    last = 0
    w.total[0] += last


@phase
def hides(week: Any, w: Any) -> None:
    seen = 1
    w.total[0] += seen


@phase
def renames(week: Any, w: Any) -> None:
    sum_ = w.total
    sum_[0] += 1


def other_names(w: Any, log: list[str], last: int) -> None:
    week = Week(last, log)
    light = weigh(week, w)
    look(week, w, light)


def returns_early(w: Any, log: list[str], last: int) -> None:
    week = Week(last, log)
    early(week, w)


def keeps_its_own(w: Any, log: list[str], last: int) -> None:
    week = Week(last, log)
    clobbers(week, w)
    log.append(f"{last}")


def loses_an_argument(w: Any, log: list[str], last: int) -> None:
    week = Week(last, log)
    overwrites(week, w, last)


def loses_a_field(w: Any, log: list[str], last: int) -> None:
    week = Week(last, log)
    both(week, w)
    hides(week, w)


def loses_a_name(w: Any, log: list[str], last: int) -> None:
    week = Week(last, log)
    renames(week, w)


def keeps_the_week(w: Any, log: list[str], last: int) -> None:
    week = Week(last, log)
    note(week, w)


def calls_inside(w: Any, log: list[str], last: int) -> None:
    week = Week(last, log)
    if last > 1 and weigh(week, w):
        log.append("heavy")


@phase
def names(week: Any, w: Any) -> list[int]:
    seen = w.seen
    return seen


def calls_in_the_head_of_a_loop(w: Any, log: list[str], last: int) -> None:
    week = Week(last, log)
    for one in names(week, w):
        log.append(f"seen {one}")


def calls_in_the_condition_of_a_loop(w: Any, log: list[str], last: int) -> None:
    week = Week(last, log)
    while weigh(week, w):
        log.append("heavy")


def calls_in_the_head_of_a_block(w: Any, log: list[str], last: int) -> None:
    week = Week(last, log)
    with contextlib.nullcontext(weigh(week, w)) as heavy:
        log.append(f"heavy {heavy}")


def calls_in_the_body_of_a_block(w: Any, log: list[str], last: int) -> None:
    for t in range(last):
        week = Week(t, log)
        with contextlib.nullcontext():
            both(week, w)


def calls_where_all_else_failed(w: Any, log: list[str], last: int) -> None:
    week = Week(last, log)
    try:
        both(week, w)
    except ValueError:
        both(week, w)
    finally:
        both(week, w)


def chooses(w: Any, log: list[str], last: int) -> None:
    week = Week(last, log)
    match last:
        case 4:
            t = week.t
            log.append(f"{t}")


def holds_a_function(w: Any, log: list[str], last: int) -> None:
    week = Week(last, log)

    def inner() -> None:
        both(week, w)

    inner()


def played(function: Any) -> tuple[Group, list[str]]:
    group, log = Group([0], []), list[str]()
    function(group, log, 4)
    return group, log


def test_a_function_without_calls_of_phases_does_what_it_did_with_them() -> None:
    made: Any = inlined(play, "made")
    assert made.__name__ == "made"
    assert played(made) == played(play)
    assert played(play)[0].seen == [2, 3]
    names = {*made.__code__.co_names, *made.__code__.co_varnames}
    assert not {"weigh", "look", "both", "week"} & names


def test_a_phase_called_in_the_body_of_a_block_is_put_there() -> None:
    made: Any = inlined(calls_in_the_body_of_a_block, "made")
    assert played(made) == played(calls_in_the_body_of_a_block)
    assert "both" not in made.__code__.co_names


def test_a_variable_of_a_phase_stays_its_own_whatever_its_caller_calls_one() -> None:
    made: Any = inlined(keeps_its_own, "made")
    assert played(made) == played(keeps_its_own)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (other_names, "look is called with arguments of other names"),
        (returns_early, "early returns before its end"),
        (loses_an_argument, "overwrites sets last, a variable of its caller"),
        (loses_a_field, "seen is a variable of one phase and something else in another"),
        (loses_a_name, "fields keep their names"),
        (keeps_the_week, "takes fields out of week in a line of their own, as in t = week.t"),
        (calls_inside, "no statement of its own: weigh"),
        (calls_in_the_head_of_a_loop, "no statement of its own: names"),
        (calls_in_the_condition_of_a_loop, "no statement of its own: weigh"),
        (calls_in_the_head_of_a_block, "no statement of its own: weigh"),
        (calls_where_all_else_failed, "Try: not among phases"),
        (chooses, "Match: not among phases"),
        (holds_a_function, "FunctionDef: not among phases"),
    ],
)
def test_what_would_mean_something_else_in_one_function_is_refused(wrong: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        inlined(wrong, "made")
