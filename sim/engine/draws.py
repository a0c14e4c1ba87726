"""The one source of randomness: a draw is a function of its name.

A draw belongs to (seed, run, decision, subject, week) and to nothing else. It exists whether
anybody computes it or not, so variants of a scenario share their luck, a single run of an
ensemble can be replayed alone, and a new phase shifts nobody else's draws.

The generator is Philox4x64-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as
easy as 1, 2, 3", SC11). Key: (seed, run). Counter: (subject, week, decision // 4, 0). One block
gives four words; a decision takes word (decision mod 4).
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.engine.decisions import DRAWS
from sim.rules.jit import compiled, overload

DECISIONS = 1 + max(DRAWS.values())
# No draws from outside: the generator's are taken.
NO_DRAWS = np.zeros((0, 0, 0))

_WORD = 0xFFFFFFFFFFFFFFFF
_M0 = np.uint64(0xD2E7470EE14C6C93)
_M1 = np.uint64(0xCA5A826395121157)
_W0, _W1 = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_12 = np.uint64(12)
_STEP = 2.0**-52
_TINY = 1e-12


def __getattr__(name: str) -> int:
    """Number of a draw by its name in capitals, as `draws.RATIFY`."""
    if name.isupper() and name.lower() in DRAWS:
        return DRAWS[name.lower()]
    raise AttributeError(f"no draw is called {name}")


@functools.lru_cache(maxsize=10_000)
def subject(name: str) -> np.uint64:
    """Identity of a subject: 64 bits of BLAKE2b of its name, the same on every machine.

    Parameters
    ----------
    name : str
        ``"actor:iran"``, ``"issue:arms"``, ``"pair:iran>russia"``, ``"run"`` ...
    """
    return np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big"))


def round_keys(seed: int, run: int) -> NDArray[np.uint64]:
    """The ten Philox round keys of one run.

    Parameters
    ----------
    seed, run : int
        In [0, 2**64).

    Returns
    -------
    ndarray of uint64, shape (10, 2)

    Raises
    ------
    ValueError
        If one is out of range.
    """
    for name, value in (("seed", seed), ("run", run)):
        if not 0 <= value <= _WORD:
            raise ValueError(f"{name} must be a whole number from 0 to 2**64 - 1, is {value}")
    keys = [((seed + n * _W0) & _WORD, (run + n * _W1) & _WORD) for n in range(10)]
    return np.array(keys, dtype=np.uint64)


def block_keys(seed: int, runs: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The Philox round keys of many runs of one seed, shape (runs, 10, 2); see `round_keys`.

    Parameters
    ----------
    seed, runs : int, ndarray of uint64 of shape (runs,)
        In [0, 2**64).
    """
    steps = np.arange(10, dtype=np.uint64)
    with np.errstate(over="ignore"):
        first = np.uint64(seed) + steps * np.uint64(_W0)
        second = runs[:, None] + steps * np.uint64(_W1)
    return np.stack([np.broadcast_to(first, second.shape), second], axis=-1)


def _product(a, b) -> tuple[int, int]:
    """High and low word of a 64 by 64 bit product, by halves that cannot overflow."""
    a0, a1 = a & _LOW, a >> _32
    b0, b1 = b & _LOW, b >> _32
    low = a0 * b0
    middle = a1 * b0 + (low >> _32)
    other = a0 * b1 + (middle & _LOW)
    return a1 * b1 + (middle >> _32) + (other >> _32), (other << _32) | (low & _LOW)


@overload(_product, inline="always")
def _product_compiled(a, b) -> Callable[..., tuple[int, int]]:
    from sim.engine.philox_multiply import high_word

    return lambda a, b: (high_word(a, b), a * b)  # type: ignore[call-arg]  # an intrinsic has one more


@compiled
def philox(keys, c0, c1, c2, c3) -> tuple[int, int, int, int]:
    """One block of Philox4x64-10.

    Parameters
    ----------
    keys : ndarray of uint64, shape (10, 2)
        From `round_keys`.
    c0, c1, c2, c3 : uint64
        Counter. NumPy's ``Philox`` adds 1 to its counter before a block, so this at c + 1 is
        NumPy's first block at c.

    Returns
    -------
    tuple of four uint64
    """
    for n in range(10):
        high0, low0 = _product(_M0, c0)
        high1, low1 = _product(_M1, c2)
        c0, c1, c2, c3 = high1 ^ c1 ^ keys[n, 0], low1, high0 ^ c3 ^ keys[n, 1], low0
    return c0, c1, c2, c3


