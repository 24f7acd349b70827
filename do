#!/usr/bin/env bash
# The single entry point of the project. ./do help
set -euo pipefail
export LC_ALL=C.UTF-8 # as ./vch: names of files of any kind
cd "$(dirname "$(readlink -f "$0")")"
. scripts/common.sh

usage() {
  cat <<'T'
./do check     compile with all warnings, unit, golden, property and map tests (no root, under two minutes; before every commit)
./do lab       kernel tests in throw-away network namespaces (root)
./do compat    whole daemons with the real docker CLI and other real clients (root)
./do test      installs the packages it needs, then check, lab and compat: what CI runs
./do soak      the crash test of ./do test in 60 rounds instead of 5 (-Dcrash.seed=N repeats a run), the load test, a minute without a daemon, the fuzz test in 20 rounds (-Dfuzz.seed=N), the differential test with 60 seeds (-Ddiff.seed=N -Ddiff.steps=M),
              and the services example (examples/mysql-flask)
./do bench     measures beside dockerd and podman (--only ROW,ROW, --rounds N, --quick; --jmh: hot paths; see bench/README.md)
./do build     jars and AOT caches into dist/, what ./vch runs
./do image     a self-contained image with its own Java run time in dist/image
./do fmt       formats everything
./do deps      installs the Debian packages that the tests need
T
}

check() { jdk; mvn_ -Pstrict verify "$@"; }
# Test classes of lab and compat wait for the kernel, programs and timers half of their time: two run beside each other.
two_at_once='-DforkCount=2 -DreuseForks=true' # properties of surefire
lab() { jdk; need_root "./do lab"; mvn_ test $two_at_once -Dtest.groups=lab -Dtest.excludedGroups= -Dsurefire.failIfNoSpecifiedTests=false "$@"; }
compat() { jdk; need_root "./do compat"; build; mvn_ test $two_at_once -Dtest.groups=compat -Dtest.excludedGroups= -Dsurefire.failIfNoSpecifiedTests=false -pl app,clients -am "$@"; }
# Each part for itself, so that a failure of one does not hide the others.
soak() {
  local failed=0
  ./do compat '-Dtest.groups=compat|soak' -Dtest=ServicesExampleTest "$@" || failed=1
  ./do compat '-Dtest.groups=compat|soak' -Dtest=CrashTest,LoadTest,ControlPlaneTest,FuzzTest,DifferentialTest \
    -Dcrash.rounds=60 -Dabsence.seconds=60 -Dfuzz.rounds=20 -Ddiff.seeds=60 "$@" || failed=1
  return $failed
}
build() { jdk; scripts/build.sh "$@"; }

case "${1:-help}" in
  check) shift; check "$@" ;;
  lab) shift; lab "$@" ;;
  compat) shift; compat "$@" ;;
  test) shift; need_root "./do test"; scripts/packages.sh --tests; check; lab; compat ;;
  soak) shift; need_root "./do soak"; scripts/packages.sh --tests; soak "$@" ;;
  bench) shift; need_root "./do bench"; build; bench/run.sh "$@" ;;
  build) shift; build "$@" ;;
  image) shift; jdk; scripts/build.sh; scripts/image.sh ;;
  fmt) jdk; mvn_ spotless:apply ;;
  deps) need_root "./do deps"; scripts/packages.sh --tests ;;
  help|-h|--help) usage ;;
  *) echo "do: unknown verb '$1'" >&2; usage >&2; exit 2 ;;
esac
