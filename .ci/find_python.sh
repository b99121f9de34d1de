#!/usr/bin/env bash
# Print a Python that gapmap can use (3.11 to 3.13, able to make a venv). PYTHON=... names one.
set -u

usable() {
  "$1" - <<'PY' >/dev/null 2>&1
import sys
sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PY
}
makes_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

seen=""
for python in ${PYTHON:-python3 python3.13 python3.12 python3.11 python /usr/bin/python3}; do
  usable "$python" || continue
  seen=$python
  if makes_venv "$python"; then
    command -v "$python"
    exit 0
  fi
done

# Debian's own Python lacks ensurepip until python3-venv is installed.
if [ -n "$seen" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  version=$("$seen" -c 'import sys; print(f"{sys.version_info[0]}.{sys.version_info[1]}")')
  if apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends "python$version-venv" >&2 &&
    makes_venv "$seen"; then
    command -v "$seen"
    exit 0
  fi
fi

if [ -n "$seen" ]; then
  echo "$seen cannot make a virtual environment; install its venv package" \
    "(Debian, Ubuntu: sudo apt-get install python3-venv)" >&2
else
  echo "gapmap needs Python 3.11, 3.12 or 3.13 and found none;" \
    "install one, or name it: make PYTHON=/path/to/python3.12 demo" >&2
fi
exit 1
