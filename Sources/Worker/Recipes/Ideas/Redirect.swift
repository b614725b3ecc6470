import FoundationEssentials
import NIOHTTP1

/// Where an answer sends its reader, and whether we go there.
enum Redirect {
    /// How many are followed for one call.
    static let limit = 20

    /// It leads where we do not go.
    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    /// - Returns: where to ask next; nil when the answer is no redirect.
    /// - Throws: for a place that is not on the web, and for one that gives up TLS.
    static func target(of status: HTTPResponseStatus, _ location: String?, from origin: URL) throws(Refused) -> URL? {
        // RFC 9110, section 15.4. 300, 304 and 305 name no place that answers the same question.
        guard [301, 302, 303, 307, 308].contains(status.code), let location else { return nil }
        guard let target = URL(string: location, relativeTo: origin)?.absoluteURL,
            let scheme = target.scheme?.lowercased(),
            scheme == "http" || scheme == "https", target.host?.isEmpty == false
        else { throw Refused(description: "a redirect to no web address") }
        guard scheme == "https" || origin.scheme?.lowercased() == "http" else {
            throw Refused(description: "a redirect from https to http")
        }
        return target
    }
}
