"""Questions and rubrics: what is asked, and what a good answer holds."""
