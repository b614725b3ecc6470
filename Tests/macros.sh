#!/usr/bin/env bash
# Tests/Macros, a package with the trait Macros: the expansion of @Model, and the errors for its misuse. It builds
# swift-syntax, which takes a minute or two.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/Macros"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
swift build --build-tests >&2
swift test --skip-build

# The C modules that Serving imports.
maps=()
for map in .build/debug/CLinux.build .build/checkouts/swift-system/Sources/CSystem/include; do
    maps+=(-Xcc "-fmodule-map-file=$map/module.modulemap")
done

# misuse WORDS: the declaration on the standard input is rejected, with an error that contains the words.
misuse() {
    { printf 'import Brigade\nimport BrigadeMacros\n' && cat; } >"$folder/misuse.swift"
    swiftc -typecheck -swift-version 6 -I .build/debug/Modules "${maps[@]}" \
        -load-plugin-executable .build/debug/MacroPlugin-tool#MacroPlugin "$folder/misuse.swift" >"$folder/said" 2>&1 || true
    grep -F 'error:' "$folder/said" | grep -qF -- "$1" && return
    printf 'FAILED: an error with "%s" expected, and the compiler said:\n' "$1" >&2
    cat "$folder/said" >&2
    exit 1
}
misuse "@Model must be on a struct" <<<'@Model final class A { var a: Int = 0 }'
misuse "@Model cannot be on a generic struct" <<<'@Model struct A<B> { var a: Int }'
misuse "must have an explicit type: var a: Type" <<<'@Model struct A { var a = 5 }'
misuse "a property of a @Model must have one name" <<<'@Model struct A { var (a, b): (Int, Int) }'
misuse "a let with a value cannot be set from a request" <<<'@Model struct A { let a: Int = 5 }'
misuse "@Rule is for the stored properties of a @Model" <<<'@Model struct A { @Rule(.atLeast(1)) var a: Int { 5 } }'
misuse "@Name has no effect here: add @Model to the struct around it" <<<'struct A { @Name("b") var a: Int }'
misuse "requires the types 'Int' and 'String' be equivalent" <<<'@Model struct A { @Rule(.length(1...5)) var a: Int }'
misuse "no member 'long'" <<<'@Model struct A { @Rule(.long) var a: String }'
misuse "type 'B' does not conform to protocol 'RequestValue'" <<<'struct B {}; @Model struct A { var a: B }'
echo "--- the macros: all well"
