internal import CLinux
import Glibc

/// Reads and writes a connected non-blocking socket.
package enum StreamSocket {
    package enum Reading: Equatable {
        case bytes([UInt8])
        /// No data now.
        case wouldBlock
        /// The peer has closed, or shut down its sending side.
        case end
    }

    package enum Writing: Equatable {
        /// Bytes written, possibly fewer than given.
        case count(Int)
        /// No room now.
        case wouldBlock
        /// The peer is gone.
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
