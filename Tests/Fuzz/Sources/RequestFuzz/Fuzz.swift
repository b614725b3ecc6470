/// What libFuzzer calls with each of its inputs: the first byte says into which pieces the others are cut.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: start, count: count)
    guard let cut = input.first else { return 0 }
    let bytes = Array(input.dropFirst())
    let pieces = Pieces.cut(bytes, by: cut)
    let ours = Reading(serving: pieces)
    let nio = Reading(nio: pieces)
    if let difference = Comparison.difference(ours, nio, of: bytes) {
        fatalError("\(difference)\nours: \(ours)\nNIO: \(nio)")
    }
    let whole = Reading(serving: [bytes[...]])
    if whole != ours { fatalError("we read the pieces otherwise\nwhole: \(whole)\npieces: \(ours)") }
    return 0
}
