"""A training step of the paper's network in PyTorch on the CPU, in two styles:

    pytorch.py fast|published THREADS STEPS     prints the kernel of the BLAS, then the seconds of each step after the first

fast is written for speed: inputs projected in one product and unbound, states in a list and stacked, noise drawn at once,
one fused addmm per time step, no write into a tensor of all times. published is in the style of the published code, in our
own words: each time step takes its slice of input and noise, and writes its state in place, into a tensor that holds the
running state and into a preallocated one of all times, from which the readout is taken. Automatic differentiation undoes
such a write by copying the whole tensor, at each step.
"""
import ctypes
import math
import sys
import time

import torch

N, B, T, DT, NOISE = 512, 32, 360, 0.2, 0.2
style = sys.argv[1]
torch.set_num_threads(int(sys.argv[2]))
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


def fast():
    drive = (DT * (u @ w_in.T) + math.sqrt(DT) * NOISE * torch.randn(T, B, N)).unbind(0)
    wt = DT * w.T
    x, states = torch.randn(B, N), []
    for d in drive:
        states.append(x)
        x = torch.addmm(torch.add(d, x, alpha=1 - DT), torch.tanh(x), wt)
    z = torch.stack(states) @ w_out.T
    return ((z[5::5] - y[5::5]) ** 2).mean()


def published():
    noise = math.sqrt(DT) * NOISE * torch.randn(B, T, N)
    states, running = torch.zeros(T, B, N), torch.randn(1, B, N)
    for t in range(T):
        states[t] = running[0]
        x = running[0]
        drive = torch.tanh(x) @ w.T + u[t] @ w_in.T
        running[0] = (1 - DT) * x + DT * drive + noise[:, t]
    z = states @ w_out.T
    return ((z[5::5] - y[5::5]) ** 2).mean()


def step():
    adam.zero_grad()
    loss = fast() if style == "fast" else published()
    loss.backward()
    adam.step()
    return loss.item()


def kernel():
    try:
        name = ctypes.CDLL("libblas.so.3").openblas_get_corename
    except (OSError, AttributeError):
        return "unknown"
    name.restype = ctypes.c_char_p
    return name().decode()


print(kernel())
step()
for _ in range(int(sys.argv[3])):
    begun = time.perf_counter()
    step()
    print(f"{time.perf_counter() - begun:.4f}")
