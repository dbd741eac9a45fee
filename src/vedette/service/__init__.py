"""The live program: the one place that joins shell and core."""
