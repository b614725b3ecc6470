import Messages

@testable import Serving

/// libFuzzer's entry point. The input is what a client sends through a proxy: before its requests, and in their fields.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: start, count: count)
    guard let seed = input.first else { return 0 }
    let bytes = Array(input.dropFirst())
    readHeader(bytes, pieces: Int(seed) % 16 + 1)
    readFields(bytes, seed)
    return 0
}

/// The header of the PROXY protocol is read in the same way whatever the pieces are, and never beyond its end.
private func readHeader(_ bytes: [UInt8], pieces size: Int) {
    let whole = header(bytes, pieces: max(1, bytes.count))
    let pieces = header(bytes, pieces: size)
    guard whole == pieces else { fatalError("the pieces are read differently\nwhole: \(whole)\npieces: \(pieces)") }
}

private func header(_ bytes: [UInt8], pieces size: Int) -> String {
    var parser = ProxyHeaderParser()
    var position = 0
    while position < bytes.count {
        let piece = Array(bytes[position..<min(position + size, bytes.count)])
        switch piece.withUnsafeBytes({ parser.receive($0) }) {
        case .incomplete: position += piece.count
        case .invalid: return "invalid"
        case .complete(let header, let count):
            guard 1...piece.count ~= count else { fatalError("\(count) bytes of \(piece.count) belong to the header") }
            return "\(header) \(position + count)"
        }
    }
    return "incomplete"
}

/// A proxy has appended the address of its client to what the client has sent.
private func readFields(_ bytes: [UInt8], _ seed: UInt8) {
    // What the parser of requests lets through.
    let text = String(decoding: bytes.map { $0 < 0x20 && $0 != 0x09 || $0 == 0x7f ? 0x20 : $0 }, as: UTF8.self)
    let isForwarded = seed & 0x80 == 0
    let name = isForwarded ? "forwarded" : "x-forwarded-for"
    let item = isForwarded ? #"for="198.51.100.7:4711";proto=https"# : "198.51.100.7"
    let fields =
        seed & 0x40 == 0
        ? [Field(name, "\(text), \(item)")] : [Field(name, text), Field(name, item)]
    let others = isForwarded ? [] : [Field("forwarded", text)]
    let hops = ForwardedHops.read(RequestHead(.get, "/", fields: others + fields))
    guard let hop = hops.first, case .address(let address) = hop.node, "\(address)" == "198.51.100.7",
        hop.scheme == (isForwarded ? .https : nil)
    else { fatalError("a client has forged its address: \(hops)") }
    guard hops.count <= ForwardedHops.limit else { fatalError("\(hops.count) proxies are read") }
    // Each may be invalid, but not dangerous.
    let values = [Field("x-forwarded-host", text), Field("x-forwarded-prefix", text), Field("x-forwarded-port", text)]
    for hop in ForwardedHops.read(RequestHead(.get, "/", fields: values)) {
        for value in [hop.authority, hop.rootPath] {
            guard value?.utf8.contains(where: { $0 <= 0x20 || $0 > 0x7e || #""<>\"#.utf8.contains($0) }) != true else {
                fatalError("\(value ?? "") is dangerous in a page or a log")
            }
        }
        if hop.rootPath?.contains("//") == true { fatalError("the root path names a host") }
    }
}
