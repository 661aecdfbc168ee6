"""torch's side of `npm run bench -- step --device webgpu`: training steps and matrix products on CUDA, in float32 without TF32.

Every line of standard input is an order: {"torch": ..., "batch": ..., "input": [...], "vocabulary": ... | null, "target": [...],
"classes": ..., "seconds": ...} for a network, {"gemm": n, "seconds": ...} for a product. The answer is one line, microseconds a
step in each way, or why there are none: {"eager": ..., "compiled": ..., "graph": ..., "reasons": {...}}.
"""

import json
import os
import sys
import time

import torch
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from torch_models import GPT, Last  # noqa: E402, F401: named by the orders

torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False


def network(order):
    """A function that takes one training step."""
    torch.manual_seed(0)
    model = eval(order["torch"]).cuda()
    shape = (order["batch"], *order["input"])
    x = torch.randint(order["vocabulary"], shape) if order["vocabulary"] else torch.rand(shape)
    y = torch.randint(order["classes"], (order["batch"], *order["target"]))
    x, y = x.cuda(), y.cuda()
    optimizer = torch.optim.Adam(model.parameters(), capturable=True)
    loss_of = nn.CrossEntropyLoss()

    def step(model=model):
        optimizer.zero_grad(set_to_none=True)
        loss_of(model(x), y).backward()
        optimizer.step()

    return step, model


def product(n):
    a, b = torch.rand(n, n, device="cuda"), torch.rand(n, n, device="cuda")
    c = torch.empty(n, n, device="cuda")
    return lambda: torch.mm(a, b, out=c)


def micros(step, seconds):
    for _ in range(5):
        step()
    torch.cuda.synchronize()
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        for _ in range(8):
            step()
        torch.cuda.synchronize()
        count += 8
    return (time.perf_counter() - start) / count * 1e6


def captured(step):
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


def compiled(order):
    step, model = network(order)
    fast = torch.compile(model)
    return lambda: step(fast)


def ways(order):
    if "gemm" in order:
        return {"eager": lambda: product(order["gemm"])}
    return {
        "eager": lambda: network(order)[0],
        "compiled": lambda: compiled(order),
        "graph": lambda: captured(network(order)[0]),
    }


def measured(order):
    answer, reasons = {"eager": None, "compiled": None, "graph": None}, {}
    for name, make in ways(order).items():
        try:
            answer[name] = micros(make(), order["seconds"])
        except Exception as error:  # one way that does not run leaves the others
            reasons[name] = str(error).split("\n")[0][:200]
        torch.cuda.empty_cache()
    return {**answer, "reasons": reasons}


print(json.dumps({"version": torch.__version__, "gpu": torch.cuda.get_device_name()}), flush=True)
for line in sys.stdin:
    print(json.dumps(measured(json.loads(line))), flush=True)
