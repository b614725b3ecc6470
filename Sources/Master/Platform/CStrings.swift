internal import Contract
internal import Linux
import Glibc

/// argv and envp, as C wants them.
struct CStrings {
    private var arrays: [UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>] = []

    typealias Array = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    /// Valid until `free`.
    mutating func array(_ texts: [String]) -> Array {
        let array = UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: texts.count + 1)
        _ = array.initialize(from: texts.map { copy(Environment.bytes(of: $0)) } + [nil])
        arrays.append(array)
        return array.baseAddress!
    }

    private func copy(_ bytes: [UInt8]) -> UnsafeMutablePointer<CChar> {
        let text = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count + 1)
        _ = text.initialize(from: bytes.map { CChar(bitPattern: $0) } + [0])
        return text.baseAddress!
    }

    func free() {
        for array in arrays {
            for text in array { text?.deallocate() }
            array.deallocate()
        }
    }
}
