"""What is measured with the peer: the time of training steps, and accuracy against training time on a part of CIFAR-10."""

import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

MEAN = (0.4914, 0.4822, 0.4465)
DEVIATION = (3 * 0.2023, 3 * 0.1994, 3 * 0.2010)
RECORD = 1 + 3 * 32 * 32


def necessary_operations(channels, sweeps):
    """Floating-point operations that a training step needs for one sample, counted as direct convolutions.

    One forward and one transposed convolution an edge a sweep, the clamped input's forward convolution once, each weight's
    gradient once.
    """
    fan, side, edges = 3, 32, []
    for out in channels:
        edges.append(2 * out * fan * 9 * side * side)
        fan, side = out, side // 2
    edges.append(2 * 10 * fan * side * side)
    return edges[0] + sum(edges[1:]) * 2 * sweeps + sum(edges)


def measured_peak(size=2048, repeats=5):
    """GFLOP/s of PyTorch's best matrix product on the threads in use."""
    a, b = torch.rand(size, size), torch.rand(size, size)
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best / 1e9


def description(peer, options):
    """What was run, for every line of output."""
    return {
        "peer": "rain-neuromorphics/energy-based-learning",
        "torch": torch.__version__,
        "network": options.network,
        "batch": options.batch,
        "free": peer.free_sweeps,
        "nudged": peer.nudged_sweeps,
        "threads": options.threads,
        "study": options.study,
    }


def time_steps(peer, options):
    """One line: the best and the median of the measured steps, on random images."""
    x = torch.randn(options.batch, 3, 32, 32) / 3
    labels = torch.randint(10, (options.batch,))
    peer.step(x, labels)
    seconds = []
    for _ in range(options.steps):
        start = time.perf_counter()
        peer.step(x, labels)
        seconds.append(time.perf_counter() - start)
    best, median = min(seconds), float(np.median(seconds))
    operations = necessary_operations(options.channels, peer.free_sweeps + 2 * peer.nudged_sweeps)
    yield {
        **description(peer, options),
        "steps": options.steps,
        "samples_per_second": options.batch / best,
        "ms_per_sample": 1000 * best / options.batch,
        "median_samples_per_second": options.batch / median,
        "necessary_gflop_per_sample": operations / 1e9,
        "gflops": operations * options.batch / best / 1e9,
        "matrix_product_gflops": measured_peak(),
        "note": "samples_per_second, ms_per_sample and gflops are of the best step; "
        "gflops counts necessary operations only, matrix_product_gflops is PyTorch's own 2048³ product on the same threads",
    }


def answer_steps(peer, options):
    """A line when ready, then one a step, which is done for each line of standard input: to take turns with another program."""
    x = torch.randn(options.batch, 3, 32, 32) / 3
    labels = torch.randint(10, (options.batch,))
    sweeps = peer.set_sweeps(2, 2)
    peer.step(x, labels)
    peer.set_sweeps(*sweeps)
    yield description(peer, options)
    for _ in sys.stdin:
        start, processor_start = time.perf_counter(), time.process_time()
        peer.step(x, labels)
        yield {"seconds": time.perf_counter() - start, "processor_seconds": time.process_time() - processor_start}


def load_cifar(folder, indices):
    """Images [N, 3, 32, 32] of bytes and labels [N] of the training set, in the official order."""
    images, labels = [], []
    for number in range(1, 6):
        path = Path(folder, f"data_batch_{number}.bin")
        records = np.fromfile(path, np.uint8)
        if records.size != 10000 * RECORD:
            raise SystemExit(f"{path}: {records.size} bytes, expected {10000 * RECORD}")
        records = records.reshape(10000, RECORD)
        labels.append(records[:, 0])
        images.append(records[:, 1:].reshape(10000, 3, 32, 32))
    return np.concatenate(images)[indices], np.concatenate(labels)[indices].astype(np.int64)


def normalised(images):
    pixels = torch.from_numpy(np.ascontiguousarray(images)).float() / 255
    mean, deviation = (torch.tensor(values).view(1, 3, 1, 1) for values in (MEAN, DEVIATION))
    return (pixels - mean) / deviation


def augmented(images, generator):
    """The peer's own augmentation: a flip of half of the images, and a crop after an edge padding of 4."""
    padded = F.pad(torch.from_numpy(images).float(), (4, 4, 4, 4), mode="replicate").numpy().astype(np.uint8)
    out = np.empty_like(images)
    for index, (row, column) in enumerate(generator.integers(0, 9, (len(images), 2))):
        out[index] = padded[index, :, row : row + 32, column : column + 32]
    flipped = generator.random(len(images)) < 0.5
    out[flipped] = out[flipped, :, :, ::-1]
    return out


def train(peer, options):
    """A line an epoch, and every `--every` steps: seconds of training so far (without evaluation) and accuracies."""
    images, labels = load_cifar(options.data, np.arange(options.train))
    held_images, held_labels = load_cifar(options.data, np.arange(50000 - options.validate, 50000))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(peer.optimiser, T_max=options.epochs, eta_min=peer.study.final_rate)
    generator = np.random.default_rng(options.seed)
    steps = len(images) // options.batch
    seconds = processor_seconds = 0.0
    for epoch in range(1, options.epochs + 1):
        order, right, seen = generator.permutation(len(images)), 0, 0
        for step in range(1, steps + 1):
            start, processor_start = time.perf_counter(), time.process_time()
            chosen = order[seen : seen + options.batch]
            x = normalised(augmented(images[chosen], generator))
            right += peer.step(x, torch.from_numpy(labels[chosen]))
            seen += options.batch
            if step == steps:
                schedule.step()
            seconds += time.perf_counter() - start
            processor_seconds += time.process_time() - processor_start
            if step < steps and (not options.every or step % options.every):
                continue
            accuracy = evaluate(peer, held_images, held_labels, options.batch)
            yield {
                **description(peer, options),
                "epoch": epoch - 1 + step / steps,
                "training_seconds": seconds,
                "training_processor_seconds": processor_seconds,
                "train_accuracy": 100 * right / seen,
                "validation_accuracy": accuracy,
            }
            if options.target and accuracy >= options.target:
                return


def evaluate(peer, images, labels, batch):
    """Accuracy in percent."""
    right = 0
    for start in range(0, len(images), batch):
        part = slice(start, start + batch)
        right += peer.right_answers(normalised(images[part]), torch.from_numpy(labels[part]))
    return 100 * right / len(images)
