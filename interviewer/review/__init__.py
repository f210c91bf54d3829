"""The schedule of reviews. The only room that imports fsrs."""

from interviewer.review.schedule import build_cards, local_day

__all__ = ["build_cards", "local_day"]
