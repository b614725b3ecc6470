import Contract

/// Every series that a worker of this server has ever had, by its place, which it keeps: a number is quicker to compare than
/// names and labels.
struct SeriesRegistry: Equatable {
    private(set) var identities: [MetricSeries.Identity] = []
    private var places: [MetricSeries.Identity: Int] = [:]
    private var requestSeries = 0
    private var applicationSeries = 0

    /// So many series of requests, and as many of the application, have places of their own. A server that reloads into
    /// applications with other routes, and a worker that writes nonsense, must not fill the master's memory.
    static let most = 2000

    init() {}

    subscript(place: Int) -> MetricSeries.Identity { identities[place] }

    /// The place of a series as a worker names it. Beyond the limit, all of one kind share a place.
    mutating func place(of given: MetricSeries.Identity) -> Int {
        let identity = given.sane
        if let place = places[identity] { return place }
        let isRequest = identity.kind == .requests
        guard isRequest ? requestSeries < Self.most : applicationSeries < Self.most else {
            let overflow = MetricSeries.Identity.overflow(identity.kind)
            return places[overflow] ?? append(overflow)
        }
        if isRequest { requestSeries += 1 } else { applicationSeries += 1 }
        return append(identity)
    }

    private mutating func append(_ identity: MetricSeries.Identity) -> Int {
        identities.append(identity)
        places[identity] = identities.count - 1
        return identities.count - 1
    }
}

extension SeriesRegistry: Codable {
    init(from decoder: any Decoder) throws {
        for identity in try [MetricSeries.Identity](from: decoder) {
            if identity.kind == .requests { requestSeries += 1 } else { applicationSeries += 1 }
            _ = append(identity)
        }
    }

    func encode(to encoder: any Encoder) throws {
        try identities.encode(to: encoder)
    }
}

extension MetricSeries.Identity {
    /// Where the series of that kind count that have no place.
    static func overflow(_ kind: MetricSeries.Kind) -> MetricSeries.Identity {
        kind == .requests
            ? MetricSeries.Identity(method: "_OTHER", route: "overflow") : MetricSeries.Identity(kind, "overflow")
    }

    /// Without what no worker of ours writes.
    fileprivate var sane: MetricSeries.Identity {
        guard kind == .requests else { return self }
        guard let (method, route) = route else { return .overflow(.requests) }
        // Capital letters, and _OTHER.
        let isMethod =
            (1...24).contains(method.utf8.count)
            && method.utf8.allSatisfy { (0x41...0x5a).contains($0) || $0 == 0x5f || $0 == 0x2d }
        return MetricSeries.Identity(method: isMethod ? method : "_OTHER", route: route.visible)
    }
}
