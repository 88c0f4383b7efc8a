"""Pairing one to one, so that what is paired is as alike as can be."""

from __future__ import annotations

import numpy as np

from ..resampling import Array


def assign(similarity: Array) -> list[tuple[int, int]]:
    """The pairs (row, column) with the largest total similarity, in order of rows.

    ``similarity`` (rows x columns) is 0 or more; two that have nothing in common (0) are never a pair. Each
    row and each column is in one pair at most. Solved exactly (Crouse, IEEE Trans Aerosp Electron Syst
    2016;52:1679, a shortest augmenting path method, as in ``scipy.optimize.linear_sum_assignment``).
    """
    if similarity.size == 0 or not similarity.any():
        return []
    if similarity.size == 1:
        return [(0, 0)]
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(similarity, maximize=True)
    return [
        (int(row), int(column))
        for row, column in zip(rows, columns, strict=True)
        if similarity[row, column] > 0
    ]


def total(similarity: Array) -> float:
    """The similarity of the best pairs, summed."""
    return float(np.sum([similarity[pair] for pair in assign(similarity)]))
