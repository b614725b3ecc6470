/// A pattern as its text has it.
indirect enum PatternNode {
    case scalar(ScalarSet)
    case assertion(Pattern.Assertion)
    case sequence([PatternNode])
    case choice([PatternNode])
    /// - Parameter most: nil for any number.
    case repetition(PatternNode, least: Int, most: Int?)
}

/// Makes the program of a pattern.
struct PatternCompiler {
    /// Instructions: each is looked at for each code point, and `(a{99}){99}` would have many.
    private static let longest = 4096

    private var program: [Pattern.Instruction] = []

    static func program(for node: PatternNode) throws(PatternError) -> [Pattern.Instruction] {
        var compiler = PatternCompiler()
        try compiler.add(node)
        return compiler.program + [.match]
    }

    private mutating func add(_ node: PatternNode) throws(PatternError) {
        guard program.count < PatternCompiler.longest else { throw PatternError("it is too long") }
        switch node {
        case .scalar(let set): program.append(.scalar(set))
        case .assertion(let assertion): program.append(.assertion(assertion))
        case .sequence(let nodes): for node in nodes { try add(node) }
        case .choice(let nodes): try add(choice: nodes)
        case .repetition(let node, let least, let most):
            for _ in 0..<least { try add(node) }
            guard let most else { return try addLoop(node) }
            for _ in least..<most { try addOptional(node) }
        }
    }

    private mutating func add(choice nodes: [PatternNode]) throws(PatternError) {
        var ends: [Int] = []
        for node in nodes.dropLast() {
            let split = reserve()
            try add(node)
            ends.append(reserve())
            program[split] = .split(split + 1, program.count)
        }
        if let last = nodes.last { try add(last) }
        for end in ends { program[end] = .jump(program.count) }
    }

    private mutating func addLoop(_ node: PatternNode) throws(PatternError) {
        let split = reserve()
        try add(node)
        program.append(.jump(split))
        program[split] = .split(split + 1, program.count)
    }

    private mutating func addOptional(_ node: PatternNode) throws(PatternError) {
        let split = reserve()
        try add(node)
        program[split] = .split(split + 1, program.count)
    }

    /// A place for an instruction whose target is not known yet.
    private mutating func reserve() -> Int {
        program.append(.match)
        return program.count - 1
    }
}
