"""torch's side of `npm run bench -- gemm`: {"n": ..., "threads": ..., "seconds": ...} on each line of standard input is answered
with {"micros": ...}, of one product of two float32 matrices. The first line out is {"version": ..., "blas": ...}.
"""

import json
import sys
import time

import torch

from torch_blas import blas

print(json.dumps({"version": torch.__version__, "blas": blas()}), flush=True)
for line in sys.stdin:
    order = json.loads(line)
    torch.set_num_threads(order["threads"])
    a, b = torch.rand(order["n"], order["n"]), torch.rand(order["n"], order["n"])
    c = torch.empty(order["n"], order["n"])
    for _ in range(3):
        torch.mm(a, b, out=c)
    start, count = time.perf_counter(), 0
    while count < 3 or time.perf_counter() - start < order["seconds"]:
        torch.mm(a, b, out=c)
        count += 1
    print(json.dumps({"micros": (time.perf_counter() - start) / count * 1e6}), flush=True)
