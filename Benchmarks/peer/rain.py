#!/usr/bin/env python3
"""Times or trains with rain-neuromorphics/energy-based-learning (PyTorch), the same network, sweeps, batch and threads as ours.

    rain.py --path CHECKOUT --network 32-64-128-128 --batch 32 --free 60 --nudged 20 --threads 1 --steps 3
    rain.py --path CHECKOUT --network 32-64-128-128 --train 5000 --epochs 10 --data CIFAR_FOLDER

The first form times training steps on random images; the second trains on the first images of CIFAR-10 with the settings of the
checkout's own studies and prints accuracy against training time. Output is JSON, one object a line. See ../README.md.
"""

import argparse
import json
import os
import sys


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--path", required=True, help="checkout of rain-neuromorphics/energy-based-learning")
    parser.add_argument("--network", default="32-64-128-128", help="channels of the four convolutional layers")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, help="samples a step (default: 32 for timing, the study's 128 for training)")
    parser.add_argument("--free", type=int, help="sweeps of the free phase (default: the study's)")
    parser.add_argument("--nudged", type=int, help="sweeps of each of the two nudged phases (default: the study's)")
    parser.add_argument(
        "--study", choices=("comparative", "speedup"), help="whose settings (default: speedup to time, comparative to train)"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=3, help="timing: steps measured, after a first (default: %(default)s)")
    parser.add_argument("--wait", action="store_true", help="timing: one line a step, each step on a line of standard input")
    parser.add_argument("--train", type=int, metavar="N", help="train on the first N images of CIFAR-10")
    parser.add_argument(
        "--validate", type=int, default=1000, help="training: images held out at the set's end (default: %(default)s)"
    )
    parser.add_argument("--epochs", type=int, default=10, help="training (default: %(default)s)")
    parser.add_argument("--every", type=int, metavar="STEPS", help="training: a line every so many steps too")
    parser.add_argument("--target", type=float, metavar="PERCENT", help="training: stop at this validation accuracy")
    parser.add_argument("--data", help="folder of CIFAR-10's binary batches")
    options = parser.parse_args()
    options.channels = [int(channels) for channels in options.network.split("-")]
    if len(options.channels) != 4:
        parser.error(f"--network {options.network}: the peer's 32 × 32 network has four convolutional layers")
    if not os.path.isfile(os.path.join(options.path, "model", "hopfield", "network.py")):
        parser.error(f"--path {options.path}: no model/hopfield/network.py in it, expected a checkout of the peer")
    if options.train and not options.data:
        parser.error("--train needs --data, the folder of CIFAR-10's binary batches")
    if options.train and options.train + options.validate > 50000:
        parser.error("--train and --validate together exceed the 50,000 training images")
    options.study = options.study or ("comparative" if options.train else "speedup")
    options.batch = options.batch or (128 if options.train else 32)
    return options


def main():
    options = arguments()
    # PyTorch and its libraries read these when they are loaded.
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(options.threads)
    sys.path.insert(0, options.path)
    from rain_model import Peer
    from rain_runs import answer_steps, time_steps, train

    peer = Peer(options)
    task = train if options.train else answer_steps if options.wait else time_steps
    for line in task(peer, options):
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
