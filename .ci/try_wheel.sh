#!/usr/bin/env bash
# Build the wheel, install it in an empty environment in another folder, and work with it there:
# plans, words, styles, the report's assets and the starter study must all be in the wheel.
# Usage: .ci/try_wheel.sh PYTHON   (a Python that has `build` and `hatchling`)
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
python=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
elsewhere=$(mktemp -d)
trap 'rm -rf "$elsewhere"' EXIT

cd "$top"
"$python" -m build --wheel --no-isolation --outdir "$elsewhere/dist" . >"$elsewhere/build.log" 2>&1 ||
  { tail -n 20 "$elsewhere/build.log" >&2; exit 1; }
"$python" -m venv "$elsewhere/venv"
"$elsewhere/venv/bin/python" -m pip --disable-pip-version-check install --quiet --no-compile \
  --constraint "$top/constraints.txt" "$elsewhere"/dist/gapmap-*.whl

mkdir "$elsewhere/work"
cd "$elsewhere/work"
unset PYTHONPATH
export PATH="$elsewhere/venv/bin:$PATH"
"$elsewhere/venv/bin/python" - "$elsewhere/venv" <<'PY'
import pathlib, sys
import gapmap
assert pathlib.Path(gapmap.__file__).is_relative_to(sys.argv[1]), gapmap.__file__
PY
gapmap --help >/dev/null
gapmap plans
gapmap plans zhuhai-2012-2014 >/dev/null
gapmap init study
gapmap check study/study.toml >/dev/null
gapmap run study/study.toml -o out
for name in access.csv coverage.csv gaps.csv equity.csv targets.csv findings.csv \
  results.gpkg tables.xlsx report.html run.json; do
  [ -s "out/$name" ] || { echo "the run from the wheel left no $name" >&2; exit 1; }
done
compgen -G 'out/figures/*.png' >/dev/null || { echo "the run from the wheel left no figures" >&2; exit 1; }
echo "wheel works elsewhere: $(basename "$elsewhere"/dist/gapmap-*.whl), $(find out -type f | wc -l) output files"
