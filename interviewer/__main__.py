"""`python -m interviewer` is `mockdl`."""

from interviewer.cli import main

main()
