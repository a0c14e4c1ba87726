"""Whatever is selected from results or put in another order: names and weeks stay right."""

import inspect

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import chronicle, measures, plots
from sim.errors import ResultsError
from sim.experiments.hypothesis_tests import observables
from sim.narrative.explanation import explain
from sim.plots import catalogue
from sim.results import selection
from sim.results.dataset import events
from sim.results.provenance import names_of, scenario_of
from sim.runs.simulate import simulate

RUNS, WEEKS = 4, 120


@pytest.fixture(scope="module")
def war(first_syria):
    return simulate(first_syria, runs=RUNS, seed=1)


@st.composite
def selections(draw):
    """Runs, weeks (in the order of time), actors and issues, each chosen and shuffled."""

    def some(n, least=1):
        return st.lists(st.integers(0, n - 1), min_size=least, unique=True)

    first = draw(st.integers(0, WEEKS - 1))
    weeks = slice(first, draw(st.integers(first + 1, WEEKS)))
    return {
        "run": draw(some(RUNS)), "week": weeks, "actor": draw(some(10, 2)), "issue": draw(some(3)),
    }  # fmt: skip


def part(war, chosen):
    actors = [n for n in chosen["actor"] if n < war.sizes["actor"]] or [0, 1]
    issues = [n for n in chosen["issue"] if n < war.sizes["issue"]] or [0]
    return war.isel(
        run=chosen["run"], week=chosen["week"], actor=actors, other=actors[::-1], issue=issues
    )


def facts(table, *columns):
    return {tuple(row) for row in table[list(columns)].itertuples(index=False)}


@settings(max_examples=25)
@given(selections())
def test_events_of_a_selection_are_those_of_the_whole_in_its_runs_and_weeks(war, chosen):
    some = part(war, chosen)
    runs, weeks = set(some["run"].values), set(some["week"].values)
    expected = [e for e in events(war) if e.run in runs and e.week in weeks]
    assert list(events(some)) == expected


@settings(max_examples=25)
@given(selections())
def test_measures_of_a_selection_name_the_same_actors_as_those_of_the_whole(war, chosen):
    some = part(war, chosen)
    runs, weeks = some["run"].values, some["week"].values
    names = set(some["actor"].values)
    tried = measures.ceasefire_attempts(war)
    tried = tried[tried["run"].isin(runs) & tried["week"].isin(weeks)]
    columns = ("run", "week", "date", "convener", "consulted", "signed", "in_force")
    assert facts(measures.ceasefire_attempts(some), *columns) == facts(tried, *columns)
    held = measures.talks(war)
    held = held[held["run"].isin(runs) & held["week"].isin(weeks)]
    columns = ("run", "week", "came", "stayed_away", "tabled", "accepted", "refused")
    assert facts(measures.talks(some), *columns) == facts(held, *columns)
    alike = war.sel(run=runs, week=weeks)
    for measure in (measures.willingness, measures.breach_rates, measures.spoiling):
        whole = measure(alike)
        xr.testing.assert_equal(
            measure(some).sort_index().to_xarray(),
            whole[whole.index.isin(names)].sort_index().to_xarray(),
        )
    spells = ("run", "start", "last", "convener", "ended")
    assert facts(measures.ceasefires(some), *spells) == facts(measures.ceasefires(alike), *spells)
    broken = measures.violence(alike.sel(actor=list(names)))
    assert np.allclose(measures.violence(some).sel(run=broken["run"]), broken)
    ties = measures.ties(some)
    alike = {axis: ties[axis].values for axis in ("run", "week", "actor", "other")}
    assert np.array_equal(ties, measures.ties(war).sel(alike).transpose(*ties.dims))


def test_a_chronicle_is_the_same_whatever_the_order_of_runs_actors_and_axes(war):
    other = war.isel(run=[2, 0, 3, 1], actor=slice(None, None, -1), issue=slice(None, None, -1))
    other = other.transpose("week", "issue", "actor", "run", ...)
    assert chronicle.page(other, run=2) == chronicle.page(war, run=2)


def test_a_chronicle_of_the_first_weeks_tells_only_these(war):
    told = chronicle.sentences(war.isel(week=slice(0, 50)), run=0)
    assert told
    last = war["date"].values[49].astype("datetime64[D]").item()
    assert max(day for day, _ in told) <= last


@pytest.mark.parametrize(
    ("cut", "words"),
    [
        ({"week": slice(20, 60)}, "week 0"),
        ({"week": [0, 1, 3]}, "every week"),
        ({"actor": [1, 2]}, "every actor"),
        ({"issue": [0]}, "every issue"),
        ({"week": slice(None, None, -1)}, "order of time"),
    ],
)
def test_a_chronicle_of_a_part_that_cannot_be_told_is_refused(war, cut, words):
    with pytest.raises(ResultsError, match=words):
        chronicle.page(war.isel(cut), run=0)


def test_weeks_of_a_selection_are_numbers_not_places(war):
    from sim.runs.branch import branch

    late = war.isel(run=[0], week=slice(20, 60))
    name = str(war["actor"].values[0])
    change = {f"actors.{name}.capability": 3.0}
    assert branch(late, at=30, set=change).identical(branch(war.isel(run=[0]), at=30, set=change))


