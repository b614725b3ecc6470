#!/usr/bin/env bash
# Sets everything up, builds, and runs the tests.
#   ./test.sh               unit tests, and tests of the built server as real processes
#   ./test.sh --deploy      those, then the deployment under a real systemd and in a container (root, Debian; 15 minutes)
#   ./test.sh --web         those, then the pages in a Chromium, and the document with tools from PyPI (4 minutes)
#   ./test.sh --macros      those, then @Model (it builds swift-syntax: 2 minutes)
#   ./test.sh --soak 5m     only the soak, so long (90s, 5m, 1h), on a release build: no request may fail; and a million
#                           pipelined requests
#   ./test.sh NAME...       only the tests whose name contains NAME (a regular expression of `swift test --filter`)
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
        [[ $soak =~ ^[1-9][0-9]*[smh]$ ]] || die "--soak: '$soak' is no duration; give 90s, 5m or 1h"
        shift
        filters+=(--filter SoakTests --filter HardeningPipelineTests)
        ;;
    -h | --help) usage && exit ;;
    -*) die "unknown flag $argument; see ./test.sh --help" ;;
    *) filters+=(--filter "$argument") ;;
    esac
done

set_up_build
install python3 curl openssl
say "building the tests (the first time takes about 5 minutes on two cores)"
swift build --build-tests >&2 || die "the build of the tests failed (above)"
if [ ${#filters[@]} = 0 ]; then
    say "checking the documents"
    Tests/documents.py
    say "reading what the compiler says of mistakes"
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
    say "testing under a real systemd"
    deploy/tests/systemd.sh deploy/tests/inside-systemd.sh
    say "testing in a container"
    deploy/tests/container-test.sh
fi
if $web; then
    say "testing the pages and the document"
    Tests/Web/run.sh
fi
if [ -n "$soak" ]; then
    build_release
    export SOAK=$soak BUILT=$PWD/.build/release
fi
say "running the tests"
# One after another: some block the thread that they run on, and others would wait for it until their time is over.
swift test --skip-build --no-parallel "${filters[@]}"
