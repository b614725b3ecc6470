import Glibc

/// libFuzzer's entry point. The first byte of the input says into which pieces the rest is split.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: start, count: count)
    guard let cut = input.first else { return 0 }
    let bytes = Array(input.dropFirst())
    let pieces = split(bytes, by: cut)
    let ours = Reading(serving: pieces)
    let nio = Reading(nio: pieces)
    if let difference = Comparison.difference(ours, nio, of: bytes) {
        fatalError("\(difference)\nours: \(ours)\nNIO: \(nio)")
    }
    let whole = Reading(serving: [bytes[...]])
    if whole != ours { fatalError("the pieces are parsed differently\nwhole: \(whole)\npieces: \(ours)") }
    return 0
}

/// Splits the input as a network may.
/// - Parameter seed: 0 does not split; below 128, it is the size of each piece; above, it seeds random sizes.
private func split(_ bytes: [UInt8], by seed: UInt8) -> [ArraySlice<UInt8>] {
    if seed == 0 { return [bytes[...]] }
    var pieces: [ArraySlice<UInt8>] = []
    var state = UInt32(seed)
    var start = 0
    while start < bytes.count {
        state = state &* 1_664_525 &+ 1_013_904_223
        let size = seed < 128 ? Int(seed) : Int(state >> 24) % 60 + 1
        let end = min(start + size, bytes.count)
        pieces.append(bytes[start..<end])
        start = end
    }
    return pieces
}

/// Called by libFuzzer once at start. `--seeds DIRECTORY` writes the seed inputs and exits.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutablePointer<CInt>?,
    _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>?
) -> CInt {
    let arguments = CommandLine.arguments
    if arguments.count == 3, arguments[1] == "--seeds" {
        writeSeeds(to: arguments[2])
        exit(0)
    }
    return 0
}

/// Writes the requests of the parser's unit tests as inputs, one file each.
private func writeSeeds(to directory: String) {
    for (number, request) in RequestTable.all.enumerated() where request.bytes.count < 1000 {
        let path = "\(directory)/\(number)"
        guard let file = fopen(path, "w") else { fatalError("\(path) cannot be written") }
        let input = [0] + request.bytes
        fwrite(input, 1, input.count, file)
        fclose(file)
    }
}
