"""Train and measure the joint reader."""
