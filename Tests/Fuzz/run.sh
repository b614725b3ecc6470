#!/usr/bin/env bash
# Fuzzes the server with libFuzzer and the address sanitizer:
#   RequestFuzz     our parser and NIO's (llhttp) must read the same requests
#   ConnectionFuzz  a connection must keep its invariants under random events
#   ProxyFuzz       no client can forge what a proxy says about it
#
#   Tests/Fuzz/run.sh                   one minute each, after the build (the first build takes 3 minutes)
#   Tests/Fuzz/run.sh --seconds 600     ten minutes each
#   Tests/Fuzz/run.sh FILE              replays one input, such as a failure
# A failing input is saved in .build/fuzz/failures/TARGET. Add it to the tests: one of RequestFuzz to the table in
# Tests/ServingTests/RequestTable*.swift, one of ConnectionFuzz to found/ConnectionFuzz. The corpus is in .build/fuzz/inputs.
# Installs only what a build needs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
root=$(cd ../.. && pwd)
. "$root/scripts/setup.sh"

seconds=60 file=
while [ $# -gt 0 ]; do
    case $1 in
    --seconds)
        seconds=${2:-}
        [[ $seconds =~ ^[1-9][0-9]*$ ]] || die "--seconds: '$seconds' is not a number of seconds"
        shift
        ;;
    -h | --help) usage && exit ;;
    -*) die "unknown flag $1; see Tests/Fuzz/run.sh --help" ;;
    *) file=$(cd "$OLDPWD" && realpath "$1") ;;
    esac
    shift
done

set_up_build
directory=$root/.build/fuzz
say "building the fuzzers"
# A debug build, for @testable, but optimized. lld, because gold prints a warning for each symbol. The sanitizers are given
# twice: --sanitize leaves `main` to libFuzzer, and of swiftc's own flags the last one counts.
swift build --scratch-path "$directory" --sanitize fuzzer -Xswiftc -sanitize=fuzzer,address -Xcc -fsanitize=address \
    -Xswiftc -use-ld=lld -Xswiftc -O >&2 || die "the fuzzers do not build: see the errors above"

# Leave crashes to libFuzzer, not to Swift's backtracer.
export SWIFT_BACKTRACE=enable=no
if [ -n "$file" ]; then exec "$directory/debug/$(basename "$(dirname "$file")")" "$file"; fi

# fuzz TARGET FLAG...: starts with the inputs in seeds/TARGET and inputs/TARGET.
fuzz() {
    local target=$1
    shift
    say "fuzzing $target for $seconds s"
    mkdir -p "$directory"/{seeds,inputs,failures}/"$target"
    "$directory/debug/$target" -max_total_time="$seconds" -timeout=10 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="$directory/failures/$target/" "$@" "$directory/inputs/$target" "$directory/seeds/$target" ||
        die "an input fails: see above; to replay it: Tests/Fuzz/run.sh .build/fuzz/failures/$target/NAME"
}

rm -rf "$directory/seeds"
mkdir -p "$directory/seeds/RequestFuzz"
cp -r found/. "$directory/seeds/"
"$directory/debug/RequestFuzz" --seeds "$directory/seeds/RequestFuzz"
fuzz RequestFuzz -max_len=700 -dict=http.dict
fuzz ConnectionFuzz -max_len=300
fuzz ProxyFuzz -max_len=300 -dict=proxy.dict
