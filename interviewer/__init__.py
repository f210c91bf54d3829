"""A mock interviewer for deep-learning jobs that lives in the terminal."""

__all__ = ["__version__"]

__version__ = "0.1.0"
