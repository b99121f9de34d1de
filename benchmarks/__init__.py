"""Speed and memory of whole jobs; ``python -m benchmarks`` or ``make bench``."""
