internal import CPostgres

/// The rows that a statement returned. Reading them copies nothing.
package struct Rows: ~Copyable {
    private let result: OpaquePointer

    init(owning result: OpaquePointer) {
        self.result = result
    }

    deinit { PQclear(result) }

    package var count: Int { Int(PQntuples(result)) }

    /// Calls the body with the bytes of a value: UTF-8 for a text. They end with the call.
    /// - Returns: nil for NULL.
    package func withBytes<Value>(
        _ row: Int, _ column: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Value
    ) rethrows -> Value? {
        guard PQgetisnull(result, Int32(row), Int32(column)) == 0 else { return nil }
        return try body(bytes(row, column))
    }

    /// - Returns: nil for NULL.
    package func text(_ row: Int, _ column: Int) -> String? {
        withBytes(row, column) { String(decoding: $0, as: UTF8.self) }
    }

    /// A value of the types smallint, integer or bigint.
    /// - Returns: nil for NULL.
    package func integer(_ row: Int, _ column: Int) -> Int64? {
        withBytes(row, column) { bytes in
            var value = bytes.first.map { $0 & 0x80 != 0 ? Int64(-1) : 0 } ?? 0
            for byte in bytes { value = value << 8 | Int64(byte) }
            return value
        }
    }

    package func boolean(_ row: Int, _ column: Int) -> Bool {
        withBytes(row, column) { $0.first == 1 } ?? false
    }

    /// Bytes of the values in a row.
    package func size(ofRow row: Int) -> Int {
        (0..<PQnfields(result)).reduce(0) { $0 + Int(PQgetlength(result, Int32(row), $1)) }
    }

    private func bytes(_ row: Int, _ column: Int) -> UnsafeBufferPointer<UInt8> {
        let count = Int(PQgetlength(result, Int32(row), Int32(column)))
        let start = PQgetvalue(result, Int32(row), Int32(column))
        return UnsafeBufferPointer(start: UnsafeRawPointer(start)?.assumingMemoryBound(to: UInt8.self), count: count)
    }
}
