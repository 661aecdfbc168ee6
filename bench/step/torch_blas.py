"""Which library the matrix products of torch come from."""

import torch


def blas():
    """The library that matrix products come from: the reference one is an order of magnitude slower than any other."""
    torch.ones(64, 64) @ torch.ones(64, 64)
    with open("/proc/self/maps") as maps:
        files = {line.split()[-1].rsplit("/", 1)[-1] for line in maps if "/" in line}
    return next((file for file in sorted(files, reverse=True) if "blas" in file or "mkl" in file), "unknown BLAS")
