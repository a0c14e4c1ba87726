"""The agreement of two coders is what can be worked out by hand."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, module_of

from sim.scenario import files

CELL = "actors.elm.long.{}.ideal"


@pytest.fixture(scope="module")
def coding() -> ModuleType:
    return module_of("docs/wars/coding.py")


def table(tmp_path: Path, *rows: str) -> Path:
    """A table with these lines under its head."""
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["war,cell,first,second", *rows]) + "\n", encoding="utf-8")
    return path


def test_alpha_is_that_worked_out_by_hand(coding: ModuleType) -> None:
    # Values 0, 0, 1, 1 against 0, .5, 1, 1: three 0, one .5, four 1, in all n = 8. Ordinal
    # distances, squared: 0 to .5 (3 + 1 - 2)^2 = 4; 0 to 1 (3 + 1 + 4 - 3.5)^2 = 20.25; .5 to 1
    # (1 + 4 - 2.5)^2 = 6.25. Observed 2 * 4 / 8 = 1; expected
    # 2 * (3 * 1 * 4 + 3 * 4 * 20.25 + 1 * 4 * 6.25) / (8 * 7) = 10. So alpha = 1 - 1 / 10.
    assert coding.alpha(np.array([0, 0, 1, 1]), np.array([0, 0.5, 1, 1])) == pytest.approx(0.9)


def test_alpha_of_two_observers_is_that_published(coding: ModuleType) -> None:
    # K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section A: binary data of
    # two observers on ten units, alpha 0.095. Of two values every measure gives the same alpha.
    meg = np.array([0, 1, 0, 0, 0, 0, 0, 0, 1, 0])
    owen = np.array([1, 1, 1, 0, 0, 1, 0, 0, 0, 0])
    assert coding.alpha(meg, owen) == pytest.approx(0.095, abs=0.0005)


def test_coders_who_agree_everywhere_have_alpha_one_and_no_spread(coding: ModuleType) -> None:
    values = np.array([0, 0.25, 0.5, 0.75, 1] * 4)
    assert coding.alpha(values, values) == 1
    assert coding.interval(values, values, 50, np.random.default_rng(1)) == (1, 1)


def test_a_far_step_costs_more_than_a_near_one(coding: ModuleType) -> None:
    first = np.array([1, 1, 1, 2, 2, 2, 3, 3, 3])
    near, far = first.copy(), first.copy()
    near[0], far[0] = 2, 3
    assert coding.alpha(first, near) > coding.alpha(first, far)


def test_pairs_of_one_value_have_no_alpha(coding: ModuleType) -> None:
    ones = np.array([1, 1, 1])
    assert np.isnan(coding.alpha(ones, ones))
    assert np.isnan(coding.interval(ones, ones, 20, np.random.default_rng(1))).all()


def test_the_interval_holds_alpha_and_comes_back_with_its_seed(coding: ModuleType) -> None:
    rng = np.random.default_rng(5)
    first = rng.choice([1.0, 2.0, 3.0], 60)
    second = np.where(rng.random(60) < 0.7, first, rng.choice([1.0, 2.0, 3.0], 60))
    low, high = coding.interval(first, second, 200, np.random.default_rng(1))
    assert low < coding.alpha(first, second) < high
    assert (low, high) == coding.interval(first, second, 200, np.random.default_rng(1))


def test_kinds_and_wars_are_scored_apart_and_cells_of_one_coder_left_out(
    coding: ModuleType, tmp_path: Path
) -> None:
    path = table(
        tmp_path,
        *[f"oak,{CELL.format(n)},{a},{b}" for n, (a, b) in enumerate(["00", "11", "11"])],
        f"oak,{CELL.format('d')},0,.5",
        f"oak,{CELL.format('e')},0,",
        "ash,actors.elm.long.a.ideal,.25,0.25",
        "oak,actors.elm.long.a.weight,3,2",
        "oak,actors.elm.short.front.weight,1,1",
    )
    found = coding.agreement(coding.read(path), draws=20).set_index(["kind", "war"])
    assert found["cells"].to_dict() == {
        ("ideal", "ash"): 1, ("ideal", "oak"): 4, ("ideal", coding.EVERY): 5,
        ("weight", "oak"): 1, ("weight", coding.EVERY): 1,
        ("threat", "oak"): 1, ("threat", coding.EVERY): 1,
    }  # fmt: skip
    assert found.loc[("ideal", "oak"), "alpha"] == pytest.approx(0.9)
    assert found.loc[("ideal", "oak"), "same"] == 0.75
    assert np.isnan(found.loc[("threat", "oak"), "alpha"])


def test_the_table_says_what_is_coded_again_and_what_is_flagged(coding: ModuleType) -> None:
    rows = [("ideal", war, 9, 0.5, a, a, a) for war, a in
            [("elm", 0.669), ("oak", 0.67), ("ash", 0.8), ("fir", np.nan)]]  # fmt: skip
    rows += [("threat", "elm", 5, 0, 0, 0, 0), ("ideal", coding.EVERY, 36, 0, 0, 0, 0)]
    columns = ["kind", "war", "cells", "same", "alpha", "low", "high"]
    lines = coding.markdown(pd.DataFrame(rows, columns=columns)).splitlines()[2:]
    assert lines == [
        "| ideal | elm | 9 | 50 % | 0.67 | 0.67 to 0.67 | again |",
        "| ideal | oak | 9 | 50 % | 0.67 | 0.67 to 0.67 | flagged |",
        "| ideal | ash | 9 | 50 % | 0.80 | 0.80 to 0.80 |  |",
        "| ideal | fir | 9 | 50 % | - | - | one value only |",
        "| threat | elm | 5 | 0 % | 0.00 | 0.00 to 0.00 |  |",
        f"| ideal | {coding.EVERY} | 36 | 0 % | 0.00 | 0.00 to 0.00 |  |",
    ]


def test_the_command_prints_or_writes_the_table(
    coding: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"oak,{CELL.format(n)},{a},{b}" for n, (a, b) in enumerate(["00", "11", "11", "01"])]
    path, out = table(tmp_path, *rows), tmp_path / "out.md"
    coding.main([str(path), "--draws", "20"])
    printed = capsys.readouterr().out
    assert "| ideal | oak | 4 | 75 % |" in printed
    coding.main([str(path), "--draws", "20", "--out", str(out)])
    assert out.read_text(encoding="utf-8") == printed


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("oak,actors.elm.long.a.ideal,.3,0", "line 2: '.3' is no step; allowed are 0, 0.25"),
        ("oak,actors.elm.long.a.weight,1,0", "'0' is no step; allowed are 1, 2, 3"),
        ("oak,actors.elm.long.a.ideal,one,0", "'one' is no step"),
        ("oak,actors.elm.short.a.ideal,1,1", "'actors.elm.short.a.ideal' is no cell"),
        (
            "oak,actors.elm.long.a.ideal,1,1\noak,actors.elm.long.a.ideal,1,0",
            "line 3: the same cell as in line 2",
        ),
    ],
)
def test_a_wrong_row_is_named(
    coding: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str, words: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        coding.main([str(table(tmp_path, row))])
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_a_missing_file_or_column_is_named(
    coding: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "table.csv"
    with pytest.raises(SystemExit, match="2"):
        coding.main([str(path)])
    assert "cannot be read" in capsys.readouterr().err
    path.write_text("war,cell,first,secnd\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="2"):
        coding.main([str(path)])
    assert "no column second; did you mean second by secnd?" in capsys.readouterr().err


def test_the_page_has_the_agreement_of_the_codings(coding: ModuleType) -> None:
    page = (ROOT / "docs/wars/CODING.md").read_text(encoding="utf-8")
    found = coding.agreement(coding.read(ROOT / "scenarios/wars/codings.csv"))
    assert coding.markdown(found) in page


def test_the_wars_have_the_codings_and_where_they_differ_the_range(coding: ModuleType) -> None:
    table = coding.read(ROOT / "scenarios/wars/codings.csv")
    steps = {1.0: 0.5, 2.0: 1.0, 3.0: 2.0}
    for war, cells in table.groupby("war"):
        case = files.load(ROOT / f"scenarios/wars/{war}.toml")
        actor = cells["cell"].str.split(".").str[1]
        raw = cells[["first", "second"]].where(cells["kind"] == "weight", 0.0)
        # A coder's weights are parts of an actor's whole.
        whole = raw.groupby(actor).transform("sum")
        for cell, of in zip(cells.itertuples(), whole.to_numpy(), strict=True):
            _, name, term, issue, field = cell.cell.split(".")
            value = getattr(getattr(case.actors[name], term)[issue], field)
            there = case.ranges.get(cell.cell)
            found = (there.low, there.high) if there else (value, value)
            both = (cell.first, cell.second)
            if cell.kind == "threat":
                both = tuple(steps[one] for one in both)
            elif cell.kind == "weight":
                both = tuple(one / total for one, total in zip(both, of, strict=True))
            assert found == pytest.approx(sorted(both), abs=2e-3), (war, cell.cell)
