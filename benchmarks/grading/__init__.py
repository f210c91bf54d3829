"""Published sets of graded answers as rows for `mockdl eval`, and the grader's table on held-out questions."""
