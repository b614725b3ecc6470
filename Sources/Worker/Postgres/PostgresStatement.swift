/// A statement that each connection prepares once, when it first uses it.
package struct PostgresStatement: Sendable {
    package enum ParameterType: UInt32, Sendable {
        // Object identifiers of PostgreSQL's types.
        case integer = 20
        case text = 25
    }

    /// How the statement shares connections with others.
    package enum Kind: Hashable, Sendable {
        /// Changes nothing, and takes less than a millisecond. Many share a round trip.
        case shortRead
        /// Changes nothing.
        case longRead
        /// Several writes share a transaction and a commit. If one fails, the others are repeated without it.
        case write
    }

    /// Unique within the application.
    package let name: String
    package let sql: String
    package let parameters: [ParameterType]
    package let kind: Kind

    /// - Parameter sql: parameters are `$1`, `$2`.
    package init(_ name: String, _ kind: Kind, parameters: [ParameterType] = [], _ sql: String) {
        self.name = name
        self.sql = sql
        self.parameters = parameters
        self.kind = kind
    }
}

/// The value of a parameter.
package enum PostgresValue: Sendable, Equatable {
    case integer(Int64)
    /// PostgreSQL stores no NUL, and refuses a text that contains one.
    case text(String)
    case null
}
