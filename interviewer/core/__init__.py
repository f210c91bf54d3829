"""The pure heart: what a question, a grade and an interview are, and how they change.

Nothing in this package reads a file, a clock or a random source. Time and
randomness arrive as arguments, so every interview can be replayed exactly.
"""
