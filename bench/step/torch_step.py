"""torch's side of `npm run bench -- step`: one workload in one process, told line by line what to do.

The first line of standard input is {"torch": ..., "batch": ..., "input": [...], "vocabulary": ... | null, "target": [...],
"folder": ..., "steps": ...}. The folder holds theta (all parameters in their order), inputs and targets as plain numbers.
The answer is {"version": ..., "blas": ..., "losses": [...]}: the loss of each of the first steps from those weights on.
Every later line {"threads": ..., "seconds": ...} is answered with {"micros": ...}, of a step in that time.
"""

import json
import sys
import time

import torch
from torch import nn

from torch_blas import blas
from torch_models import GPT, Last  # noqa: F401: named by the orders


def read(job, name, dtype, shape):
    with open(f"{job['folder']}/{name}", "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=dtype).reshape(shape)


job = json.loads(sys.stdin.readline())
model = eval(job["torch"])
theta, used = read(job, "theta", torch.float32, (-1,)), 0
with torch.no_grad():
    for parameter in model.parameters():
        parameter.copy_(theta[used : used + parameter.numel()].reshape(parameter.shape))
        used += parameter.numel()
if used != theta.numel():
    sys.exit(f"the network here has {used} parameters, theirs {theta.numel()}")
x = read(job, "inputs", torch.float32, (-1, job["batch"], *job["input"]))
if job["vocabulary"]:
    x = x.long()
y = read(job, "targets", torch.int32, (-1, job["batch"], *job["target"])).long()
batches = list(zip(x, y))
optimizer = torch.optim.Adam(model.parameters())
loss_of = nn.CrossEntropyLoss()
taken = 0


def step():
    global taken
    inputs, targets = batches[taken % len(batches)]
    taken += 1
    optimizer.zero_grad()
    loss = loss_of(model(inputs), targets)
    loss.backward()
    optimizer.step()
    return loss


def answer(value):
    print(json.dumps(value), flush=True)


answer({"version": torch.__version__, "blas": blas(), "losses": [step().item() for _ in range(job["steps"])]})
for line in sys.stdin:
    order = json.loads(line)
    torch.set_num_threads(order["threads"])
    for _ in range(3):
        step()
    start, count = time.perf_counter(), 0
    while count < 3 or time.perf_counter() - start < order["seconds"]:
        step()
        count += 1
    answer({"micros": (time.perf_counter() - start) / count * 1e6})
