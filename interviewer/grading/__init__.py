"""Answer and rubric to a grade, offline: spans, similarity, contrast, exact values, guards.

Cosine similarity alone never awards a point here, because the opposite of a true
statement lies nearer to it than the statement in other words does.
"""

from interviewer.grading.offline_grader import OfflineGrader, build_grader

__all__ = ["OfflineGrader", "build_grader"]
