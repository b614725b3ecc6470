#!/usr/bin/env bash
# Looks for bytes that the server takes wrongly, by libFuzzer with the address sanitizer:
#   RequestFuzz     what our parser reads, NIO's (llhttp) must read alike
#   ConnectionFuzz  a connection under random events keeps its promises
#
#   Tests/Fuzz/run.sh                   a minute of each, after the build (the first one takes 3 minutes)
#   Tests/Fuzz/run.sh --seconds 600     so long each
#   Tests/Fuzz/run.sh FILE              only this input, which a failure has left
# An input that fails is left in .build/fuzz/failures/TARGET; one of RequestFuzz goes into the table of
# Tests/ServingTests/RequestTable*.swift, one of ConnectionFuzz into found/ConnectionFuzz. Inputs that came further than
# others are kept in .build/fuzz/inputs.
# Nothing is installed but what a build needs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
root=$(cd ../.. && pwd)
. "$root/scripts/setup.sh"

seconds=60 file=
while [ $# -gt 0 ]; do
    case $1 in
    --seconds)
        seconds=${2:-}
        [[ $seconds =~ ^[1-9][0-9]*$ ]] || die "--seconds: '$seconds' is no number of seconds"
        shift
        ;;
    -h | --help) usage && exit ;;
    -*) die "unknown flag $1; see Tests/Fuzz/run.sh --help" ;;
    *) file=$(cd "$OLDPWD" && realpath "$1") ;;
    esac
    shift
done

set_up_build
folder=$root/.build/fuzz
say "building the fuzzers"
# A debug build, so that the tests see what is internal, yet optimized; lld, because gold complains of each symbol. The
# sanitizers are named twice: --sanitize leaves `main` to libFuzzer, and of swiftc's own flags the last one counts.
swift build --scratch-path "$folder" --sanitize fuzzer -Xswiftc -sanitize=fuzzer,address -Xcc -fsanitize=address \
    -Xswiftc -use-ld=lld -Xswiftc -O >&2 || die "the build of the fuzzers failed (above)"

# A trap is libFuzzer's to catch, not the backtracer's.
export SWIFT_BACKTRACE=enable=no
if [ -n "$file" ]; then exec "$folder/debug/$(basename "$(dirname "$file")")" "$file"; fi

# fuzz TARGET FLAG...: begins with what is in seeds/TARGET and inputs/TARGET.
fuzz() {
    local target=$1
    shift
    say "$target for $seconds s"
    mkdir -p "$folder"/{seeds,inputs,failures}/"$target"
    "$folder/debug/$target" -max_total_time="$seconds" -timeout=10 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="$folder/failures/$target/" "$@" "$folder/inputs/$target" "$folder/seeds/$target" ||
        die "an input fails (above); to see it again: Tests/Fuzz/run.sh .build/fuzz/failures/$target/NAME"
}

rm -rf "$folder/seeds"
mkdir -p "$folder/seeds/RequestFuzz"
cp -r found/. "$folder/seeds/"
"$folder/debug/RequestFuzz" --seeds "$folder/seeds/RequestFuzz"
fuzz RequestFuzz -max_len=700 -dict=http.dict
fuzz ConnectionFuzz -max_len=300