def test_an_explanation_is_the_same_of_actors_in_another_order(war):
    turned = war.isel(actor=slice(None, None, -1), issue=slice(None, None, -1))
    pair = scenario_of(war).bilateral[0]
    assert str(explain(turned, run=1, pair=pair)) == str(explain(war, run=1, pair=pair))


def test_readings_count_the_same_of_runs_and_actors_in_another_order(war):
    from sim.engine.event_log import CONSULT

    name = next(e.counterpart for e in events(war) if e.decision == "consult" and e.answer)
    turned = war.isel(run=[3, 1, 0], actor=slice(None, None, -1))
    one = observables.answers(war, CONSULT, list(war["actor"].values), True, whom=[name])
    two = observables.answers(turned, CONSULT, list(war["actor"].values), True, whom=[name])
    assert one.whole.any()
    assert np.array_equal(two.whole, one.whole[[3, 1, 0]])
    assert np.array_equal(two.part, one.part[[3, 1, 0]])


def test_runs_of_one_scenario_can_be_put_together(first_syria):
    one = simulate(first_syria, runs=1, seed=1, log=False)
    two = simulate(first_syria, runs=1, seed=2, log=False).assign_coords(run=[7])
    both = xr.concat(
        [one, two], dim="run", data_vars="minimal", coords="different", compat="equals"
    )
    spells = measures.ceasefires(both)
    expected = [*measures.ceasefires(one)["convener"], *measures.ceasefires(two)["convener"]]
    assert spells["convener"].tolist() == expected


def test_runs_of_two_scenarios_that_were_put_together_are_refused_where_names_are_needed(toy_war):
    case = scenario_of(toy_war)
    turned = case.model_copy(update={"actors": dict(reversed(list(case.actors.items())))})
    other = simulate(turned, runs=1, seed=5, log=False).assign_coords(run=[9])
    both = xr.concat(
        [toy_war, other], dim="run", data_vars="minimal", coords="different", compat="equals",
        join="outer",
    )  # fmt: skip
    with pytest.raises(ResultsError, match="several scenarios"):
        measures.ceasefires(both)


@pytest.fixture(scope="module")
def toy_war():
    return simulate("tests/cases/toy.toml", runs=2, seed=5, log=False)


def test_a_run_that_stands_twice_is_refused_where_events_are_read(war):
    with pytest.raises(ResultsError, match="more than once"):
        measures.willingness(war.isel(run=[1, 1]))
    with pytest.raises(ResultsError, match="more than once"):
        list(events(war.isel(run=[1, 1])))


def test_ties_of_different_actors_on_both_axes_are_refused(war):
    with pytest.raises(ResultsError, match="select them alike"):
        measures.ties(war.isel(actor=[0, 1]))


def test_names_of_results_are_those_of_the_file(war):
    turned = war.isel(actor=slice(None, None, -1))
    assert names_of(turned, "actor") == list(scenario_of(war).actors)


# a single run ------------------------------------------------------------------------------------

GIVEN = {
    "two": ("russia", "iran"), "pair": ("russia", "iran"), "at": 10, "i": "russia", "j": "iran",
    "actors": ["russia", "iran"], "dates": [10], "pairs": [("russia", "iran")],
    "against": [("russia", "iran")], "allies": ("russia", "iran"),
}  # fmt: skip


# They take a file to write to, or draw from the names of a scenario, which one run has too.
NOT_OF_ONE = ("everything", "colours")


def of_results(module):
    """Functions of a module that take results first."""
    for name in sorted(module.__all__):
        function = getattr(module, name)
        if name in NOT_OF_ONE:
            continue
        if inspect.isfunction(function) and next(iter(inspect.signature(function).parameters)) in (
            "results",
        ):
            yield pytest.param(function, id=name)


def called(function, results):
    asked = list(inspect.signature(function).parameters.values())[1:]
    needed = [p.name for p in asked if p.default is p.empty]
    return function(results, **{n: results if n == "other" else GIVEN[n] for n in needed})


@pytest.mark.parametrize("function", [*of_results(measures), *of_results(plots)])
def test_one_run_taken_out_without_its_axis_is_refused_with_the_remedy(war, function):
    with pytest.raises(ResultsError, match=r"sel\(run=\[1\]\)"):
        called(function, war.sel(run=1))


@pytest.mark.parametrize("name", list(catalogue.FIGURES))
def test_every_figure_refuses_a_run_without_its_axis_with_the_remedy(war, name):
    with pytest.raises(ResultsError, match=r"sel\(run=\[1\]\)"):
        catalogue.draw(war.sel(run=1), name)


@pytest.mark.parametrize("axis", ["week", "actor", "issue"])
def test_an_axis_that_is_gone_is_named(war, axis):
    with pytest.raises(ResultsError, match=rf"no axis '{axis}'.*sel\({axis}=\["):
        selection.variable(war.isel({axis: 0}), "state")


def test_results_that_are_no_dataset_are_refused(war):
    with pytest.raises(ResultsError, match="xarray Dataset, not DataArray"):
        measures.ties(war["tie"])
