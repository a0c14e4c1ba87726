"""The plain-object version of the theory is the same theory: given the same luck, the same run."""

from functools import cache

import numpy as np
import pytest
from conftest import FIRST, ROOT, SCENARIOS, module_of

from sim.engine import draws
from sim.runs.simulate import simulate
from sim.scenario.files import load
from sim.scenario.schema import ScheduledEvent, Tabled

SYRIA = ROOT / "scenarios/syria_2015_2018.toml"
# The plain version knows the first theory, no experiment that puts an issue somewhere, and nothing
# that is held.
PLAYED = [path for path in SCENARIOS if path.stem not in ("threat_returns", "syria_held")]
STILL = {"parameters.weight_spread": 0, "parameters.ideal_spread": 0}

# Variables of the results by actor, and the attribute of the plain object.
BY_ACTOR = {
    "capability": "capability",
    "power": "power",
    "utility": "utility_now",
    "value_war": "value_war",
    "value_disarmed": "value_disarmed",
    "value_ceasefire": "value_ceasefire",
    "value_settlement": "value_settlement",
    "credibility": "credibility",
    "autonomy": "autonomy",
    "nuisance": "nuisance",
    "ground_control": "ground_control",
    "attention_short": "attention_short",
    "violated": "violated",
    "fighting": "fights",
}


@pytest.fixture(scope="module")
def plain():
    return module_of("benchmarks/plain_objects.py")


def named_draws(seed, run):
    """The simulator's draws, by their names."""
    keys, subject = draws.round_keys(seed, run), cache(draws.subject)

    def draw(decision, who, week):
        return draws.uniform(keys, getattr(draws, decision.upper()), subject(who), week)

    return draw


def numbers_of(model):
    """What a plain model knows after a week, as the results name it."""
    actors, issues = model.actors, list(model.positions)
    tabled = [k in model.text for k in issues]
    return {
        "state": model.state,
        "age": model.age,
        "contest": model.contest,
        "violence": model.violence,
        "strength": list(model.strengths.values()),
        "violence_by_camp": list(model.violence_by_side.values()),
        "position": list(model.positions.values()),
        "tabled": tabled,
        "text": [model.text.get(k, np.nan) for k in issues],
        "terms": [model.terms[k] for k in issues],
        "tie": [[a.ties[b] for b in actors] for a in actors],
        "experience": [[a.experience.get(b, 0.0) for b in actors] for a in actors],
        "alignment": [[a.alignment.get(b, 1.0) for b in actors] for a in actors],
        "activation": [o.activation for a in actors for o in a.objectives],
        "satisfied": [o.satisfied for a in actors for o in a.objectives],
        "control": [link.control for link in model.links],
        "leverage": [link.leverage for link in model.links],
        **{name: [getattr(a, of) for a in actors] for name, of in BY_ACTOR.items()},
    }


def assert_same_run(plain, case, seed=1, run=0):
    """Compare a run with the compiled driver's, week by week; give the compiled driver's."""
    data = simulate(case, seed=seed, first=run)
    model = plain.PlainWar(case, draw=named_draws(seed, run))
    names = [actor.name for actor in model.actors]
    places = {
        "camp": sorted(case.camps, key=lambda camp: -case.camps[camp].pole),
        "actor": names,
        "other": names,
        "issue": list(model.positions),
        "objective": [
            f"{a.name}.{'short' if o.short else 'long'}.{o.issue}"
            for a in model.actors
            for o in a.objectives
        ],
        "link": [f"{link.patron.name}>{link.proxy.name}" for link in model.links],
    }
    kept = data.isel(run=0).sel(places)
    kept = {name: kept[name].values for name in numbers_of(model)}
    for week in range(case.weeks):
        model.step()
        for name, value in numbers_of(model).items():
            known = ~np.isnan(value)  # the text on an issue that was never tabled is nobody's
            np.testing.assert_allclose(
                np.asarray(value, dtype=float)[known],
                kept[name][week][known],
                rtol=0,
                atol=1e-9,
                err_msg=f"{name}, week {week}",
            )
    return data


@pytest.mark.parametrize("run", [0, 1, 2])
def test_the_plain_object_version_plays_the_same_run_of_the_toy(plain, toy, run):
    assert_same_run(plain, toy, run=run)


