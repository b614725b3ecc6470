/// The members of an object, as they come: the last value of a repeated name counts, at the first one's place.
struct JSONObjectBuilder {
    private(set) var members: [JSON.Member] = []
    /// The name whose value comes next.
    var name = ""
    /// Of each name, while there are few: what differs here needs no comparison.
    private var fingerprints: [UInt32] = []
    /// Where each name stands; kept from `many` members on, so that more do not cost their square.
    private var places: [[UInt8]: Int] = [:]

    private static let many = 64

    mutating func append(_ value: JSON) {
        let fingerprint = Self.fingerprint(name)
        if let place = place(of: name, fingerprint) {
            members[place].value = value
            return
        }
        members.append(JSON.Member(name, value))
        if members.count < Self.many {
            fingerprints.append(fingerprint)
        } else if members.count == Self.many {
            for (place, member) in members.enumerated() { places[Array(member.name.utf8)] = place }
        } else {
            places[Array(name.utf8)] = members.count - 1
        }
    }

    private func place(of name: String, _ fingerprint: UInt32) -> Int? {
        guard members.count < Self.many else { return places[Array(name.utf8)] }
        for (place, other) in fingerprints.enumerated()
        where other == fingerprint && members[place].name.hasSameBytes(as: name) {
            return place
        }
        return nil
    }

    /// Names that are made to have the same one cost no more than comparing them all.
    private static func fingerprint(_ name: String) -> UInt32 {
        var name = name
        return name.withUTF8 { $0.span.fingerprint }
    }
}

extension String {
    /// Whether both have the same code points. (`==` also takes characters for equal that Unicode calls equivalent.)
    func hasSameBytes(as other: String) -> Bool {
        utf8.elementsEqual(other.utf8)
    }
}
