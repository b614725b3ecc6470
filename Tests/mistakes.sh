#!/usr/bin/env bash
# What the compiler says about common mistakes: Tests/Mistakes/Product.swift with one mistake must be
# rejected within 2 seconds of processor time, with an error that names the mistake. Needs a debug build.
#   Tests/mistakes.sh [-v]      -v prints the compiler's whole output
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0
compiler=(swiftc -typecheck -warnings-as-errors -swift-version 6 -enable-upcoming-feature ExistentialAny -I .build/debug/Modules)
# The C modules that Serving imports.
for map in .build/debug/CLinux.build .build/checkouts/swift-system/Sources/CSystem/include; do
    compiler+=(-Xcc "-fmodule-map-file=$map/module.modulemap")
done
TIMEFORMAT='%U %S'

compile() { # compile FILE: the compiler's output is in $folder/said, its processor time in $seconds.
    { time "${compiler[@]}" "$1" >"$folder/said" 2>&1 || true; } 2>"$folder/time"
    seconds=$(awk '{ print $1 + $2 }' "$folder/time")
    if [ "${verbose:-}" ]; then grep -E '^[^ ].*(error|note):' "$folder/said" >&2 || true; fi
    if ! awk "BEGIN { exit !($seconds <= 2) }"; then
        echo "FAILED: $1: the compiler took $seconds s" >&2
        failed=1
    fi
}

# mistake NAME SED WORDS: the program with that change is rejected, with an error that contains the words.
mistake() {
    local file=$folder/$1.swift
    sed "$2" Tests/Mistakes/Product.swift >"$file"
    ! cmp -s "$file" Tests/Mistakes/Product.swift || { echo "FAILED: $1 changes nothing" >&2 && failed=1; }
    compile "$file"
    if ! grep -E '^[^ ].*error:' "$folder/said" | grep -qF -- "$3"; then
        printf 'FAILED: %s: an error with "%s" expected, and the compiler said:\n' "$1" "$3" >&2
        cat "$folder/said" >&2
        failed=1
    fi
    printf '%-24s %s s\n' "$1" "$seconds"
}

if [ "${1:-}" = -v ]; then verbose=yes; fi
compile Tests/Mistakes/Product.swift
if grep -q 'error:' "$folder/said"; then
    echo "FAILED: the program without a mistake does not compile:" >&2
    cat "$folder/said" >&2
    exit 1
fi
printf '%-24s %s s\n' "no mistake" "$seconds"

order="the properties must be the initializer's parameters: as many, in their order, with their types"
mistake wrong-rule '/"stock"/s/\.atLeast(0)/.length(1...80)/' \
    "requires the types 'Int' and 'String' be equivalent"
mistake wrong-limit '/"edition"/s/atMost(99)/atMost("99")/' "cannot convert value of type 'String' to expected argument type"
mistake wrong-default '/"is_sold"/s/false/"no"/' "key path value type 'Bool' cannot be converted"
mistake wrong-key-path '/"author"/s/\\\.author/\\.autor/' "value of type 'Product' has no member 'autor'"
mistake missing-property '/Property("weight"/d' "$order"
mistake additional-property 's/^    let weight: Double?$//' "value of type 'Product' has no member 'weight'"
mistake wrong-order '/Property("author"/{h;d};/Property("edition"/G' "$order"
mistake missing-comma '/"author"/s/, \\/ \\/' "expected ',' separator"
mistake additional-comma '/Property("author"/s/$/,/' "expected expression"
mistake no-value 's/let size: Size?/let size: Maker?/' "requires that 'Maker' conform to 'RequestValue'"
mistake no-properties '/static let properties = Properties(Size/,/^    }/d' "type 'Size' does not conform to protocol 'Model'"
mistake handler-parameter 's/{ product in$/{ (product: Int) in/' "to expected argument type '@Sendable (Product)"
mistake handler-count 's/{ product in$/{ product, more in/' "pack expansion requires that 'Body<Product>' and"
mistake handler-value 's/number + 1/number.name/' "value of type 'Int' has no member 'name'"
mistake handler-answer 's/^        product$/        Maker(name: product.name)/' "a handler must return a Model, another ResponseConvertible, or nothing"
exit $failed
