#!/usr/bin/env bash
# The page's scripts: types and unit tests, and that gapmap/report/built and vendor are byte for byte
# what the sources and npm give. Without node nothing can be said: that is told, and is no failure
# (tests/test_page_code.py compares the hashes of built.json without node).
set -euo pipefail
cd "$(dirname "$0")/.."

if ! .ci/need_debian.sh node; then
  echo "skipped: without node and npm the page's scripts can be neither built nor tested"
  exit 0
fi
make --no-print-directory page-test
node gapmap/report/web/vendor.mjs --check
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
node gapmap/report/web/build.mjs "$fresh"
diff -rq "$fresh" gapmap/report/built || {
  echo "gapmap/report/built is not what its sources give: run \`make page\` and commit it" >&2
  exit 1
}
echo "gapmap/report/built is what its sources give"
