/// The members of an object, as they come: the last value of a repeated name counts, at the first one's place.
struct JSONObjectBuilder {
    private(set) var members: [JSON.Member] = []
    /// The name whose value comes next.
    var name = ""
    /// Where each name stands; kept from the eighth member on, so that many members do not cost their square.
    private var places: [[UInt8]: Int] = [:]

    mutating func append(_ value: JSON) {
        if let place = place(of: name) {
            members[place].value = value
            return
        }
        members.append(JSON.Member(name, value))
        if members.count == 8 {
            for (place, member) in members.enumerated() { places[Array(member.name.utf8)] = place }
        } else if members.count > 8 {
            places[Array(name.utf8)] = members.count - 1
        }
    }

    private func place(of name: String) -> Int? {
        members.count < 8 ? members.firstIndex { $0.name.hasSameBytes(as: name) } : places[Array(name.utf8)]
    }
}

extension String {
    /// Whether both have the same code points. (`==` also takes characters for equal that Unicode calls equivalent.)
    func hasSameBytes(as other: String) -> Bool {
        utf8.elementsEqual(other.utf8)
    }
}
