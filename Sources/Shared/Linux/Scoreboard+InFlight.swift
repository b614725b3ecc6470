package import Contract
internal import CLinux

extension Scoreboard.Slot {
    /// The requests that are with the application, in no order. Of a living worker it is what stood there when each entry
    /// was looked at; of a dead one it is what it died with, but for one that it was just writing.
    package var inFlight: [InFlightRequest] {
        var requests: [InFlightRequest] = []
        for index in 0..<entered {
            if let request = request(index) { requests.append(request) }
        }
        return requests
    }

    /// How often an entry is looked at whose writer changes it all the time, before it is left out.
    private static let attempts = 64

    private func request(_ index: Int) -> InFlightRequest? {
        var copy = brigade_request()
        for _ in 0..<Self.attempts where brigade_request_read(entries + index, &copy) != 0 {
            if copy.start == 0 { return nil }
            let method = Self.text(&copy.method, Int(copy.method_length), limit: Int(BRIGADE_METHOD_BYTES))
            let target = Self.text(&copy.target, Int(copy.target_length), limit: Int(BRIGADE_TARGET_BYTES))
            return InFlightRequest(
                method: method, target: target, started: .nanoseconds(Int64(clamping: copy.start)))
        }
        return nil
    }

    private static func text<Words>(_ words: inout Words, _ length: Int, limit: Int) -> String {
        withUnsafeBytes(of: &words) { Claim.text($0.prefix(min(length, limit))) }
    }
}
