"""A training step of the paper's network in PyTorch on the CPU, written for speed: inputs projected in one product and
unbound, states in a list and stacked, noise drawn at once, no write into a tensor of all times.

    pytorch.py THREADS STEPS        prints the seconds of each step after the first
"""
import math
import sys
import time

import torch

N, B, T, DT, NOISE = 512, 32, 360, 0.2, 0.2
torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(1)

w_in = torch.randn(N, 2, requires_grad=True)
w = (1.5 / math.sqrt(N) * torch.randn(N, N)).requires_grad_()
w_out = (1 / math.sqrt(N) * torch.randn(2, N)).requires_grad_()
adam = torch.optim.Adam([w_in, w, w_out], lr=0.02 / N)

u, y = torch.zeros(T, B, 2), torch.zeros(T, B, 2)
tau = (torch.arange(5, T) - 5) * DT
for b in range(B):
    u[:5, b, b % 2] = 1
    y[5:, b, 0] = torch.sin((1 - 2 * (b % 2)) * 2 * math.pi * 0.1 * tau)
    y[5:, b, 1] = torch.cos(2 * math.pi * 0.1 * tau)


def step():
    adam.zero_grad()
    drive = (DT * (u @ w_in.T) + math.sqrt(DT) * NOISE * torch.randn(T, B, N)).unbind(0)
    wt = DT * w.T
    x, states = torch.randn(B, N), []
    for d in drive:
        states.append(x)
        x = torch.addmm(torch.add(d, x, alpha=1 - DT), torch.tanh(x), wt)
    z = torch.stack(states) @ w_out.T
    loss = ((z[5::5] - y[5::5]) ** 2).mean()
    loss.backward()
    adam.step()
    return loss.item()


step()
for _ in range(int(sys.argv[2])):
    begun = time.perf_counter()
    step()
    print(f"{time.perf_counter() - begun:.4f}")
