"""The high word of a product as one instruction, for the compiler alone."""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


@intrinsic
def high_word(typing, a, b):
    """High 64 bits of the product of two 64-bit words, one instruction of a processor."""

    def emit(context, builder, signature, arguments):
        wide = ir.IntType(128)
        a, b = (builder.zext(argument, wide) for argument in arguments)
        return builder.trunc(builder.lshr(builder.mul(a, b), wide(64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), emit
