"""Stage kernels."""
