import Endpoints
import Messages
import TestSupport
import Testing

/// Random values of a model with properties of every kind.
@Suite struct RandomModelTests {
    private enum Colour: String, Choice { case red, green, blue }

    private struct Part: Model, Hashable {
        let name: String
        let weight: Double
        let colours: [Colour]

        static let properties = Properties(Part.init) {
            Property("name", \.name, .length(...12))
            Property("weight", \.weight)
            Property("colours", \.colours, default: [], .count(...3))
        }
    }

    private struct Thing: Model, Hashable {
        let number: Int
        let any: Integer
        let isNew: Bool
        let text: String?
        let page: WebURL
        let colour: Colour?
        let parts: [Part]
        let spare: Part?
        let table: [[Integer]]
        let extra: JSON

        static let properties = Properties(Thing.init) {
            Property("number", \.number, .atLeast(-1000), .atMost(1000))
            Property("any", \.any)
            Property("is_new", \.isNew)
            Property("text", \.text, default: nil)
            Property("page", \.page)
            Property("colour", \.colour, default: nil)
            Property("parts", \.parts, .count(...4))
            Property("spare", \.spare)
            Property("table", \.table)
            Property("extra", \.extra)
        }

        var json: JSON { get throws { try JSON(parsing: (response(.ok)).body) } }
    }

    private let application: any Application
    private let validator: SchemaValidator
    private let schema: JSON = ["$ref": "#/components/schemas/Thing"]

    init() throws {
        var api = API(title: "t", version: "1")
        api.post("/things", name: "things", Body(Thing.self)) { $0 }
        application = try api.build()
        validator = SchemaValidator(try api.openAPIDocument())
    }

    private func post(_ body: [UInt8]) async throws -> Response {
        let fields = [Field("content-type", "application/json")]
        return try await SampleAPI.answer(application, Request(.post, "/things", fields: fields, body: body))
    }

    @Test func writtenModelIsReadBackAndMatchesTheSchema() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            let thing = Self.thing(&random)
            let json = try thing.json
            var issues: [Endpoints.Issue] = []
            #expect(Thing.read(json, issues: &issues) == thing)
            #expect(validator.accepts(json, schema), "\(String(decoding: json.bytes, as: UTF8.self))")
        }
    }

    @Test func modelAcceptsWhatTheSchemaAccepts() throws {
        var random = SeededGenerator(seed: 12)
        var (accepted, refused) = (0, 0)
        for _ in 0..<2000 {
            let json = try Self.thing(&random).json.changed(&random)
            var issues: [Endpoints.Issue] = []
            let thing = Thing.read(json, issues: &issues)
            #expect((thing == nil) == !issues.isEmpty)
            if validator.accepts(json, schema) {
                accepted += 1
                #expect(thing != nil, "\(String(decoding: json.bytes, as: UTF8.self)) \(issues)")
            } else if thing == nil {
                refused += 1
            }
        }
        #expect(accepted > 200 && refused > 200)
    }

    @Test func randomBodiesAreAnswered() async throws {
        var random = SeededGenerator(seed: 13)
        for _ in 0..<1000 {
            var body = try Self.thing(&random).json.bytes
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: 0..<body.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: body[place] = UInt8.random(in: 0...255, using: &random)
                case 1: body.remove(at: place)
                default: body.removeSubrange(place...)
                }
                if body.isEmpty { break }
            }
            let status = try await post(body).status
            #expect(status == .ok || status == .unprocessableContent || status == .badRequest)
        }
    }

    private static func thing(_ random: inout SeededGenerator) -> Thing {
        let pages = ["https://a.example/", "http://b/?q=%20#x", "https://xn--bcher-kva.example/a/b"]
        let table = (0..<Int.random(in: 0...3, using: &random)).map { (0..<$0).map { Integer.small($0 * 7) } }
        return Thing(
            number: .random(in: -1000...1000, using: &random),
            any: Bool.random(using: &random)
                ? .small(.random(in: .min ... .max, using: &random)) : .large("123456789012345678901234567890"),
            isNew: .random(using: &random), text: Bool.random(using: &random) ? .random(using: &random) : nil,
            page: pages.randomElement(using: &random).flatMap { try? WebURL(parsing: $0) }!,
            colour: Bool.random(using: &random) ? Colour.allCases.randomElement(using: &random) : nil,
            parts: (0..<Int.random(in: 0...4, using: &random)).map { _ in part(&random) },
            spare: Bool.random(using: &random) ? part(&random) : nil, table: table,
            extra: .bool(.random(using: &random)))
    }

    private static func part(_ random: inout SeededGenerator) -> Part {
        let colours = (0..<Int.random(in: 0...3, using: &random)).map { _ in
            Colour.allCases.randomElement(using: &random)!
        }
        let weight = Double(Int.random(in: -1000...1000, using: &random)) / 8
        return Part(name: .random(using: &random), weight: weight, colours: colours)
    }
}

extension JSON {
    /// The value with one part replaced, removed or added.
    fileprivate func changed(_ random: inout SeededGenerator) -> JSON {
        switch self {
        case .object(var members) where !members.isEmpty:
            let place = Int.random(in: 0..<members.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: members.remove(at: place)
            case 1: members.append(.init("other", .random(depth: 1, using: &random)))
            default: members[place].value = members[place].value.changed(&random)
            }
            return .object(members)
        case .array(var elements) where !elements.isEmpty:
            let place = Int.random(in: 0..<elements.count, using: &random)
            elements[place] = elements[place].changed(&random)
            if Bool.random(using: &random) { elements.append(elements[place]) }
            return .array(elements)
        default:
            return .random(depth: 1, using: &random)
        }
    }
}
