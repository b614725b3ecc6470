/// Reads the text of a pattern.
struct PatternParser {
    private let text: [Unicode.Scalar]
    private var index = 0

    init(_ text: String) {
        self.text = Array(text.unicodeScalars)
    }

    /// The code point that comes next; nil at the end.
    var next: Unicode.Scalar? { index < text.count ? text[index] : nil }

    mutating func parse() throws(PatternError) -> PatternNode {
        let node = try choice()
        guard next == nil else { throw PatternError("there is a ) too many") }
        return node
    }

    /// Takes that code point if it comes next.
    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        index += 1
        return true
    }

    /// Takes whatever comes next.
    mutating func take() throws(PatternError) -> Unicode.Scalar {
        guard let scalar = next else { throw PatternError("it ends too early") }
        index += 1
        return scalar
    }

    private mutating func choice() throws(PatternError) -> PatternNode {
        var nodes = [try sequence()]
        while take("|") { nodes.append(try sequence()) }
        return nodes.count == 1 ? nodes[0] : .choice(nodes)
    }

    private mutating func sequence() throws(PatternError) -> PatternNode {
        var nodes: [PatternNode] = []
        while let scalar = next, scalar != "|", scalar != ")" { nodes.append(try repetition()) }
        return .sequence(nodes)
    }

    private mutating func repetition() throws(PatternError) -> PatternNode {
        let node = try atom()
        let (least, most): (Int, Int?)
        switch next {
        case "*": (least, most) = (0, nil)
        case "+": (least, most) = (1, nil)
        case "?": (least, most) = (0, 1)
        case "{": (least, most) = try counts()
        default: return node
        }
        if case .assertion = node { throw PatternError("nothing stands before \(text[index])") }
        index += 1
        // How much is taken first makes no difference to whether there is a match.
        _ = take("?")
        if let next, "*+?{".unicodeScalars.contains(next) { throw PatternError("nothing stands before \(next)") }
        return .repetition(node, least: least, most: most)
    }

    /// The bounds in braces, up to the closing one.
    private mutating func counts() throws(PatternError) -> (Int, Int?) {
        index += 1
        let least = try count()
        var most: Int? = least
        if take(",") { most = next == "}" ? nil : try count() }
        guard next == "}", most.map({ $0 >= least }) != false else { throw PatternError("a {n,m} is no count") }
        return (least, most)
    }

    private mutating func count() throws(PatternError) -> Int {
        var digits = ""
        while let scalar = next, ScalarSet.digit.contains(scalar) { digits.unicodeScalars.append(try take()) }
        guard let count = Int(digits), count <= 1000 else { throw PatternError("a {n,m} is no count up to 1000") }
        return count
    }

    private mutating func atom() throws(PatternError) -> PatternNode {
        let scalar = try take()
        switch scalar {
        case "(": return try group()
        case "[": return .scalar(try set())
        case ".": return .scalar(.dot)
        case "^": return .assertion(.start)
        case "$": return .assertion(.end)
        case "\\":
            if take("b") { return .assertion(.wordBoundary(isNegated: false)) }
            if take("B") { return .assertion(.wordBoundary(isNegated: true)) }
            return .scalar(try escape())
        case "*", "+", "?": throw PatternError("nothing stands before \(scalar)")
        case "{", "}", "]": throw PatternError("\(scalar) must be written \\\(scalar)")
        default: return .scalar(.only(scalar.value))
        }
    }

    private mutating func group() throws(PatternError) -> PatternNode {
        if take("?"), !take(":") {
            guard take("<"), next != "=", next != "!" else { throw PatternError("assertions are not supported") }
            while try take() != ">" {}
        }
        let node = try choice()
        guard take(")") else { throw PatternError("a ) is missing") }
        // A group of an assertion may be repeated, an assertion may not.
        return .sequence([node])
    }
}
