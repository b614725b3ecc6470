/// Values in the form that libpq takes: pointers to binary values, and their lengths. Its memory is used again.
struct ParameterList {
    private var bytes: [UInt8] = []
    /// Where each value begins; nil for NULL.
    private var starts: [Int?] = []
    private var lengths: [Int32] = []
    private var pointers: [UnsafePointer<CChar>?] = []
    private static let binary = [Int32](repeating: 1, count: 16)

    mutating func withPointers<Result>(
        to values: [PostgresValue],
        _ body: (
            _ count: Int32, UnsafePointer<UnsafePointer<CChar>?>?, _ lengths: UnsafePointer<Int32>?,
            _ formats: UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        precondition(values.count <= Self.binary.count)
        bytes.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        for value in values {
            let start = bytes.count
            switch value {
            case .integer(let integer): withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
            case .text(let text): bytes.append(contentsOf: text.utf8)
            case .null: break
            }
            starts.append(value == .null ? nil : start)
            lengths.append(Int32(bytes.count - start))
        }
        // An empty text at the end has an address, too.
        bytes.append(0)
        return bytes.withUnsafeBytes { bytes in
            pointers.removeAll(keepingCapacity: true)
            for start in starts {
                pointers.append(start.map { (bytes.baseAddress! + $0).assumingMemoryBound(to: CChar.self) })
            }
            return pointers.withUnsafeBufferPointer { pointers in
                lengths.withUnsafeBufferPointer { lengths in
                    Self.binary.withUnsafeBufferPointer { formats in
                        body(Int32(values.count), pointers.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }
}
