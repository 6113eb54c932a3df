#!/usr/bin/env python3
"""Draws the pictures of the README and the manual as SVG, beside this file. Needs Python's standard library only.

overview.svg  accuracy by epoch, from the tables of docs/results/results.md and results-cifar10.md, and the best cut of G22
              against time, from the g22-*.csv here:

    for machine in anneal sb-discrete cim-cac oscillator; do
      equilibria solve G22.txt --machine $machine --time 5 --seed 1 --trace docs/pictures/g22-$machine.csv
    done

modules.svg   the modules and what they import, from the tables below
"""

import csv
import math
import re
from pathlib import Path

FOLDER = Path(__file__).parent

# Colours follow the reader's light or dark theme.
STYLE = """
  .paper { fill: #ffffff } .ink { fill: #1f2328 } .pale { fill: #59636e } .grid { stroke: #d1d9e0 }
  .box { fill: #f6f8fa; stroke: #818b98 } .edge { stroke: #818b98; fill: none } .head { fill: #818b98 }
  .blue { stroke: #0969da } .orange { stroke: #bc4c00 } .green { stroke: #1a7f37 } .purple { stroke: #8250df }
  text.blue { fill: #0969da; stroke: none } text.orange { fill: #bc4c00; stroke: none }
  text.green { fill: #1a7f37; stroke: none } text.purple { fill: #8250df; stroke: none }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117 } .ink { fill: #f0f6fc } .pale { fill: #9198a1 } .grid { stroke: #3d444d }
    .box { fill: #151b23; stroke: #656c76 } .edge { stroke: #656c76 } .head { fill: #656c76 }
    .blue { stroke: #4493f8 } .orange { stroke: #db6d28 } .green { stroke: #3fb950 } .purple { stroke: #ab7df8 }
    text.blue { fill: #4493f8 } text.orange { fill: #db6d28 } text.green { fill: #3fb950 } text.purple { fill: #ab7df8 }
  }
  text { font: 13px system-ui, sans-serif } .title { font-weight: 600; font-size: 14px } .name { font-weight: 600 }
  .small { font-size: 11.5px }
"""


def text(x, y, content, kind="ink", anchor="start"):
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}" text-anchor="{anchor}">{content}</text>'


def write(name, width, height, title, parts):
    body = "\n".join(parts)
    (FOLDER / name).write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n"
        f'<rect class="paper" width="{width}" height="{height}" rx="8"/>\n{body}\n</svg>\n'
    )


# The overview


def epochs(page, heading):
    """Pairs of an epoch and its validation accuracy in per cent, from the section of a page of results."""
    section = (FOLDER.parent / "results" / page).read_text().split(f"\n## {heading}\n")[1]
    rows = [re.search(rf"^\| {name} \|(.*)\|$", section, re.M).group(1).split("|") for name in ("epoch", "validation")]
    return [(int(epoch), float(accuracy)) for epoch, accuracy in zip(*rows, strict=True)]


def trace(machine):
    with open(FOLDER / f"g22-{machine}.csv") as file:
        return [(float(row["seconds"]), float(row["cut"])) for row in csv.DictReader(file)]


class Panel:
    """A chart whose axes run over `horizontal` and `vertical`, pairs of numbers; the first may be logarithmic."""

    def __init__(self, left, horizontal, vertical, logarithmic=False):
        self.left, self.top, self.width, self.height = left, 48, 300, 200
        self.scale = math.log10 if logarithmic else float
        self.horizontal, self.vertical = [self.scale(end) for end in horizontal], vertical
        self.parts = []

    def x(self, value):
        first, last = self.horizontal
        return self.left + self.width * (self.scale(value) - first) / (last - first)

    def y(self, value):
        first, last = self.vertical
        return self.top + self.height * (1 - (value - first) / (last - first))

    def axes(self, title, label, across, up):
        self.parts.append(text(self.left, 26, title, "ink title"))
        for value, name in up:
            y = self.y(value)
            self.parts.append(f'<line class="grid" x1="{self.left}" x2="{self.left + self.width}" y1="{y:.1f}" y2="{y:.1f}"/>')
            self.parts.append(text(self.left - 8, y + 4, name, "pale small", "end"))
        for value, name in across:
            self.parts.append(text(self.x(value), self.top + self.height + 18, name, "pale small", "middle"))
        self.parts.append(text(self.left + self.width / 2, self.top + self.height + 36, label, "pale small", "middle"))

    def curve(self, points, colour):
        path = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)
        self.parts.append(f'<polyline class="{colour}" fill="none" stroke-width="2" points="{path}"/>')

    def label(self, value, height, name, colour, anchor="start"):
        self.parts.append(text(self.x(value), self.y(height), name, f"{colour} small", anchor))