@pytest.mark.parametrize("spread", [STILL, {}], ids=["still", "spread"])
@pytest.mark.parametrize("seed", [1, 5])
def test_the_plain_object_version_plays_the_same_run_of_syria(plain, spread, seed):
    assert_same_run(plain, load(SYRIA, FIRST | {"weeks": 40} | spread), seed=seed)


@pytest.mark.parametrize("path", PLAYED, ids=lambda path: path.stem)
def test_the_plain_object_version_plays_the_same_run_of_every_scenario(plain, path):
    data = assert_same_run(plain, load(path, FIRST), seed=3, run=7)
    assert set(np.unique(data.state)) >= {0, 1}


@pytest.mark.parametrize("run", [0, 4])  # in 4 who must sign stays away once, and all vote yes
def test_a_run_that_settles_is_the_same(plain, run):
    easy = {
        "parameters.mutual_optimism": 0,
        "parameters.military_gain": 0,
        "parameters.disarmed_vulnerability": 0,
        "parameters.choice_precision": 8,
    }
    data = assert_same_run(
        plain, load(SYRIA, FIRST | easy | {"parameters.negotiation_period": 1}), run=run
    )
    assert (data.state == 2).any()


@pytest.mark.parametrize("r", [1, 2])
def test_what_the_scenarios_do_not_use_is_the_same(plain, r):
    """Linear loss, wrong suspects, heavy losses, other tabling, every kind of dated event."""
    case = load(
        SYRIA,
        {
            **FIRST,
            "parameters.loss_exponent": r,
            "parameters.attribution_chance": 0.4,
            "parameters.negotiation_period": 3,
            "parameters.ceasefire_period": 1,
            "parameters.added_hazard": 0.3,
            "parameters.stake_min": 0.3,
            "parameters.attrition_rate": 0.2,
            "parameters.force_floor": 0.6,
            "roles.consultation": {"turkey": "always"},
            "issues.relief.bilateral": True,
        },
    )
    rules = {"arms": Tabled(after_failed=2), "share": Tabled(at="demand")}
    issues = {
        name: issue.model_copy(update={"agenda": rules[name]} if name in rules else {})
        for name, issue in case.issues.items()
    }
    issues["relief"] = issues["relief"].model_copy(update={"agenda": Tabled(at="never")})
    events = (
        ScheduledEvent(week=0, why="armed at once", actor="northern_rebels", capability=3.0),
        ScheduledEvent(week=9, why="weary", actor="iran", cost_of_war=0.2),
        ScheduledEvent(week=12, why="loosened", patron="iran", proxy="hezbollah", control=0.5),
        ScheduledEvent(week=15, why="forgotten", actor="iran", consultation="never"),
        ScheduledEvent(week=20, why="put on the table", issue="relief", tabled=True),
        ScheduledEvent(week=30, why="armed", actor="damascus_rebels", capability=2.0),
        ScheduledEvent(week=31, why="careless", actor="iran", issue="towns", weight_times=0.0),
        ScheduledEvent(week=40, why="asked again", actor="iran", consultation="by rule"),
    )
    pairs = (("russia", "iran"), ("turkey", "russia"))
    given = {"issues": issues, "events": events, "bilateral": pairs}
    data = assert_same_run(plain, case.model_copy(update=given), run=3)
    assert data.tabled.sel(issue=["arms", "share", "relief"]).isel(week=-1).all()


@pytest.mark.slow
def test_by_its_own_generator_it_plays_the_same_war(plain, toy):
    own = []
    for seed in range(200):
        model, weeks = plain.PlainWar(toy, seed), []
        crown, league = model.named["crown"], model.named["league"]
        for _ in range(toy.weeks):
            model.step()
            weeks.append([model.state == 0, model.state == 1, league.violated])
        own.append([*np.mean(weeks, axis=0), crown.ties[league]])
    data = simulate(toy, runs=600, log=False)
    theirs = [
        (data.state == 0).mean("week"),
        (data.state == 1).mean("week"),
        data.violated.sel(actor="league").mean("week"),
        data.tie.sel(actor="crown", other="league").isel(week=-1),
    ]
    own, theirs = np.array(own).T, np.array(theirs)
    gap = own.mean(axis=1) - theirs.mean(axis=1)
    error = np.sqrt(own.var(axis=1) / own.shape[1] + theirs.var(axis=1) / theirs.shape[1])
    assert (abs(gap) < 4 * error).all(), gap / error
