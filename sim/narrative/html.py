"""Pieces of a page that can be read by itself, as HTML (no scripts, one style sheet) or as text.

Texts are escaped here; a `body` is HTML already.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from string import Template

from sim.writing import MARKS

STYLE = """
:root { color-scheme: light; }
body { font: 1rem/1.5 system-ui, sans-serif; color: #222; background: #fff; margin: 0 auto;
  padding: 0 1rem 3rem; max-width: 58rem; overflow-wrap: break-word; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 1.5rem 0 .5rem; }
h2 { font-size: 1.3rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid #ccc; }
h3 { font-size: 1.1rem; } h4 { font-size: 1rem; margin-bottom: .3rem; }
.honest { border-left: 4px solid #d55e00; padding: .3rem .8rem; background: #faf5ee; }
.note { color: #555; font-size: .9rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { color: #555; } dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .9rem; width: 100%; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0;
  border-bottom: 1px solid #e3e3e3; }
tbody th { font-weight: 400; } td { font-variant-numeric: tabular-nums; }
figure { margin: 1.5rem 0; } img { max-width: 100%; height: auto; }
figcaption { color: #555; font-size: .9rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .8rem; background: #f6f6f4;
  padding: .8rem; }
summary { cursor: pointer; font-weight: 600; }
li { margin: .25rem 0; }
@media (max-width: 32rem) {
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; }
}
@media print {
  body { max-width: none; font-size: 10pt; padding: 0; }
  figure, tr, li { break-inside: avoid; } h2, h3, h4, caption { break-after: avoid; }
  .wide { overflow: visible; }
}
"""

_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
$mark
<title>$title</title>
<style>$style</style>
</head>
<body>
<main>
$body
</main>
</body>
</html>
""")


def page(title: str, body: str) -> str:
    """A whole page."""
    return _PAGE.substitute(title=escape(title), mark=MARKS[".html"], style=STYLE, body=body)


def section(heading: str, body: str) -> str:
    """A part of a page under a heading."""
    return f"<section>\n<h2>{escape(heading)}</h2>\n{body}\n</section>"


def paragraph(words: str, kind: str = "") -> str:
    """A paragraph, of a class if `kind` is given."""
    name = f' class="{kind}"' if kind else ""
    return f"<p{name}>{escape(words)}</p>"


def items(entries: Iterable[str]) -> str:
    """A list of paragraphs."""
    return "<ul>" + "".join(f"<li>{escape(entry)}</li>" for entry in entries) + "</ul>"


def pairs(entries: Mapping[str, str]) -> str:
    """Names and what belongs to them."""
    rows = (f"<dt>{escape(name)}</dt><dd>{escape(words)}</dd>" for name, words in entries.items())
    return "<dl>" + "".join(rows) + "</dl>"


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column names its rows; it scrolls by itself where it is too wide.

    Numbers stay on one line, in a notebook too, which has no style sheet of this page.
    """
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td{_one_line(cell)}>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>\n"
        for row in rows
    )
    return (
        '<div class="wide" style="overflow-x: auto"><table>\n'
        f"<caption>{escape(caption)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table></div>"
    )


def _one_line(cell: str) -> str:
    """A style for cells that hold a number or an interval."""
    number = re.fullmatch(r"[-+\d.,%e ]+(?:(?:to|less than|more than) ?[-+\d.,%e ]+)*", cell)
    return ' style="white-space: nowrap"' if number else ""


type Blocks = list[str | list[str]]
"""A page as its title, paragraphs, and lists of entries."""


def plain(parts: Blocks, width: int) -> str:
    """A title, paragraphs and lists of entries as plain text."""
    wide = max(width, 20)
    found = (
        filled(block, wide) if isinstance(block, str) else "\n".join(hung(e, wide) for e in block)
        for block in parts
    )
    return "\n\n".join(block for block in found if block)


def filled(text: str, wide: int, first: str = "", then: str = "") -> str:
    """Text in lines that break between words only, with what they begin with."""
    return textwrap.fill(
        text, wide, initial_indent=first, subsequent_indent=then, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def hung(text: str, wide: int) -> str:
    """An entry of a list in such lines, the first of which stands out."""
    return filled(text, wide, "  ", " " * 6)


def marked(parts: Blocks) -> str:
    """The same as HTML, without a frame around it."""
    title, *rest = parts
    body = [f"<h1>{escape(str(title))}</h1>"]
    body += [items(b) if isinstance(b, list) else paragraph(b) for b in rest if b]
    return "\n".join(body)
