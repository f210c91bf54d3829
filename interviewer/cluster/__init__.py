"""Ray, and nothing else: grading on several worker processes at once, of this machine alone."""