@compiled
def uniform(keys, decision, who, t) -> float:
    """The uniform draw on (0, 1) of a name; never 0 and never 1.

    Parameters
    ----------
    keys : ndarray of uint64, shape (10, 2)
        From `round_keys`.
    decision : int
        A value of `sim.engine.decisions.DRAWS`.
    who : uint64
        From `subject`.
    t : int
        Week, from 0.
    """
    a, b, c, d = philox(keys, who, np.uint64(t), np.uint64(decision // 4), np.uint64(0))
    place = decision % 4
    word = a if place == 0 else b if place == 1 else c if place == 2 else d
    return (float(word >> _12) + 0.5) * _STEP


@compiled
def uniforms(out, keys, fed, decision, who, t) -> None:
    """Fill `out` with the uniform draws of many subjects.

    Parameters
    ----------
    out : ndarray, shape (n,)
        Filled, in (0, 1).
    fed : ndarray, shape (weeks, DECISIONS, n or more), or (0, 0, 0)
        Draws from outside, taken instead of the generator's if there are any.
    keys, decision, who, t
        As in `uniform`; `who` is an array of subjects, shape (n,).
    """
    for i in range(out.shape[0]):
        if fed.shape[0] > 0:
            out[i] = fed[t, decision, i]
        else:
            out[i] = uniform(keys, decision, who[i], t)


@compiled
def uniforms_of(out, among, keys, fed, decision, who, t) -> None:
    """Fill `out` as `uniforms` does, but only where `among`, shape (n,), is set.

    Draws are named, so those that nobody looks at need not be made.
    """
    for i in range(out.shape[0]):
        if among[i]:
            if fed.shape[0] > 0:
                out[i] = fed[t, decision, i]
            else:
                out[i] = uniform(keys, decision, who[i], t)


@compiled
def logit(u) -> float:
    """ln(u / (1 - u)), u clipped to [1e-12, 1 - 1e-12]."""
    u = min(max(u, _TINY), 1.0 - _TINY)
    return math.log(u / (1.0 - u))


@compiled
def shocks(out, keys, fed, decision, who, t, choice_precision) -> None:
    """Fill `out` with choice shocks: a yes if and only if the shock is below the gain is a logit.

    The shock is ``logit(U) / choice_precision``.

    Parameters are those of `uniforms`, and `choice_precision`, the precision of choice.
    """
    uniforms(out, keys, fed, decision, who, t)
    for i in range(out.shape[0]):
        out[i] = logit(out[i]) / choice_precision


@compiled
def shocks_of(out, among, keys, fed, decision, who, t, choice_precision) -> None:
    """Fill `out` as `shocks` does, but only where `among`, shape (n,), is set."""
    uniforms_of(out, among, keys, fed, decision, who, t)
    for i in range(out.shape[0]):
        if among[i]:
            out[i] = logit(out[i]) / choice_precision


@compiled
def _ratio(a, b, x) -> float:
    """Ratio of two polynomials, highest power first."""
    top, bottom = a[0], b[0]
    for n in range(1, len(a)):
        top = top * x + a[n]
        bottom = bottom * x + b[n]
    return top / bottom


# fmt: off
_MID = ((2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
         4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
         1.3314166789178437745e2, 3.3871328727963666080e0),
        (5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
         2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
         4.2313330701600911252e1, 1.0))
_NEAR = ((7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
          1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0,
          4.63033784615654529590e0, 1.42343711074968357734e0),
         (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
          1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
          2.05319162663775882187e0, 1.0))
_FAR = ((2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
         2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
         5.46378491116411436990e0, 6.65790464350110377720e0),
        (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
         7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
         5.99832206555887937690e-1, 1.0))
# fmt: on


@compiled
def normal_of(u) -> float:
    """Standard normal quantile of u in (0, 1): Wichura 1988, algorithm AS 241 (PPND16).

    One uniform gives one normal, so a normal draw has a name like any other; only `sqrt` and
    `log` are used, which agree to the last bit compiled and interpreted.
    """
    q = u - 0.5
    if abs(q) <= 0.425:
        return q * _ratio(_MID[0], _MID[1], 0.180625 - q * q)
    s = math.sqrt(-math.log(u if q < 0.0 else 1.0 - u))
    z = _ratio(_NEAR[0], _NEAR[1], s - 1.6) if s <= 5.0 else _ratio(_FAR[0], _FAR[1], s - 5.0)
    return -z if q < 0.0 else z
