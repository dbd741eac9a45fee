"""The instants a report may carry at all; nearer limits are the site's own."""

T_MIN_NS = 0  # 1970-01-01
T_MAX_NS = 4_102_444_800_000_000_000  # 2100-01-01: far from the int64 end in 2262
