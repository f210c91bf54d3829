"""The process that holds the encoder, the index and the grader.

Importing torch stalls an event loop for up to 0.4 s and costs hundreds of megabytes, so
the interface never does: it talks to this process over pipes, and stays small and smooth.
"""
