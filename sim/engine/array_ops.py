"""Small steps on arrays that the scheduler takes, compiled with it."""

from __future__ import annotations

from sim.rules.jit import compiled


@compiled
def put(out, source) -> None:
    """Copy a vector."""
    for i in range(out.shape[0]):
        out[i] = source[i]


@compiled
def put_table(out, source) -> None:
    """Copy a matrix."""
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = source[i, j]


@compiled
def fill(out, number) -> None:
    """Fill a vector."""
    for i in range(out.shape[0]):
        out[i] = number


@compiled
def zero(matrix) -> None:
    """Fill a matrix with zeros."""
    for i in range(matrix.shape[0]):
        for j in range(matrix.shape[1]):
            matrix[i, j] = 0.0


@compiled
def any(flags, among) -> bool:
    """Whether any of `flags` is set that is also in `among`."""
    for i in range(flags.shape[0]):
        if flags[i] and among[i]:
            return True
    return False


@compiled
def keep_rows(record, t, block) -> None:
    """Record a block of vectors; nothing is done if the part is not kept."""
    if record.shape[0] > 0:
        for v in range(block.shape[0]):
            for i in range(block.shape[1]):
                record[t, v, i] = block[v, i]


@compiled
def keep_tables(record, t, block) -> None:
    """Record a block of matrices; nothing is done if the part is not kept."""
    if record.shape[0] > 0:
        for v in range(block.shape[0]):
            for i in range(block.shape[1]):
                for j in range(block.shape[2]):
                    record[t, v, i, j] = block[v, i, j]


@compiled
def finite_rows(block) -> bool:
    """Whether every number of a block of vectors is finite."""
    total = 0.0
    for v in range(block.shape[0]):
        for i in range(block.shape[1]):
            total += block[v, i] * 0.0  # 0 of a finite number, NaN of any other
    return total == 0.0


@compiled
def finite_tables(block) -> bool:
    """Whether every number of a block of matrices is finite."""
    total = 0.0
    for v in range(block.shape[0]):
        for i in range(block.shape[1]):
            for j in range(block.shape[2]):
                total += block[v, i, j] * 0.0
    return total == 0.0


@compiled
def below(out, shocks, gains) -> None:
    """Fill `out` with shock < gain: the answer yes."""
    for i in range(out.shape[0]):
        out[i] = shocks[i] < gains[i]
