"""The interview as a pure function, and what it is made of."""
