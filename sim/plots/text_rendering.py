"""Draw texts literally: no mathematics from dollar signs, and fonts for letters of any script."""

from __future__ import annotations

import functools
import logging
import unicodedata
from collections.abc import Iterable, Sequence

from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator

FAMILY = "DejaVu Sans"
MISSING = "\N{REPLACEMENT CHARACTER}"
# Not `warnings`: the line stands alone on the terminal, without a path and a line of code.
_LOG = logging.getLogger(__name__)


def as_written(axes: Sequence[Axes], others: Iterable[Text] = ()) -> None:
    """Draw every text of some Axes as it is written, in fonts that have its letters.

    They are all Axes of one figure, and `others` are its texts that belong to none. A dollar sign
    does not begin mathematics. A letter that no font of this machine has is drawn as a question
    mark in a box, and one line on standard error says what to install.
    """
    texts = list(others)
    for ax in axes:
        for axis in (ax.xaxis, ax.yaxis):
            written = [label.get_text() for label in axis.get_ticklabels()]
            shown = [_drawable(words) for words in written]
            # the labels of ticks are written again whenever the figure is drawn
            if shown != written and isinstance(axis.get_major_locator(), FixedLocator):
                axis.set_ticklabels(shown)
        texts += ax.findobj(Text)
    for text in texts:
        words = text.get_text()
        text.set_usetex(False)
        if "$" in words:
            text.set_parse_math(False)
        families, lost = fonts_for(_foreign(words))
        if families:
            text.set_fontfamily([FAMILY, *families])
        if lost:
            text.set_text(_drawable(words))


def _drawable(words: str) -> str:
    _, lost = fonts_for(_foreign(words))
    if not lost:
        return words
    _say_once()
    return "".join(MISSING if letter in lost else letter for letter in words)


def _foreign(words: str) -> frozenset[str]:
    """Letters that the font of all figures does not have."""
    if words.isascii():
        return frozenset()
    return frozenset(
        letter
        for letter in words
        if ord(letter) not in _letters_of(FAMILY) and unicodedata.category(letter)[0] not in "CZ"
    )


@functools.lru_cache(maxsize=2)
def _letters_of(family: str) -> frozenset[int]:
    path = font_manager.findfont(font_manager.FontProperties(family=[family]))
    return frozenset(font_manager.get_font(path).get_charmap())


@functools.lru_cache(maxsize=512)
def fonts_for(letters: frozenset[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Installed fonts that have some letters between them, and the letters that no font has.

    Fonts without serifs come first; if one font has all letters, it alone is named.
    """
    left = {ord(letter) for letter in letters}
    found: list[str] = []
    for family in _families() if left else ():
        try:
            there = left.intersection(_letters_of(family))
        except (OSError, RuntimeError, ValueError):  # a font of pictures, or a damaged file
            continue
        if there == left and len(there) == len(letters):
            return (family,), frozenset()
        if there:
            found.append(family)
            left -= there
        if not left:
            break
    return tuple(found), frozenset(map(chr, left))


@functools.cache
def _families() -> tuple[str, ...]:
    plain = {
        entry.name
        for entry in font_manager.fontManager.ttflist
        if (entry.style, entry.weight, entry.stretch) == ("normal", 400, "normal")
        and entry.name not in (FAMILY, "Last Resort")
    }

    def order(name: str) -> tuple[bool, bool, str]:
        return ("Sans" not in name, "Mono" in name, name)

    return tuple(sorted(plain, key=order))


@functools.cache
def _say_once() -> None:
    _LOG.warning(
        "some letters of this figure are in no font of this machine and are drawn as %s: install "
        "one that has them (for Chinese, Japanese and Korean: Noto Sans CJK, on Debian and Ubuntu "
        "the package fonts-noto-cjk), and start again",
        MISSING,
    )
