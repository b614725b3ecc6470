/// What libFuzzer calls with each of its inputs, which is a script of what happens to a connection.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var script = Script(UnsafeBufferPointer(start: start, count: count))
    var owner = Owner(request: script.number(below: 2) == 0 ? nil : 5_000_000_000)
    while !script.isAtEnd { owner.happen(&script) }
    owner.leaveAlone()
    return 0
}
