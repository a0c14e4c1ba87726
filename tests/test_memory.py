"""What a job takes of the machine, and results that are too many to be held at once."""

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim import measures
from sim.engine import event_log, memory, run_summary
from sim.engine.build import most_a_week, most_events, prepare
from sim.engine.decisions import CODE, KINDS
from sim.errors import SimError
from sim.measures import run_numbers
from sim.measures.run_numbers import Measure
from sim.results import selection
from sim.results.variables import Recording
from sim.ui.cli import main
from sim.ui.report import sections

TOY = ROOT / "tests/cases/toy.toml"
X, Y = Measure("x", (), "position"), Measure("y", (), "position")


@pytest.fixture(scope="module")
def many(toy):
    return sim.ensemble(toy, 60)


def test_memory_of_runs_in_full_is_that_of_their_record_and_of_the_results(toy):
    found = sim.simulate(toy, runs=3, log=False)
    g, _, lay = prepare(toy)
    need = memory.memory_in_full(lay, toy.weeks, 3, most_events(g, lay, toy.weeks))
    weekly = sum(v.nbytes for v in found.data_vars.values())
    assert need == 2 * weekly + most_events(g, lay, toy.weeks) * event_log.COLUMNS * 8


@pytest.mark.parametrize(
    ("size", "words"),
    [(999, "1 kB"), (2.5e6, "2.5 MB"), (18.6e9, "18.6 GB"), (340e9, "340 GB"), (5e13, "50.0 TB")],
)
def test_a_number_of_bytes_is_said_in_words(size, words):
    assert memory.in_words(size) == words


def test_runs_in_full_that_the_memory_cannot_hold_are_refused_before_they_are_played(toy):
    with pytest.raises(SimError, match=r"100000000 runs of 3 actors .* need at least .* TB"):
        sim.simulate(toy, runs=100_000_000)


def test_an_ensemble_that_the_memory_cannot_hold_is_refused_and_told_of_the_disk(toy):
    with pytest.raises(SimError, match=r"results of 10{9} runs need .* on disk \(out\)"):
        sim.ensemble(toy, 1_000_000_000)


def test_the_command_line_refuses_what_the_memory_cannot_hold(capsys):
    assert main(["run", str(TOY), "--runs", "100000000"]) == 2
    assert "of memory, and this machine has" in capsys.readouterr().err


def test_a_decision_is_counted_beyond_what_two_bytes_hold(toy):
    _, _, lay = prepare(toy)
    out = run_summary.empty_summary(1, 1, len(lay.actors), len(lay.issues), np.dtype(np.uint32))
    count = event_log.counter(len(lay.actors))
    event_log.tally(count)[:] = 70_000
    n, k = len(lay.actors), len(lay.issues)
    run_summary.summarise(
        out, 0, np.ones(n), np.zeros((n, n)), np.zeros(k), np.zeros((1, 3, 1), dtype=np.int64),
        event_log.empty(0), count,
    )  # fmt: skip
    assert (out.decided == 70_000).all()
    assert (out.happened == 70_000 * (n + 1)).all()


@pytest.mark.parametrize("weeks_more", [0, 1])
def test_counts_have_two_bytes_as_long_as_the_events_of_a_run_fit_into_them(toy, weeks_more):
    dated = [
        {"week": week, "why": "aid", "actor": "crown", "capability": 3.0 + week}
        for week in range(200)
    ]
    data = sim.files.as_data(toy) | {"events": dated}
    g, _, lay = prepare(sim.files.build(data | {"weeks": 200}))
    a_week = most_events(g, lay, 1) - most_events(g, lay, 0)
    weeks = (65_535 - len(dated)) // a_week + weeks_more
    case = sim.files.build(data | {"weeks": weeks})
    assert Recording(case, lay, ("summary",)).counts == (np.uint32 if weeks_more else np.uint16)


