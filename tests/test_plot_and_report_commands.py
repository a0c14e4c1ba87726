"""A figure and a page of what was found, as a stranger asks for them."""

import base64
import inspect
import re
import struct
from html.parser import HTMLParser

import numpy as np
import pytest

from sim import plots
from sim.errors import ResultsError
from sim.plots import catalogue
from sim.results import selection
from sim.results.dataset import save
from sim.results.sources import open_results
from sim.runs.ensemble import ensemble
from sim.runs.simulate import simulate
from sim.scenario.english import percent
from sim.scenario.files import with_changes
from sim.ui.cli import main
from sim.ui.report import extremes, sections

HOSTILE = "<script>alert('&')</script> $title"
VOID = {"meta", "img", "br", "hr", "link", "input"}


class Page(HTMLParser):
    """Reads a page, and refuses tags that are not closed in order."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.words = [], [], ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        assert not (tag in ("p", "ul", "table", "dl", "figure", "h2") and "p" in self.open), tag
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def places(toy, tmp_path_factory):
    """A store of everything, one of the summary alone, and a results file of a single run."""
    folder = tmp_path_factory.mktemp("looking")
    everything = "actors,dyads,events,drift_account,weight,ideal,age"
    ensemble(toy, 12, out=folder / "full", record=everything, executor="serial")
    ensemble(toy, 12, out=folder / "brief", executor="serial")
    case = with_changes(toy, {"name": HOSTILE, "weeks": 20, "description": "a < b & c"})
    save(simulate(case), folder / "results.nc")
    return {name: str(folder / name) for name in ("full", "brief", "results.nc")}


@pytest.fixture(scope="module")
def reports(places, tmp_path_factory):
    """The report on each of these, read."""
    folder, found = tmp_path_factory.mktemp("reports"), {}
    for name, source in places.items():
        out = folder / "new" / f"{name}.html"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sim.ui.report.sections.DOTS", 40.0)  # quicker to draw
            assert main(["report", source, "--out", str(out), "--quiet"]) == 0
        found[name] = out.read_text(encoding="utf-8")
        assert all(path.suffix == ".html" for path in out.parent.iterdir())
    return found


def plot(source, figure, out, *words):
    return main(["plot", source, "--figure", figure, "--out", str(out), *words])


def refused(capsys, *words):
    """The one message with which a command is refused."""
    capsys.readouterr()
    assert main(list(words)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


@pytest.mark.parametrize("name", sorted(catalogue.FIGURES))
def test_every_figure_can_be_drawn_by_its_name(name, places, tmp_path, capsys):
    out = tmp_path / "new" / f"{name}.png"
    run = ["--run", "3"] if "--run" in catalogue.named(name).takes else []
    code = plot(places["full"], name, out, *run)
    said = capsys.readouterr().err
    if name == "turns" and code == 2:
        assert "halved in any of the 12 runs" in said
        return
    if name == "breaks":  # these are no members of a coalition
        assert (code, said) == (2, "sim: no pair has broken in any of the 12 runs\n")
        return
    assert (code, said) == (0, f"left in {out}\n")
    data = out.read_bytes()
    assert data.startswith(b"\x89PNG")
    assert min(struct.unpack(">II", data[16:24])) > 200


@pytest.mark.parametrize(
    ("ending", "head"), [("pdf", b"%PDF"), ("svg", b"<?xml"), ("PNG", b"\x89")]
)
def test_the_ending_of_the_name_decides_the_kind_of_file_and_equal_figures_are_equal_bytes(
    ending, head, places, tmp_path
):
    files = [tmp_path / f"{n}.{ending}" for n in range(2)]
    for out in files:
        assert plot(places["full"], "line-ups", out, "--quiet") == 0
    first, second = (out.read_bytes() for out in files)
    assert first.startswith(head)
    assert first == second


def test_what_is_asked_for_is_what_is_drawn(places, tmp_path):
    everything = open_results(places["full"])
    pair = ("crown", "duchy")
    lines = catalogue.draw(everything, "ties", [pair], run=3).axes[0].get_lines()
    curve = next(line for line in lines if len(line.get_ydata()) == everything.sizes["week"])
    both = everything["tie"].sel(run=3)
    wanted = (both.sel(actor="crown", other="duchy") + both.sel(actor="duchy", other="crown")) / 2
    assert curve.get_ydata() == pytest.approx(wanted.values, abs=1e-6)
    panels = catalogue.draw(everything, "matrices", dates=["2001-03-01", 40], run=3).axes
    assert [ax.get_title(loc="left") for ax in panels[:2]] == [
        "week of 26 February 2001", "week of 8 October 2001",
    ]  # fmt: skip


def test_the_catalogue_holds_every_public_figure_of_results_and_no_other():
    """A figure is drawn in the style of all, and needs results and nothing else."""

    def needed(function):
        return [
            p.name for p in inspect.signature(function).parameters.values() if p.default is p.empty
        ]

    public = {getattr(plots, name) for name in plots.__all__}
    drawn = {one for one in public if hasattr(one, "__wrapped__") and needed(one) == ["results"]}
    assert drawn == {figure.function for figure in catalogue.FIGURES.values()}


def test_the_list_of_figures_needs_no_results_and_says_what_a_summary_lacks(places, capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["plot", "--list"])
    told, brief = capsys.readouterr().out, open_results(places["brief"])
    for name, figure in catalogue.FIGURES.items():
        about = told[told.index(f"{name} ") :].split("\n")[:2]
        assert figure.shows in about[0]
        lacking = figure.lacks(brief)
        assert (f"--record {','.join(lacking)}" if lacking else "any ensemble") in about[1]
        assert all(option in about[1] for option in figure.takes)


def test_the_name_of_the_function_will_do_for_a_figure(places):
    assert catalogue.named("tie_matrices") is catalogue.FIGURES["matrices"]
    assert catalogue.named("drift-accounts") is catalogue.FIGURES["accounts"]


def test_a_figure_of_a_file_is_that_of_its_run(places, tmp_path):
    assert plot(places["results.nc"], "matrix", tmp_path / "n.svg", "--quiet") == 0
    assert (tmp_path / "n.svg").stat().st_size > 1000


@pytest.mark.parametrize("name", sorted(catalogue.FIGURES))
def test_a_figure_without_one_of_its_variables_is_refused_in_words(name, places):
    full = open_results(places["full"])
    for variable in set(catalogue.named(name).needs) - {"event_kind"}:
        with pytest.raises(ResultsError, match=f"no '{variable}'"):
            catalogue.draw(full.drop_vars(variable), name)


@pytest.mark.parametrize(
    ("figure", "record"),
    [
        ("line-ups", "dyads"), ("accounts", "drift_account"), ("survival", "age,actors"),
        ("offers", "actors,weight,ideal,events"),
    ],
)  # fmt: skip
def test_a_weekly_figure_of_a_summary_says_what_to_record_and_that_is_enough(
    figure, record, places, toy, tmp_path, capsys
):
    out = tmp_path / "fig.png"
    words = ("plot", places["brief"], "--figure", figure, "--out", str(out))
    assert f"needs --record {record}\n" in refused(capsys, *words)
    assert not out.exists()
    ensemble(toy, 12, out=tmp_path / "more", record=record, executor="serial")
    assert plot(str(tmp_path / "more"), figure, out, "--quiet") == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--figure", "tise"], "unknown figure 'tise' (did you mean 'ties'?)"),
        (["--figure", "ties", "--pair", "crwon", "duchy"], "did you mean 'crown'?"),
        (["--figure", "ties", "--pair", "crown", "crown"], "a pair needs two different actors"),
        (["--figure", "ties", "--run", "12"], "there is no run 12: the runs are 0 to 11"),
        (["--figure", "matrices", "--at", "soon"], "'soon' is not a date"),
        (["--figure", "matrix", "--at", "9" * 5000], "is no number of a week"),
        (["--figure", "matrix", "--at", "1999-01-01"], "1999-01-01 is outside the results"),
        (["--figure", "matrix", "--at", "900"], "week 900 is outside the results"),
        (["--figure", "matrix", "--at", "3", "4"], "takes one --at, not 2"),
        (["--figure", "line-ups", "--run", "3"], "figure 'line-ups' takes no --run"),
        (["--figure", "attention", "--pair", "crown", "duchy"], "takes no --pair"),
    ],
)
def test_a_wrong_word_is_one_message_and_no_file(words, message, places, tmp_path, capsys):
    out = tmp_path / "fig.png"
    assert message in refused(capsys, "plot", places["full"], *words, "--out", str(out))
    assert not out.exists()


@pytest.mark.parametrize("name", ["fig.jpg", "fig", ".png", "taken/fig.png"])
def test_a_figure_that_cannot_be_written_is_one_message(name, places, tmp_path, capsys):
    (tmp_path / "taken").write_text("mine")
    words = ("plot", places["full"], "--figure", "outcomes", "--out", str(tmp_path / name))
    assert "cannot write" in refused(capsys, *words)
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.parametrize("name", ["page.txt", "taken/page.html", "folder.html"])
def test_a_report_that_cannot_be_written_is_one_message(name, places, tmp_path, capsys):
    (tmp_path / "taken").write_text("mine")
    (tmp_path / "folder.html").mkdir()
    words = ("report", places["brief"], "--out", str(tmp_path / name))
    assert "cannot write" in refused(capsys, *words)


@pytest.mark.parametrize("command", [["plot", "--figure", "ties", "--out", "f.png"],
                                     ["report", "--out", "f.html"]])  # fmt: skip
def test_a_source_that_is_none_is_one_message(command, tmp_path, capsys):
    (tmp_path / "text.nc").write_text("no results")
    for source in (tmp_path / "nowhere", tmp_path, tmp_path / "text.nc"):
        assert str(source) in refused(capsys, command[0], str(source), *command[1:])


def test_a_report_is_one_page_that_needs_nothing_else(reports):
    for text in reports.values():
        page = Page(text)
        assert text.startswith("<!DOCTYPE html>")
        assert page.all("html") == [{"lang": "en"}]
        assert len(page.all("h1")) == len(page.all("title")) == len(page.all("main")) == 1
        assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all(
            "meta"
        )
        assert not {"script", "link", "iframe"} & {tag for tag, _ in page.tags}
        assert "http" not in re.sub(r"base64,[^\"]*", "", text)
        assert "@media print" in text
        for image in page.all("img"):
            assert len(image["alt"]) > 20
            kind, _, data = image["src"].partition(";base64,")
            assert kind == "data:image/png"
            assert base64.b64decode(data, validate=True).startswith(b"\x89PNG")


def test_a_report_says_what_was_run_and_that_it_is_no_forecast(reports, places, toy):
    words = " ".join(Page(reports["brief"]).words.split())
    assert toy.name in words
    assert "explores" in words
    assert "does not forecast" in words
    for part in ("12 (numbers 0 to 11)", "seed", "versions", "failures", "numpy", "rules"):
        assert part in words
    for part in (*toy.actors.values(), *toy.issues.values()):
        assert part.label in words
    assert "weeks = 52" in words


def test_the_numbers_of_a_report_are_those_of_the_runs(reports, places):
    from sim.measures import wilson

    results = open_results(places["brief"])
    words = " ".join(Page(reports["brief"]).words.split())
    share = float((results["state"].isel(week=-1) == 0).mean())
    low, high = wilson(round(share * 12), 12)
    told = f"{percent(share)} {percent(low)} to {percent(high)}".replace(" percent", " %")
    assert f"at war {round(share * 12)} {told}".replace(" ", "") in words.replace(" ", "")
    mean = float((results["state"] == 0).sum("week").mean())
    assert f"weeks of war{mean:.1f}".replace(" ", "") in words.replace(" ", "")


def test_a_report_has_labels_and_gives_ids_on_request(syria):
    results = ensemble(syria, 12, record="tie")
    plain, named = (
        sections.setting(syria, ids)
        + sections.ends(results, syria, ids)
        + sections.course(results)
        + sections.moved_ties(results, syria)
        + "; ".join(extremes(results).farthest)
        + "".join(sections._reading(results, name, None) for name in ("ties", "outcomes"))
        for ids in (False, True)
    )
    for name in (*syria.actors, *syria.issues, *syria.camps, "power_sharing", "vote_loyalty"):
        if "_" in name:
            assert name not in plain
    assert "times united states" not in plain
    assert "-0.0 to" not in plain
    for name in ("foreign_militias", "power_sharing", "mechanisms.vote_loyalty", "(towns)"):
        assert name in named


def test_a_share_of_a_report_is_not_rounded_to_another(toy):
    """One of forty runs is 2.5 %, and not 2 %."""
    results = ensemble(toy, 40)
    state = results["state"].copy(data=np.zeros_like(results["state"]))
    state[0, :] = 2
    told = sections._reading(results.assign(state=state), "outcomes", None)
    assert "settlement 2.5 %" in told
    assert "continued war 97.5 %" in told


def test_ties_before_the_war_are_worked_out_where_only_the_last_are_kept(syria):
    """In the order of the file, which is not that of the arrays."""
    from sim.ui.report.sections import _both_ends

    start, end, _ = _both_ends(ensemble(syria, 2, executor="serial"), syria)
    first, last, _ = _both_ends(simulate(syria, runs=2), syria)
    assert end == pytest.approx(last, abs=1e-6)
    assert 0 < abs(start - first).max() < 0.1


def test_a_report_shows_what_was_recorded_and_says_what_was_not(reports):
    full, brief = Page(reports["full"]), Page(reports["brief"])
    assert len(full.all("img")) > len(brief.all("img")) >= 5
    assert "Not recorded of all runs: ties" in brief.words
    assert "Not recorded" not in full.words


def test_a_report_tells_a_typical_run_and_an_extreme_one(reports, places):
    for name in ("full", "brief"):
        found = extremes(open_results(places[name]))
        words = Page(reports[name]).words
        assert f"A typical run: run {found.typical}" in words
        assert f"An extreme run: run {found.extreme}" in words
        assert words.count("The record ends in") == 2
    assert "The run: run 0" in Page(reports["results.nc"]).words


def test_the_typical_run_is_nearest_to_the_medians(places):
    results = open_results(places["brief"]).load()
    found = extremes(results)
    near = results.sel(run=[found.typical])
    others = results.copy(deep=True)
    assert found.typical != found.extreme
    # a run like the extreme one is never the typical one of a crowd of typical ones
    crowd = others.isel(run=[found.typical] * 9 + [found.extreme]).assign_coords(run=range(10))
    assert extremes(crowd).extreme == 9
    assert extremes(crowd).typical == 0
    assert selection.run_number(near) == found.typical


def test_the_summary_and_everything_name_the_same_runs(places):
    brief, full = (open_results(places[name]) for name in ("brief", "full"))
    assert extremes(brief)[:2] == extremes(full)[:2]
    bare = full.drop_vars(["happened", "decided", "final_tie"])
    assert extremes(bare)[:2] == extremes(full)[:2]


def test_words_of_a_scenario_cannot_break_the_page(reports):
    page = Page(reports["results.nc"])
    assert page.all("script") == []
    assert HOSTILE in page.words
    assert "a < b & c" in page.words


def test_a_run_that_comes_out_differently_now_is_said_and_the_rest_is_told(places, tmp_path):
    results = open_results(places["brief"]).load()
    results["state"] = (results["state"] + 1) % 3
    save(results.drop_vars("story"), tmp_path / "other.nc")
    out = tmp_path / "page.html"
    assert main(["report", str(tmp_path / "other.nc"), "--out", str(out), "--quiet"]) == 0
    assert "comes out differently now" in Page(out.read_text(encoding="utf-8")).words


# what is not there --------------------------------------------------------------------------------

COMMANDS = (
    ["plot", "{}", "--figure", "ties", "--out", "f.png"], ["report", "{}", "--out", "f.html"],
    ["explain", "{}"], ["export", "{}", "--out", "f.csv"], ["digest", "{}"],
    ["replay", "{}", "--run", "1"], ["compare", "{}", "{}"],
    ["branch", "{}", "--run", "1", "--at", "3", "--set", "parameters.front_speed=0.02"],
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_results_that_are_missing_are_answered_with_the_nearest(
    command, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results/first").mkdir(parents=True)
    (tmp_path / "results/first/results.nc").touch()
    (tmp_path / "results/frisk").mkdir()  # nearer, but it holds no results
    for name, hint in (
        ("results/frist", " (did you mean 'first'?)"),
        ("reslts/base", ": there is no folder 'reslts' (did you mean 'results'?)"),
        ("quite/elsewhere/base", ": there is no folder 'quite'"),
    ):
        said = refused(capsys, *(word.format(name) for word in command))
        assert said == f"sim: there is no ensemble and no results file {name}{hint}\n"


def test_a_folder_of_results_is_told_what_lies_in_it(places, tmp_path, capsys):
    (tmp_path / "first").mkdir()
    (tmp_path / "first/manifest.json").touch()
    assert "(known: first)" in refused(capsys, "explain", str(tmp_path))


def test_a_scenario_in_a_folder_that_is_missing_is_told_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wars").mkdir()
    assert refused(capsys, "check", "wras/mine.toml") == (
        "sim: wras/mine.toml: there is no folder 'wras' (did you mean 'wars'?)\n"
    )
    assert "(did you mean 'toy'?; `sim list` shows all)" in refused(capsys, "check", "toi.toml")
