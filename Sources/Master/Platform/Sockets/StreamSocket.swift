internal import CLinux
import Glibc

/// A connected socket that does not block.
package enum StreamSocket {
    package enum Reading: Equatable {
        case bytes([UInt8])
        /// Nothing now.
        case wouldBlock
        /// The other side has sent all that it will, or is gone.
        case end
    }

    package enum Writing: Equatable {
        /// How many bytes went, which may be fewer than there are.
        case count(Int)
        /// No room now.
        case wouldBlock
        /// The other side is gone.
        case end
    }

    package static func read(_ descriptor: Int32, upTo limit: Int) -> Reading {
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
            count = repeated { recv(descriptor, buffer.baseAddress, limit, 0) }
            filled = max(0, count)
        }
        if count > 0 { return .bytes(bytes) }
        return count < 0 && errno == EAGAIN ? .wouldBlock : .end
    }

    package static func write(_ descriptor: Int32, _ bytes: some Collection<UInt8>) -> Writing {
        let bytes = Array(bytes)
        let count = repeated { send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
        if count >= 0 { return .count(count) }
        return errno == EAGAIN ? .wouldBlock : .end
    }

    private static func repeated(_ call: () -> Int) -> Int {
        while true {
            let count = call()
            if count >= 0 || errno != EINTR { return count }
        }
    }
}
