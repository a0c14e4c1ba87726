"""Notebooks as their readers have them: JupyterLab in Chromium, Run All, and then buttons.

Not a part of the test suite: by hand, with what `pip install jupyterlab selenium` and
`apt install chromium chromium-driver` bring. Ends with 1 if a claim does not hold.

    python tests/in_browser.py                      # every notebook
    python tests/in_browser.py --only 02 --pictures shots
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

ROOT = Path(__file__).resolve().parents[1]
WIDTH, HEIGHT = 1400, 1000
LONGEST = 900  # seconds that a notebook may take
# An output higher than this hides what comes after it.
MOST_SCREENS = 1.5

NOW = "const lab = window.jupyterapp, panel = lab.shell.currentWidget;"
RUN_ALL = (
    NOW + "window.ran = ''; lab.commands.execute('notebook:run-all-cells')"
    ".then(() => window.ran = 'done').catch(error => window.ran = String(error));"
)
SAY = (
    NOW + "const done = arguments[1]; const told = []; const asked ="
    " panel.sessionContext.session.kernel.requestExecute({code: arguments[0]});"
    "asked.onIOPub = message => { const c = message.content;"
    " if (c.text) told.push(c.text); if (c.evalue) told.push(c.ename + ': ' + c.evalue); };"
    "asked.done.then(() => done(told.join('')));"
)


def main() -> int:
    """Run notebooks in a browser and say what does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="first letters of the notebooks' names")
    parser.add_argument("--pictures", type=Path, help="folder for pictures of what is shown")
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as url, browser() as page:
        for path in sorted((ROOT / "notebooks").glob(f"{options.only}*.ipynb")):
            began = time.perf_counter()
            faults = [*opened(page, url, path.name), *AFTER.get(path.stem[:2], nothing)(page)]
            faults += high(page)
            if options.pictures:
                pictures(page, options.pictures / path.stem)
            seconds = time.perf_counter() - began
            print(f"{path.stem}: {seconds:.0f} s", *faults, sep="\n  ", flush=True)
            failed += bool(faults)
    return min(failed, 1)


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """JupyterLab on a copy of the notebooks and scenarios."""
    for name in ("notebooks", "scenarios"):
        shutil.copytree(ROOT / name, folder / name)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}", "--allow-root",
        f"--ServerApp.root_dir={folder}", "--IdentityProvider.token=", "--ServerApp.password=",
        "--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly",
    ]  # fmt: skip
    room = {"PYTHONPATH": str(ROOT), "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings")}
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **room})
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: answers(f"{url}/api"), 120)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def answers(url: str) -> bool:
    """Whether a server is there."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium without a screen."""
    options = Options()
    options.binary_location = shutil.which("chromium") or "chromium"
    for switch in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
        "--disable-dev-shm-usage", f"--window-size={WIDTH},{HEIGHT}",
    ):  # fmt: skip
        options.add_argument(switch)
    page = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
    page.set_script_timeout(60)
    try:
        yield page
    finally:
        page.quit()


def opened(page: Any, url: str, name: str) -> list[str]:
    """Open a notebook in a workspace of its own and run all of it; what went wrong."""
    page.get(f"{url}/lab/workspaces/{name[:2]}/tree/notebooks/{name}?reset")
    ready = f"""{NOW} return !!(panel && panel.sessionContext && panel.sessionContext.session
        && panel.sessionContext.session.kernel && panel.content.widgets.length > 1
        && panel.sessionContext.session.kernel.status === 'idle')"""
    until(lambda: page.execute_script(f"try {{ {ready} }} catch (error) {{ return false }}"), 120)
    page.execute_script(RUN_ALL)
    until(lambda: page.execute_script("return window.ran"), LONGEST)
    said = page.execute_script("return window.ran")
    time.sleep(3)  # what a picture or a widget still sends
    errors = page.execute_script(
        NOW + "return panel.content.widgets.flatMap(cell => (cell.model.toJSON().outputs || [])"
        ".filter(o => o.output_type === 'error' || o.name === 'stderr')"
        ".map(o => o.evalue || o.text))"
    )
    return [f"run all: {said}"] * (said != "done") + [f"said: {text}" for text in errors]


