"""Regressions of the fit: logistic, with a ridge, on standardised features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize

__all__ = ["logistic", "shares", "soft_fit", "softmax_fit"]

RIDGE = 0.003


def softmax_fit(x: np.ndarray, y: np.ndarray, weight: np.ndarray, classes: int) -> np.ndarray:
    """Multinomial logistic regression with a ridge on standardised features.

    Returns:
        Weights for the features as they are, shape (classes, features); the first column is the bias.
    """
    z, back = _standardised(x)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        theta = flat.reshape(classes, -1)
        p = shares(z, theta)
        error = -(weight * np.log(p[np.arange(len(y)), y] + 1e-12)).sum() / weight.sum()
        p[np.arange(len(y)), y] -= 1
        slope = (p * weight[:, None]).T @ z / weight.sum()
        held = theta.copy()
        held[:, 0] = 0
        return error + RIDGE / 2 * (held**2).sum(), (slope + RIDGE * held).ravel()

    found = minimize(loss, np.zeros(classes * x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 3000})
    return np.asarray(found.x.reshape(classes, -1) @ back)


def soft_fit(
    x: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray,
    bounds: Sequence[tuple[float | None, float | None]] | None = None,
) -> np.ndarray:
    """Logistic regression on targets between 0 and 1, likewise; returns shape (features,)."""
    z, back = _standardised(x)

    def loss(theta: np.ndarray) -> tuple[float, np.ndarray]:
        p = logistic(z, theta)
        error = -(weight * (target * np.log(p + 1e-12) + (1 - target) * np.log(1 - p + 1e-12))).sum() / weight.sum()
        slope = ((p - target) * weight) @ z / weight.sum()
        held = theta.copy()
        held[0] = 0
        return error + RIDGE / 2 * (held**2).sum(), slope + RIDGE * held

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 3000})
    return np.asarray(found.x @ back)


def _standardised(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Features with mean 0 and spread 1, the first a bias of 1; and the matrix that brings weights back."""
    mean, spread = x.mean(0), x.std(0)
    flat = spread < 1e-9
    mean, spread = np.where(flat, 0, mean), np.where(flat, 1, spread)
    z = (x - mean) / spread
    z[:, flat] = 0
    z[:, 0] = 1
    back = np.diag(np.where(flat, 0, 1 / spread))
    back[:, 0] = -np.where(flat, 0, mean / spread)
    back[0] = 0
    back[0, 0] = 1
    return z, back


def logistic(x: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """Probabilities of a logistic model, shape (rows,)."""
    return np.asarray(1 / (1 + np.exp(-(x @ theta))))


def shares(x: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """Probabilities of the classes by a softmax, shape (rows, classes)."""
    logits = x @ theta.T
    logits -= logits.max(1, keepdims=True)
    p = np.exp(logits)
    return np.asarray(p / p.sum(1, keepdims=True))
