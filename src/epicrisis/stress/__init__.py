"""Whether answers stand when reports are written worse: the same reports, perturbed and asked again.

``stress`` asks and measures; ``PERTURBATIONS`` are what is done to a report.
"""

from .changes import PERTURBATIONS, STRENGTHS, Perturbation

__all__ = ["PERTURBATIONS", "STRENGTHS", "Perturbation"]
