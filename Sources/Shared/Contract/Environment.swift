internal import CLinux
import Glibc

/// The environment variables that this process was started with.
package enum Environment {
    package static var variables: [String: String] {
        var variables: [String: String] = [:]
        var next = brigade_environment()
        while let entry = next?.pointee {
            // By bytes: what follows the sign may be a mark that a character would combine with it.
            if let equals = strchr(entry, Int32(UInt8(ascii: "="))) {
                let bytes = UnsafeRawBufferPointer(start: entry, count: equals - entry)
                let name = String(decoding: bytes, as: UTF8.self)
                // The first of a name counts, as it does for getenv(3).
                if variables[name] == nil { variables[name] = String(cString: equals + 1) }
            }
            next = next?.advanced(by: 1)
        }
        return variables
    }
}
