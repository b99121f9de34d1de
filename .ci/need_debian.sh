#!/usr/bin/env bash
# Make sure that what Python packages cannot bring is there: `fonts` (Chinese), `browser` (Chromium),
# `node` (builds and tests the page's scripts; nothing that gapmap does needs it).
# As root on Debian or Ubuntu it is installed; otherwise this says how, and exits 1.
set -u

case "${1:-}" in
  fonts)
    packages=(fonts-noto-cjk)
    what="a Chinese font"
    fc-list :lang=zh family 2>/dev/null | grep -q . && exit 0
    # without fontconfig there is no fc-list: look where fonts stand
    find /usr/share/fonts /usr/local/share/fonts "$HOME/.fonts" "$HOME/.local/share/fonts" \
      /System/Library/Fonts /Library/Fonts -iname '*cjk*' -o -iname '*pingfang*' \
      -o -iname '*heiti*' 2>/dev/null | grep -q . && exit 0
    ;;
  browser)
    packages=(chromium)
    what="Chromium, in which the tests open the report"
    for name in chromium chromium-browser google-chrome; do
      command -v "$name" >/dev/null && exit 0
    done
    ;;
  node)
    packages=(nodejs npm)
    what="node and npm, which build and test the page's scripts"
    command -v node >/dev/null && command -v npm >/dev/null && exit 0
    ;;
  *)
    echo "usage: need_debian.sh fonts|browser|node" >&2
    exit 2
    ;;
esac

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing ${packages[*]} ($what)"
  log=$(mktemp)
  if { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends "${packages[@]}"; } >"$log" 2>&1 </dev/null; then
    rm -f "$log"
    exit 0
  fi
  tail -n 5 "$log" >&2
  rm -f "$log"
fi
echo "missing: $what. On Debian or Ubuntu: sudo apt-get install ${packages[*]}" >&2
exit 1