def overview():
    training = Panel(50, (0, 44), (60, 100))
    training.axes(
        "Training: validation accuracy",
        "epoch",
        [(epoch, epoch) for epoch in (1, 10, 20, 30, 40)],
        [(level, f"{level} %") for level in range(60, 101, 10)],
    )
    for page, heading, name, colour, place in [
        ("results.md", "MNIST, 32-64-128", "MNIST", "blue", (11, 99)),
        ("results.md", "Fashion-MNIST, 32-64-128", "Fashion-MNIST", "green", (16, 92)),
        ("results-cifar10.md", "Under an hour of one core", "CIFAR-10", "orange", (33, 82)),
    ]:
        training.curve(epochs(page, heading), colour)
        training.label(*place, name, colour)

    least, longest = 12000, 5
    search = Panel(450, (1e-3, longest), (least, 13500), logarithmic=True)
    search.axes(
        "Search: best cut of G22 on one core",
        "seconds",
        [(1e-3, "0.001"), (1e-2, "0.01"), (0.1, "0.1"), (1, "1")],
        [(cut, cut) for cut in range(12000, 13501, 250)],
    )
    known = search.y(13359)
    search.parts.append(f'<line class="edge" stroke-dasharray="4 4" x1="450" x2="750" y1="{known:.1f}" y2="{known:.1f}"/>')
    for machine, name, colour, place in [
        ("anneal", "annealing", "blue", (0.022, 13200)),
        ("sb-discrete", "bifurcation", "green", (1.65, 12200)),
        ("cim-cac", "CIM", "purple", (0.27, 12540)),
        ("oscillator", "oscillators", "orange", (0.24, 13030)),
    ]:
        points = [(1e-3, least)]
        for seconds, cut in trace(machine):
            if cut <= least or seconds < 1e-3:
                points = [(max(seconds, 1e-3), least)]
                continue
            points += [(seconds, points[-1][1]), (seconds, cut)]
        search.curve([*points, (longest, points[-1][1])], colour)
        search.label(*place, name, colour, "end" if machine != "cim-cac" else "start")
    search.label(0.0011, 13395, "best known: 13359", "pale")
    write(
        "overview.svg",
        800,
        300,
        "Accuracy by epoch of three trainings, and the best cut of G22 against time on four machines",
        training.parts + search.parts,
    )


# The modules: rows from the top, each module with its centre, what it holds, and the product that it belongs to.
ROWS = [
    [("equilibria", 278, "the command line", "")],
    [("Reports", 158, "HTML, SVG, text", ""), ("Scaling", 400, "studies, model", "")],
    [("Experiments", 278, "run folder, checkpoints, jobs", "")],
    [("Configuration", 278, "YAML to checked values", "")],
    [("Datasets", 278, "readers, augmentation", "")],
    [("Learning", 278, "EP, baselines, trainer", "blue")],
    [
        ("Networks", 158, "layers, strips, relaxation", ""),
        ("Solving", 400, "searches over ranks", "blue"),
        ("Sampling", 650, "chains, tempering", "blue"),
    ],
    [("Ising", 650, "problems, files, chips", "")],
    [
        ("Parallel", 158, "grid, halos, fixed sums", ""),
        ("Machines", 400, "local rules", ""),
    ],
    [
        ("Host", 288, "memory, energy", ""),
        ("Kernels", 480, "buffers, products", ""),
        ("Files", 710, "atomic, gzip, tensors", ""),
    ],
    [
        ("MPI", 75, "bindings", "blue"),
        ("CMetis", 196, "", ""),
        ("CKernels", 338, "", ""),
        ("CZlib", 440, "", ""),
        ("CPackers", 542, "", ""),
        ("CPNG", 644, "", ""),
        ("CTurboJPEG", 746, "", ""),
    ],
    [("CMPI", 75, "", "")],
]
# What each imports, without what it reaches through others.
IMPORTS = {
    "equilibria": "Reports Scaling",
    "Reports": "Experiments",
    "Scaling": "Experiments",
    "Experiments": "Configuration",
    "Configuration": "Datasets",
    "Datasets": "Learning",
    "Learning": "Networks Solving Sampling",
    "Networks": "Parallel Machines",
    "Solving": "Machines Ising",
    "Sampling": "Ising",
    "Parallel": "CMetis Host Kernels",
    "Machines": "Kernels",
    "Ising": "Parallel Files",
    "Host": "MPI",
    "MPI": "CMPI",
    "Kernels": "CKernels",
    "Files": "CZlib CPackers CPNG CTurboJPEG",
}


def modules():
    pitch, tall, top = 66, 42, 14
    places = {}
    boxes = []
    for row, entries in enumerate(ROWS):
        for name, x, holds, product in entries:
            small = not holds
            width = 96 if small else 140 if row in (9, 10) else 190
            y = top + row * pitch
            height = 26 if small else tall
            places[name] = (x, y, y + height)
            boxes.append(
                f'<rect class="box {product}" stroke-width="{2 if product else 1}" x="{x - width / 2}" y="{y}" width="{width}" '
                f'height="{height}" rx="6"/>'
            )
            boxes.append(text(x, y + 18, name, "ink name", "middle"))
            if holds:
                boxes.append(text(x, y + 34, holds, "pale small", "middle"))
    edges = []
    for name, imports in IMPORTS.items():
        x, _, bottom = places[name]
        targets = sorted(imports.split(), key=lambda target: places[target][0])
        for index, target in enumerate(targets):
            to, y, _ = places[target]
            if y - bottom > 3 * pitch:
                # Past the rows between, from the side.
                side = x + 95
                edges.append(
                    f'<path class="edge" marker-end="url(#head)" d="M{side},{bottom - tall / 2:.0f} '
                    f'C{to},{bottom - tall / 2:.0f} {to},{bottom + pitch:.0f} {to},{y - 5}"/>'
                )
                continue
            start = x + 28 * (index - (len(targets) - 1) / 2)
            end = to + max(-36, min(36, (start - to) * 0.25))
            bend = (y - bottom) * 0.5
            edges.append(
                f'<path class="edge" marker-end="url(#head)" d="M{start:.0f},{bottom} C{start:.0f},{bottom + bend:.0f} '
                f'{end:.0f},{y - bend:.0f} {end:.0f},{y - 5}"/>'
            )
    head = (
        '<defs><marker id="head" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="head" d="M0,0 L8,4 L0,8 z"/></marker></defs>'
    )
    bottom = top + len(ROWS) * pitch
    legend = [text(20, bottom + 8, "Blue: the libraries that other packages can import", "blue small")]
    write(
        "modules.svg",
        800,
        bottom + 20,
        "The modules of Equilibria; each imports only modules below it",
        [head, *edges, *boxes, *legend],
    )


if __name__ == "__main__":
    overview()
    modules()