@pytest.mark.parametrize("name", ["toy", "syria"])
def test_no_week_has_more_events_of_a_kind_than_there_is_room_for(toy, syria, name):
    case = {"toy": toy, "syria": syria}[name]
    lay = prepare(case)[2]
    found = sim.to_frame(sim.simulate(case, runs=4), "events")
    most = found.groupby(["run", "week", "decision"]).size().groupby("decision").max()
    for kind in KINDS:
        if kind.name in most and kind.name != "shift":
            assert most[kind.name] <= most_a_week(kind, lay), kind.name
    # No looser than it must be: what everybody decides, and what both of a pair do.
    assert most["ratify"] == most_a_week(KINDS[CODE["ratify"]], lay) == len(case.actors)
    if name == "syria":
        assert most["bargain"] == most_a_week(KINDS[CODE["bargain"]], lay) == 2


@given(
    st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=2, max_size=30),
    st.integers(1, 29),
)
def test_differences_do_not_depend_on_where_the_runs_are_cut(pairs, cut):
    one, other = (np.array(values) for values in zip(*pairs, strict=True))
    whole = run_numbers.table(run_numbers.add({}, {X: one}, {X: other})).loc["x"]
    found = {}
    for part in (slice(0, cut), slice(cut, None)):
        if len(one[part]):
            run_numbers.add(found, {X: one[part]}, {X: other[part]})
    apart = run_numbers.table(found).loc["x"]
    assert np.allclose(whole.drop("effect"), apart.drop("effect"), rtol=1e-9, atol=1e-9)


def test_a_count_that_first_occurs_in_a_later_piece_was_nothing_before():
    found, later = {}, Measure("times {} ratified", ("a",), "decisions")
    run_numbers.add(found, {X: np.ones(2)}, {X: np.ones(2)})
    run_numbers.add(found, {X: np.ones(2), later: np.ones(2)}, {X: np.ones(2)})
    row = run_numbers.table(found).loc["times a ratified"]
    assert (row["first"], row["second"], row["difference"], row["changed"]) == (0.5, 0, -0.5, 0.5)


def test_measures_are_equal_if_all_their_values_are_and_not_if_a_sum_of_them_is():
    nothing, later = np.zeros(2), Measure("times {} ratified", ("a",), "decisions")
    same = {Measure("z", (), "position"): np.array([1.0, 1e-17])}
    found = {}
    run_numbers.add(
        found, {X: np.array([1.0, 1e-17]), Y: np.array([1.0, 2e-17]), **same},
        {X: nothing, Y: nothing, **dict.fromkeys(same, nothing)},
    )  # fmt: skip
    assert run_numbers.always_equal(found) == {"z": "x"}
    # One that is first met in a later piece was 0 before, as one that was there was.
    found, early = {}, Measure("times {} voted", ("a",), "decisions")
    run_numbers.add(found, {early: nothing}, {early: -nothing})
    some = {early: np.ones(3), later: np.ones(3)}
    run_numbers.add(found, some, {early: np.zeros(3)})
    assert run_numbers.always_equal(found) == {later.name: early.name}


@pytest.mark.parametrize("size", [7, 60])
def test_report_and_comparison_say_the_same_piece_by_piece(many, toy, monkeypatch, size):
    other = sim.ensemble(toy, 60, set={"actors.crown.capability": 2.0})
    whole = sim.compare(many, other)
    said = sections.ends(many, toy), sections.course(many)
    shares = measures.outcome_shares(many)
    monkeypatch.setattr(selection, "RUNS_AT_A_TIME", size)
    assert len(list(selection.pieces(many))) == -(-60 // size)
    cut = sim.compare(many, other)
    assert set(cut.table.index) == set(whole.table.index)
    assert np.allclose(cut.table, whole.table.loc[cut.table.index], rtol=1e-9, atol=1e-12)
    assert (sections.ends(many, toy), sections.course(many)) == said
    assert measures.outcome_shares(many).equals(shares)
