/// Why a worker is to be replaced while it serves well.
package enum Retirement: Equatable, Sendable {
    /// It asked for it: it has served as many requests as it shall, or has a reason of its own.
    case asked
    /// It has grown to so many bytes.
    case memory(Int)
    /// It has a listening socket in whose place another is.
    case outdated
}
