"""The workbench: pages over the one door, on the loopback address alone."""
