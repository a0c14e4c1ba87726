"""Put the text of phases into the function that calls them, for the compiler.

A phase is a function of the whole state, which is more than a hundred arrays. Passed from one
compiled function to another they cost the compiler more time than all that the phases do, so it
sees one function, in which every call of a phase is replaced by the phase's own lines.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

# Statements with others in them that are read through; `_lines` and `_without` know their parts.
_BLOCKS = (ast.If, ast.For, ast.While, ast.With)
_WEEK, _GROUPS = "week", ("g", "w")


def inlined[**P, T](whole: Callable[P, T], name: str) -> Callable[P, T]:
    """A function with the same meaning in which no phase is called.

    A phase is a function that `phase` decorates. Its parameters have the names of the arguments
    that it is called with; it returns at its end, if at all. What it takes out of `g` and `w` is
    taken once, at the beginning; the fields of `week` are variables of the whole.

    Parameters
    ----------
    whole : function
        Calls phases as statements of their own, as the value of an assignment or as the condition
        of an ``if``.
    name : str
        Of the new function.

    Raises
    ------
    TypeError
        If a call of a phase stands elsewhere or has arguments of other names, if a phase returns
        before its end or holds a block other than `if`, `for`, `while` and `with`, or if a name
        would mean something else in one function than in two.
    """
    space: dict[str, Any] = {}
    tree = _tree(whole)
    tree.name = name
    held = {arg.arg for arg in tree.args.args} | _bound(tree.body)
    lines = list(_lines(tree.body, whole.__globals__, space, held))
    taken = {ast.unparse(line): line for line in _unpacking(lines, _GROUPS)}
    rest = _without(lines, (_WEEK, *_GROUPS))
    if any(isinstance(n, ast.Name) and n.id == _WEEK for line in rest for n in ast.walk(line)):
        raise TypeError("a phase takes fields out of week in a line of their own, as in t = week.t")
    fields = {line.partition(" = ")[0] for line in taken}
    for one in sorted(_bound(rest) & {*fields, *space}):
        raise TypeError(f"{one} is a variable of one phase and something else in another")
    tree.body = [*taken.values(), *rest]
    module = ast.fix_missing_locations(ast.Module([tree], []))
    exec(compile(module, inspect.getfile(whole), "exec"), space)
    made = space[name]
    made.__module__, made.__doc__ = whole.__module__, whole.__doc__
    return made  # type: ignore[no-any-return]  # made of text


def phase[F: Callable[..., object]](function: F) -> F:
    """Mark a function as a phase, see `inlined`."""
    function.is_phase = True  # type: ignore[attr-defined]  # a mark that functions do not have
    return function


def _tree(function: Callable[..., object]) -> ast.FunctionDef:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    tree.decorator_list, tree.body = [], tree.body[1:] if ast.get_docstring(tree) else tree.body
    return tree


def _bound(body: list[ast.stmt]) -> set[str]:
    """The variables that statements set."""
    return {
        node.id
        for line in body
        for node in ast.walk(line)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _lines(
    body: list[ast.stmt], names: dict[str, object], space: dict[str, object], held: set[str]
) -> Iterator[ast.stmt]:
    """Statements with those of phases in the place of their calls.

    Fills `space` with what names mean. A variable of a phase that its callers have too (`held`)
    gets another name, so that it stays its own.
    """
    for line in body:
        for name in (node.id for node in ast.walk(line) if isinstance(node, ast.Name)):
            meant = names.get(name)
            if meant is None or getattr(meant, "is_phase", False):
                continue
            if space.setdefault(name, meant) is not meant:
                raise TypeError(f"{name} is not the same in all phases")
        inner_lines = any(isinstance(n, ast.stmt) for n in ast.walk(line) if n is not line)
        if inner_lines and not isinstance(line, _BLOCKS):
            raise TypeError(f"{type(line).__name__}: not among phases")
        for field in ("body", "orelse"):
            if getattr(line, field, None):
                setattr(line, field, list(_lines(getattr(line, field), names, space, held)))
        place = "test" if isinstance(line, ast.If) else "value"
        call: Any = getattr(line, place, None)
        called: Any = names.get(getattr(getattr(call, "func", None), "id", ""))
        if not getattr(called, "is_phase", False):
            # In the statements of its body none is left.
            for node in ast.walk(line):
                if isinstance(node, ast.Name) and getattr(names.get(node.id), "is_phase", False):
                    raise TypeError(f"the call of a phase is no statement of its own: {node.id}")
            yield line
            continue
        inner = _tree(called)
        if [arg.arg for arg in inner.args.args] != [getattr(a, "id", "") for a in call.args]:
            raise TypeError(f"{inner.name} is called with arguments of other names")
        own = _bound([one for one in inner.body if _source(one) not in (_WEEK, *_GROUPS)])
        clashing = own & (held - _bound([line]))
        for one in sorted(clashing & {arg.arg for arg in inner.args.args}):
            raise TypeError(f"{inner.name} sets {one}, a variable of its caller")
        for node in ast.walk(inner):
            # Its own variables stay its own, whatever its callers call theirs.
            if isinstance(node, ast.Name) and node.id in clashing:
                node.id = f"{node.id}_of_{inner.name}"
        last = inner.body[-1]
        if isinstance(last, ast.Return):
            inner.body.pop()
            setattr(line, place, last.value)
        if any(isinstance(node, ast.Return) for one in inner.body for node in ast.walk(one)):
            raise TypeError(f"{inner.name} returns before its end")
        own = {f"{one}_of_{inner.name}" if one in clashing else one for one in own}
        yield from _lines(inner.body, called.__globals__, space, held | own)
        if isinstance(last, ast.Return):
            yield line


def _source(line: ast.stmt) -> str:
    """The tuple out of which a statement takes fields by their names; empty if it does not."""
    if not isinstance(line, ast.Assign):
        return ""
    value = line.value
    fields = value.elts if isinstance(value, ast.Tuple) else [value]
    from_one = {getattr(getattr(field, "value", None), "id", "") for field in fields}
    return from_one.pop() if len(from_one) == 1 else ""


def _unpacking(body: list[ast.stmt], groups: tuple[str, ...]) -> Iterator[ast.stmt]:
    """Every field that statements take out of some tuples, each as a statement of its own."""
    for line in (inner for outer in body for inner in ast.walk(outer)):
        if isinstance(line, ast.stmt) and (source := _source(line)) in groups:
            if _bound([line]) != {n.attr for n in ast.walk(line) if isinstance(n, ast.Attribute)}:
                raise TypeError(f"{ast.unparse(line)}: fields keep their names")
            for node in ast.walk(line):
                if isinstance(node, ast.Attribute):
                    yield ast.parse(f"{node.attr} = {source}.{node.attr}").body[0]


def _without(body: list[ast.stmt], groups: tuple[str, ...]) -> list[ast.stmt]:
    """Statements but for those that take fields out of some tuples, or make the first of them."""
    kept = []
    for line in body:
        for field in ("body", "orelse"):
            if getattr(line, field, None):
                setattr(line, field, _without(getattr(line, field), groups))
        makes = isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") == groups[0]
        if not makes and _source(line) not in groups:
            kept.append(line)
    return kept
