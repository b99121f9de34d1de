"""The parts that rebuild the Zhuhai study: real boundaries, then everything that is simulated."""
