"""How far two sets of tensors are apart."""

import numpy as np


def relative_difference(value, reference):
    """max|value − reference| / max|reference|; infinite where shapes differ or a number is not finite."""
    value, reference = np.asarray(value, np.float64), np.asarray(reference, np.float64)
    if value.shape != reference.shape or not np.isfinite(value).all():
        return np.inf
    if value.size == 0:
        return 0.0
    difference = np.abs(value - reference).max()
    return 0.0 if difference == 0 else difference / max(np.abs(reference).max(), np.finfo(np.float64).tiny)


def report(tensors, reference, tolerance):
    """Prints one line a tensor; whether all of the reference are there, no other is, and all are within `tolerance`."""
    good = True
    for name in sorted(reference.keys() | tensors.keys()):
        if name not in tensors or name not in reference:
            print(f"{name:<40} {'missing' if name not in tensors else 'not expected'}")
            good = False
            continue
        difference = relative_difference(tensors[name], reference[name])
        within = difference <= tolerance
        good = good and within
        print(f"{name:<40} {difference:9.2e}{'' if within else '  above the tolerance'}")
        if tensors[name].shape != reference[name].shape:
            print(f"    shape {list(tensors[name].shape)}, expected {list(reference[name].shape)}")
    return good
