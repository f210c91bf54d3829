"""How things are said to a person, the same in every front end and report."""
