"""What grading one answer yields, and the rules around it."""
