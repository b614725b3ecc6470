import Glibc

/// The requests of the parser's own tests, as inputs to begin with.
enum Seeds {
    /// Writes each to a file of its own.
    static func write(to folder: String) {
        for (number, request) in RequestTable.all.enumerated() where request.bytes.count < 1000 {
            let path = "\(folder)/\(number)"
            guard let file = fopen(path, "w") else { fatalError("\(path) cannot be written") }
            let input = [0] + request.bytes
            fwrite(input, 1, input.count, file)
            fclose(file)
        }
    }
}

/// libFuzzer calls it once, before anything else: `--seeds FOLDER` writes the inputs to begin with, and no more.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutablePointer<CInt>?,
    _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>?
) -> CInt {
    let arguments = CommandLine.arguments
    if arguments.count == 3, arguments[1] == "--seeds" {
        Seeds.write(to: arguments[2])
        exit(0)
    }
    return 0
}
