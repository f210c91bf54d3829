"""What is laid over any screen, of whichever app: help, and the letters of jump mode."""
