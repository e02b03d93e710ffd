"""Trains the paper's network in PyTorch, with the published settings: an independent check of what the simulator's networks
should reach.

    peer.py TASK READOUT SEED LOSSES.npy [WEIGHTS.npz]        TASK cycling, flipflop, romo or complexsine, READOUT small or large

512 units, 32 trials, tanh, g = 1.5, all weights by Adam, noise 0.2, initial noise 1. Tasks are written from their
description, apart from the Go code. The losses of all steps go into the file, the mean of the last 50 is printed; the
weights are named as in the simulator's weights.npz.
"""
import math
import sys

import numpy as np
import torch

N, B, DT, NOISE, GAIN = 512, 32, 0.2, 0.2, 1.5


def cycling(rng):
    steps = 360
    u, y, mask = (np.zeros((steps, B, 2), np.float32) for _ in range(3))
    tau = (np.arange(5, steps) - 5) * DT
    for b in range(B):
        u[:5, b, b % 2] = 1
        y[5:, b, 0] = (1 - 2 * (b % 2)) * np.sin(2 * np.pi * 0.1 * tau)
        y[5:, b, 1] = np.cos(2 * np.pi * 0.1 * tau)
    mask[5:] = 1
    return u, y, mask


def flipflop(rng):
    steps, pulse, grace = 125, 5, 10
    u, y, mask = (np.zeros((steps, B, 3), np.float32) for _ in range(3))
    for b in range(B):
        at = int(rng.uniform(0, 1) / DT)
        first, count = rng.permutation(3), 0
        held = np.full(3, np.nan)  # the sign that each output holds
        while at <= steps:
            if count < 3:
                channel, gap = first[count], 11
            else:
                channel, gap = rng.integers(3), int((rng.uniform(3, 10) + 2) / DT)
            sign, end = rng.choice([-1, 1]), at + gap
            u[at:at + pulse, b, channel] = sign
            for c in range(3):
                if c == channel:
                    y[at + grace:end, b, c], mask[at + grace:end, b, c] = sign, 1
                elif not np.isnan(held[c]):
                    y[at:end, b, c], mask[at:end, b, c] = held[c], 1
            held[channel] = sign
            at, count = end, count + 1
    return u, y, mask


def romo(rng):
    steps, pulse, wait, decision = 145, 5, 20, 40
    u, y, mask = (np.zeros((steps, B, 1), np.float32) for _ in range(3))
    for b in range(B):
        first = int(rng.uniform(1, 3) / DT)
        second = first + pulse + int(rng.uniform(2, 12) / DT)
        decide = second + pulse + wait
        a = rng.uniform(0.5, 1.5, 2)
        while abs(a[0] - a[1]) < 0.2:
            a = rng.uniform(0.5, 1.5, 2)
        u[first:first + pulse, b, 0], u[second:second + pulse, b, 0] = a
        y[decide:decide + decision, b, 0] = np.sign(a[0] - a[1])
        mask[decide:decide + decision, b, 0] = 1
    return u, y, mask


def complexsine(rng):
    x = rng.uniform(0, 1, B).astype(np.float32)
    t = np.arange(250, dtype=np.float32)[:, None] * DT
    u = np.broadcast_to(x + 0.25, (250, B))[..., None].astype(np.float32)
    y = np.sin(2 * np.pi * (0.04 + 0.16 * x) * t)[..., None].astype(np.float32)
    return u, y, np.ones_like(y)


TASKS = {  # batch, steps, rate × N of small and large, time steps from one counted point to the next
    "cycling": (cycling, 1000, {"small": 0.02, "large": 0.02}, 5),
    "flipflop": (flipflop, 4000, {"small": 0.005, "large": 0.01}, 5),
    "romo": (romo, 6000, {"small": 0.005, "large": 0.01}, 5),
    "complexsine": (complexsine, 6000, {"small": 0.005, "large": 0.005}, 2),
}


def main(task, readout, seed, out, weights=None):
    torch.set_num_threads(1)
    torch.manual_seed(int(seed))
    rng = np.random.default_rng(int(seed))
    batch, updates, rates, every = TASKS[task]
    inputs = outputs = batch(rng)[0].shape[2]
    w_in = torch.randn(N, inputs, requires_grad=True)
    w = (GAIN / math.sqrt(N) * torch.randn(N, N)).requires_grad_()
    w_out = ((1 if readout == "large" else 1 / math.sqrt(N)) / math.sqrt(N) * torch.randn(outputs, N)).requires_grad_()
    adam = torch.optim.Adam([w_in, w, w_out], lr=rates[readout] / N)
    losses = np.zeros(updates)
    for k in range(updates):
        u, y, mask = (torch.from_numpy(a) for a in batch(rng))
        adam.zero_grad()
        drive = (DT * (u @ w_in.T) + math.sqrt(DT) * NOISE * torch.randn(len(u), B, N)).unbind(0)
        wt = DT * w.T
        x, states = torch.randn(B, N), []
        for d in drive:
            states.append(x)
            x = torch.addmm(torch.add(d, x, alpha=1 - DT), torch.tanh(x), wt)
        z = torch.stack(states[::every]) @ w_out.T
        m = mask[::every]
        loss = (m * (z - y[::every]) ** 2).sum() / m.sum()
        loss.backward()
        adam.step()
        losses[k] = loss.item()
        if (k + 1) % 50 == 0:
            np.save(out, losses[:k + 1])
            print(task, readout, seed, k + 1, f"{losses[k - 49:k + 1].mean():.5f}", flush=True)
    if weights:
        np.savez(weights, **{"in": w_in.detach(), "rec": w.detach(), "out": w_out.detach()})


if __name__ == "__main__":
    main(*sys.argv[1:])
