"""Files as real offices leave them: each case is a small study with one thing wrong in it."""
