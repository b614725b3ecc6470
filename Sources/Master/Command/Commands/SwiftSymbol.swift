import Contract
import Glibc

/// Names of Swift functions, as people write them.
enum SwiftSymbol {
    /// Of the Swift runtime. The result is malloc's.
    @_silgen_name("swift_demangle")
    private static func demangle(
        _ name: UnsafePointer<CChar>, _ length: Int, _ buffer: UnsafeMutablePointer<CChar>?,
        _ size: UnsafeMutablePointer<Int>?,
        _ flags: UInt32
    ) -> UnsafeMutablePointer<CChar>?

    /// The line of a stack, `  0 NAME+OFFSET in FILE+OFFSET`, with its name demangled if that is one of Swift.
    static func demangled(in line: Substring) -> String {
        guard let start = line.firstIndex(of: "$"), let end = line[start...].firstIndex(of: "+") else {
            return "\(line)"
        }
        let name = String(line[start..<end])
        guard let text = demangle(name, name.utf8.count, nil, nil, 0) else { return "\(line)" }
        defer { free(text) }
        return "\(line[..<start])\(String(cString: text).visible)\(line[end...])"
    }
}
