// What parameters of the path, the query and the header section have in common.
extension ValueRule where Value: ParameterValue {
    func declaration(_ place: ParameterDeclaration.Place, _ name: String) -> ParameterDeclaration {
        ParameterDeclaration(
            place, name: name, schema: schema(name: name), isRequired: defaultValue == nil, isList: Value.isList,
            description: description
        ).plain
    }

    /// - Parameter json: nil when it was not sent.
    func read(
        _ json: JSON?, at place: ParameterDeclaration.Place, _ name: String, issues: inout [Issue]
    ) -> Value? {
        let known = issues.count
        let value = read(json, in: .null, issues: &issues)
        if issues.count > known {
            for index in known..<issues.count {
                issues[index].location.insert(contentsOf: [.name(place.rawValue), .name(name)], at: 0)
            }
        }
        return value
    }
}

extension JSON {
    /// An array of strings; nil when there are none.
    init?(texts: [String]) {
        guard !texts.isEmpty else { return nil }
        self = .array(texts.map(JSON.string))
    }
}