def high(page: Any) -> list[str]:
    """Outputs that fill the screen and more."""
    found = page.execute_script(
        NOW + "return panel.content.widgets.map((cell, n) => [n, cell.node.querySelector("
        "'.jp-Cell-outputArea')]).filter(c => c[1]).map(c => [c[0], c[1].scrollHeight,"
        " c[1].scrollWidth - c[1].clientWidth])"
    )
    return [
        f"cell {n}: {pixels} pixels high, {wider} too wide"
        for n, pixels, wider in found
        if pixels > MOST_SCREENS * HEIGHT or wider > 2
    ]


def pictures(page: Any, folder: Path) -> None:
    """One picture of each screenful."""
    folder.mkdir(parents=True, exist_ok=True)
    page.set_window_size(WIDTH, 2000)
    time.sleep(1)
    reach = "const area = window.jupyterapp.shell.currentWidget.content.node.querySelector("
    reach += "'.jp-WindowedPanel-outer') || window.jupyterapp.shell.currentWidget.content.node;"
    whole, step = page.execute_script(reach + "return [area.scrollHeight, area.clientHeight]")
    for n, top in enumerate(range(0, int(whole), int(step))):
        page.execute_script(reach + "area.scrollTop = arguments[0]", top)
        time.sleep(0.7)
        page.save_screenshot(str(folder / f"{n:02}.png"))
    page.set_window_size(WIDTH, HEIGHT)


def asked(page: Any, code: str) -> str:
    """What the notebook's kernel prints."""
    return str(page.execute_async_script(SAY, code)).strip()


def nothing(_page: Any) -> list[str]:
    """Nothing more to try."""
    return []


def until(what: Callable[[], object], seconds: float) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s")
        time.sleep(0.3)


def sliders(page: Any) -> list[str]:
    """Nothing has moved that nobody moved, and a key on a slider moves it by one stop."""
    faults = []
    if (changes := asked(page, "print(mine.changes)")) != "{'parameters.mutual_optimism': 0.0}":
        faults.append(f"after Run All the slider of the next cell has {changes}")
    moved = "//*[contains(@class, 'widget-html-content') and contains(., 'Moved: {}')]"
    untouched = page.find_elements(By.XPATH, moved.format("nothing yet"))
    if len(untouched) != 1:
        faults.append("the first picture says that something was moved")
    handle = page.find_elements(By.CSS_SELECTOR, ".noUi-handle")[0]
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", handle)
    handle.send_keys(Keys.ARROW_RIGHT)
    try:
        until(lambda: not page.find_elements(By.XPATH, moved.format("nothing yet")), 60)
    except TimeoutError:
        faults.append("a key on the first slider moved nothing")
    return faults


def buttons(page: Any) -> list[str]:
    """A seat waits for its reader after Run All; a double click answers one question."""
    faults = []
    if asked(page, "print(seat.question is None, len(seat.history))") != "False 0":
        faults.append("after Run All the seat of the reader has been played")
    click(page, 0)
    until(lambda: asked(page, "print(len(seat.history))") == "1", 60)
    until(lambda: page.find_elements(By.XPATH, "//i[starts-with(., 'Question 1:')]"), 60)
    click(page, 0, times=2)
    time.sleep(5)
    if (given := asked(page, "print(len(seat.history))")) != "2":
        faults.append(f"a double click gave {int(given) - 1} answers")
    asked(page, "_ = seat.play()")
    until(lambda: page.find_elements(By.XPATH, "//b[. = 'The war is over.']"), 60)
    if any(button.is_enabled() for button in shown(page)[:3]):
        faults.append("a war that a cell has played to its end has buttons that look alive")
    click(page, 3)
    try:
        until(lambda: not page.find_elements(By.XPATH, "//b[. = 'The war is over.']"), 60)
    except TimeoutError:
        faults.append("an answer cannot be taken back when the war is over")
    return faults


def shown(page: Any) -> list[Any]:
    """The buttons of a seat."""
    return list(page.find_elements(By.CSS_SELECTOR, ".jp-OutputArea .jupyter-button"))


def click(page: Any, number: int, times: int = 1) -> None:
    """Press a button of a seat, as fast as a double click."""
    page.execute_script(
        "const button = arguments[0]; button.scrollIntoView({block: 'center'});"
        "for (let n = 0; n < arguments[1]; n++) button.click()", shown(page)[number], times
    )  # fmt: skip


AFTER: dict[str, Callable[[Any], list[str]]] = {"02": sliders, "08": buttons}

if __name__ == "__main__":
    sys.exit(main())
