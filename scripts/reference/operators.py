"""The linear operators of a layered Hopfield network and their adjoints, in plain NumPy.

Arrays are [B, C, H, W]. Each function is the sum in its docstring, with a Python loop over kernel offsets and nothing else.
"""

import numpy as np


def _offsets(kernel):
    """Every offset (u, v) inside a kernel [co, ci, kh, kw]."""
    return np.ndindex(kernel.shape[2], kernel.shape[3])


def _window(padded, u, v, stride, rows, columns):
    """The pixels of `padded` that meet kernel offset (u, v) at each of rows × columns output positions."""
    return padded[:, :, u : u + stride * (rows - 1) + 1 : stride, v : v + stride * (columns - 1) + 1 : stride]


def _mixed(matrix, x):
    """Σ_c matrix[o,c] · x[b,c,i,j]: [B, o, H, W]."""
    batch, channels, rows, columns = x.shape
    return (matrix @ x.reshape(batch, channels, rows * columns)).reshape(batch, -1, rows, columns)


def _pad(x, padding):
    return np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))


def convolution(x, kernel, stride, padding):
    """out[b,o,i,j] = Σ_cuv kernel[o,c,u,v] · x[b, c, i·stride + u − padding, j·stride + v − padding], zero outside x."""
    rows = (x.shape[2] + 2 * padding - kernel.shape[2]) // stride + 1
    columns = (x.shape[3] + 2 * padding - kernel.shape[3]) // stride + 1
    padded = _pad(x, padding)
    out = np.zeros((x.shape[0], kernel.shape[0], rows, columns))
    for u, v in _offsets(kernel):
        out += _mixed(kernel[:, :, u, v], _window(padded, u, v, stride, rows, columns))
    return out


def convolution_transpose(y, kernel, stride, padding, rows, columns):
    """The adjoint of `convolution` in x: ⟨y, convolution(x)⟩ = ⟨convolution_transpose(y), x⟩, x of rows × columns."""
    padded = np.zeros((y.shape[0], kernel.shape[1], rows + 2 * padding, columns + 2 * padding))
    for u, v in _offsets(kernel):
        window = _window(padded, u, v, stride, y.shape[2], y.shape[3])
        window += _mixed(kernel[:, :, u, v].T, y)
    return padded[:, :, padding : padding + rows, padding : padding + columns]


def kernel_correlation(x, y, kernel, stride, padding):
    """The adjoint of `convolution` in the kernel, summed over the batch:

    g[o,c,u,v] = Σ_bij y[b,o,i,j] · x[b, c, i·stride + u − padding, j·stride + v − padding].
    """
    padded = _pad(x, padding)
    gradient = np.zeros(kernel.shape)
    for u, v in _offsets(kernel):
        window = _window(padded, u, v, stride, y.shape[2], y.shape[3])
        gradient[:, :, u, v] = np.tensordot(y, window, axes=([0, 2, 3], [0, 2, 3]))
    return gradient


def _tiles(x, window):
    """[B, C, H, W] → [B, C, H/n, W/n, n·n], the pixels of each tile in row-major order."""
    batch, channels, rows, columns = x.shape
    tiles = x.reshape(batch, channels, rows // window, window, columns // window, window)
    return tiles.transpose(0, 1, 2, 4, 3, 5).reshape(batch, channels, rows // window, columns // window, window * window)


def _untiled(tiles, window):
    """The inverse of `_tiles`."""
    batch, channels, rows, columns, _ = tiles.shape
    x = tiles.reshape(batch, channels, rows, columns, window, window).transpose(0, 1, 2, 4, 3, 5)
    return x.reshape(batch, channels, rows * window, columns * window)


def pool(x, kind, window, at):
    """P linearised at `at`: of each window × window tile the pixel that is the greatest of `at`, or the mean; or x itself."""
    if kind == "none":
        return x
    tiles = _tiles(x, window)
    if kind == "max":
        winners = _tiles(at, window).argmax(axis=-1)
        return np.take_along_axis(tiles, winners[..., None], axis=-1)[..., 0]
    return tiles.mean(axis=-1)


def unpool(y, at, kind, window):
    """P⁻¹: the adjoint of P linearised at `at`. Of equal greatest pixels the first in row-major order takes it all."""
    if kind == "none":
        return y
    tiles = np.zeros(_tiles(at, window).shape)
    if kind == "max":
        winners = _tiles(at, window).argmax(axis=-1)
        np.put_along_axis(tiles, winners[..., None], y[..., None], axis=-1)
    else:
        tiles += y[..., None] / window**2
    return _untiled(tiles, window)
