import Endpoints
import Foundation
import Testing

/// Compares our results with those of pydantic 2.14 in `Snapshots/values.jsonl`. If they differ on purpose, a test of the value
/// says so.
@Suite struct PydanticTableTests {
    private enum Word: String, Choice {
        case a, b
        case its = "it's"
    }

    private enum Number: Int, Choice {
        case one = 1
        case two = 2
        case ten = 10
    }

    private enum Single: Int, Choice { case one = 1 }

    private struct Cat: Model {
        let lives: Int
        static let properties = Properties(Cat.init) { Property("lives", \.lives) }
    }

    private struct Dog: Model {
        let name: String
        static let properties = Properties(Dog.init) { Property("name", \.name) }
    }

    private enum Pet: Union {
        case cat(Cat)
        case dog(Dog)

        static let variants = Variants(by: "kind", .init("cat", Pet.cat), .init("dog", Pet.dog))

        var model: any Model {
            switch self {
            case .cat(let cat): cat
            case .dog(let dog): dog
            }
        }
    }

    @Test func valuesAreReadAsByPydantic() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots/values.jsonl")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count > 300)
        for line in lines {
            let row = try JSON(parsing: Array(line.utf8))
            guard case .string(let value)? = row["value"], let input = row["input"] else { continue }
            let result = Self.result(value, input)
            let expected: JSON = row["written"].map { ["written": $0] } ?? ["issues": row["issues"] ?? nil]
            #expect(result == expected, "\(line) \(String(decoding: result.bytes, as: UTF8.self))")
        }
    }

    private static func result(_ value: String, _ input: JSON) -> JSON {
        switch value {
        case "uuid": result(UUID.self, input)
        case "date-time": result(Date.self, input)
        case "date": result(CalendarDate.self, input)
        case "time": result(TimeOfDay.self, input)
        case "decimal": result(Decimal.self, input)
        case "duration": result(Duration.self, input)
        case "base64": result(Data.self, input)
        case "word": result(Word.self, input)
        case "number": result(Number.self, input)
        case "single": result(Single.self, input)
        case "union": result(Pet.self, input)
        case "unions": result([Pet].self, input)
        case "by uuid": result([UUID: Int].self, input)
        case "by number": result([Number: Int].self, input)
        default: ["issues": .string("no such value: \(value)")]
        }
    }

    private static func result<Value: RequestValue & ResponseValue>(_ type: Value.Type, _ input: JSON) -> JSON {
        var issues: [Endpoints.Issue] = []
        if let value = Value.read(input, issues: &issues), issues.isEmpty {
            var writer = JSONWriter()
            value.write(to: &writer)
            return ["written": (try? JSON(parsing: writer.bytes)) ?? nil]
        }
        return ["issues": .array(issues.map(json))]
    }

    private static func json(_ issue: Endpoints.Issue) -> JSON {
        let steps = issue.location.map { step -> JSON in
            switch step {
            case .name(let name): .string(name)
            case .index(let index): JSON(integerLiteral: index)
            }
        }
        var members: [JSON.Member] = [
            .init("type", .string(issue.type)), .init("loc", .array(steps)), .init("msg", .string(issue.message)),
        ]
        if !issue.context.isEmpty { members.append(.init("ctx", .object(issue.context))) }
        return .object(members)
    }
}
