"""The high word of a product as one instruction, for the compiler alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


@intrinsic
def high_word(typing: object, a: object, b: object) -> tuple[object, Callable[..., ir.Value]]:
    """High 64 bits of the product of two 64-bit words, one instruction of a processor."""

    def emit(
        context: object, builder: ir.IRBuilder, signature: object, arguments: Iterable[ir.Value]
    ) -> ir.Value:
        wide = ir.IntType(128)
        a, b = (builder.zext(argument, wide) for argument in arguments)
        return builder.trunc(builder.lshr(builder.mul(a, b), wide(64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), emit
