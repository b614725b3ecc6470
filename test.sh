#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests.
#   ./test.sh               unit tests, and tests of the built server with real processes
#   ./test.sh --deploy      also the deployment under systemd, in a container, behind nginx and HAProxy, and on many hosts with
#                           PostgreSQL (root, Debian; 19 minutes)
#   ./test.sh --web         also the pages in Chromium, and the OpenAPI document with tools from PyPI (4 minutes)
#   ./test.sh --macros      also the @Model macro (builds swift-syntax; 2 minutes)
#   ./test.sh --soak 5m     only the soak test, for 90s, 5m, 1h ..., with a release build: load and reloads, no failed
#                           request, and a million pipelined requests
#   ./test.sh NAME...       only the tests whose names match (a regular expression for `swift test --filter`)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/setup.sh

deploy=false macros=false web=false soak= filters=()
while [ $# -gt 0 ]; do
    argument=$1
    shift
    case $argument in
    --deploy) deploy=true ;;
    --macros) macros=true ;;
    --web) web=true ;;
    --soak)
        soak=${1:-}
        [[ $soak =~ ^[1-9][0-9]*[smh]$ ]] || die "--soak: '$soak' is not a duration; write it like 90s, 5m or 1h"
        shift
        filters+=(--filter SoakTests --filter HardeningPipelineTests)
        ;;
    -h | --help) usage && exit ;;
    -*) die "unknown flag $argument; see ./test.sh --help" ;;
    *) filters+=(--filter "$argument") ;;
    esac
done

set_up_build
install python3 python3-prometheus-client curl openssl postgresql
set_up_prometheus
say "building the tests (the first build takes about 5 minutes on two cores)"
swift build --build-tests >&2 || die "the tests do not build: see the errors above"
if [ ${#filters[@]} = 0 ]; then
    say "checking the documents"
    Tests/documents.py
    say "checking the compiler's messages for mistakes in declarations"
    Tests/mistakes.sh
fi
if $macros; then
    say "testing the macros"
    Tests/macros.sh
fi
if $deploy; then
    build_release
    say "testing the examples"
    Tests/examples.sh
    say "comparing the pages about other servers with these"
    Tests/OtherServers/run.sh
    say "testing under systemd"
    deploy/tests/systemd.sh deploy/tests/inside-systemd.sh
    say "testing install.sh and the Debian package"
    deploy/tests/package-test.sh
    say "testing in a container"
    deploy/tests/container-test.sh
    say "checking the manifests for many hosts"
    deploy/tests/manifests.sh
    say "trying the proxies"
    deploy/tests/proxies.sh
    say "trying many hosts"
    deploy/tests/many-hosts.sh
fi
if $web; then
    say "testing the pages and the OpenAPI document"
    Tests/Web/run.sh
fi
if [ -n "$soak" ]; then
    build_release
    export SOAK=$soak BUILT=$PWD/.build/release
fi
say "running the tests"
# Not in parallel: some tests block their thread, and others would wait for it until they time out.
swift test --skip-build --no-parallel "${filters[@]}"
