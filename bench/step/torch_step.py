"""Times torch's training step (forward, backward, Adam) of one workload and prints it as JSON.

Reads {"torch": ..., "batch": ..., "input": [...], "vocabulary": ... | null, "target": [...], "classes": ..., "seconds": ...}
from standard input. The better of one and of all threads counts.
"""

import json
import os
import sys
import time

import torch
from torch import nn


class Last(nn.Module):
    """A recurrent layer whose last step goes on."""

    def __init__(self, recurrent, head):
        super().__init__()
        self.recurrent, self.head = recurrent, head

    def forward(self, x):
        return self.head(self.recurrent(x)[0][:, -1])


class GPT(nn.Module):
    def __init__(self, vocabulary, width, heads, layers, ff, context):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.places = nn.Embedding(context, width)
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(width, heads, ff, dropout=0, batch_first=True) for _ in range(layers)
        )
        self.head = nn.Linear(width, vocabulary)
        self.register_buffer("mask", torch.triu(torch.full((context, context), float("-inf")), diagonal=1))

    def forward(self, x):
        h = self.tokens(x) + self.places(torch.arange(x.shape[1]))
        for block in self.blocks:
            h = block(h, src_mask=self.mask)
        return self.head(h).permute(0, 2, 1)


def measure(job, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = eval(job["torch"])
    optimizer = torch.optim.Adam(model.parameters())
    loss_of = nn.CrossEntropyLoss()
    shape = (job["batch"], *job["input"])
    x = torch.randint(job["vocabulary"], shape) if job["vocabulary"] else torch.randn(shape)
    y = torch.randint(job["classes"], (job["batch"], *job["target"]))

    def step():
        optimizer.zero_grad()
        loss_of(model(x), y).backward()
        optimizer.step()

    for _ in range(5):
        step()
    best, until = float("inf"), time.perf_counter() + job["seconds"]
    while time.perf_counter() < until:
        start, count = time.perf_counter(), 0
        while count < 3 or time.perf_counter() - start < 0.05:
            step()
            count += 1
        best = min(best, (time.perf_counter() - start) / count)
    return best * 1e6


job = json.load(sys.stdin)
counts = sorted({1, os.cpu_count() or 1})
print(json.dumps({"version": torch.__version__, "micros": {str(n): measure(job, n) for n in counts}}))
