"""Fits the grader's fusion and measures it on questions it has not seen."""
