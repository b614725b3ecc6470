import Endpoints
import Foundation
import Messages
import TestSupport
import Testing

/// What the table of `PydanticTableTests` does not say: where we differ from pydantic, and values in a request's places.
@Suite struct ValueTests {
    private enum Stars: Int, Choice { case one = 1, two, three }

    private struct Booking: Model, Hashable {
        let id: UUID
        let made: Date
        let day: CalendarDate
        let time: TimeOfDay
        let price: Decimal
        let stay: Duration
        let token: Data
        let stars: Stars
        let rooms: [UUID: Int]

        static let properties = Properties(Booking.init) {
            Property("id", \.id)
            Property("made", \.made)
            Property("day", \.day, .atLeast(CalendarDate(year: 2024, month: 1, day: 1)!))
            Property("time", \.time)
            Property("price", \.price, .moreThan(0), .atMost(Decimal(string: "99.95")!))
            Property("stay", \.stay, .atLeast(.seconds(90)))
            Property("token", \.token)
            Property("stars", \.stars)
            Property("rooms", \.rooms)
        }
    }

    private static let id = "12345678-1234-5678-1234-567812345678"

    private var api: API {
        var api = API(title: "t", version: "1")
        api.get(
            "/days/{day}", name: "day", Path("day", CalendarDate.self), Query("id", UUID?.self),
            Query("stars", Stars?.self), Header("since", Date?.self), Query("wait", default: Duration.seconds(1))
        ) {
            "\($0) \($1?.uuidString ?? "") \($2?.rawValue ?? 0) \($3?.timeIntervalSince1970 ?? 0) \($4.components.seconds)"
        }
        api.get("/ids/{id}", name: "id", Path("id", UUID.self)) { $0 }
        api.post("/bookings", name: "book", Body(Booking.self)) { $0 }
        api.post("/form", name: "form", Form(Visit.self)) { $0 }
        return api
    }

    private struct Visit: Model {
        let day: CalendarDate
        let price: Decimal
        static let properties = Properties(Visit.init) {
            Property("day", \.day)
            Property("price", \.price)
        }
    }

    private func post(_ body: String, to target: String = "/bookings", _ type: String = "application/json") async throws
        -> Response
    {
        let fields = [Field("content-type", type)]
        return try await SampleAPI.answer(
            api.build(), Request(.post, target, fields: fields, body: Array(body.utf8)))
    }

    private func read<Value: RequestValue>(_ type: Value.Type, _ json: JSON) -> (Value?, [String]) {
        var issues: [Endpoints.Issue] = []
        let value = Value.read(json, issues: &issues)
        return (value, issues.map(\.type))
    }

    @Test func valuesAreReadFromPathsQueriesAndHeaders() async throws {
        let fields = [Field("since", "2024-01-02T03:04:05+01:00")]
        let target = "/days/2024-02-29?id=\(Self.id)&stars=2&wait=PT1M"
        let response = try await SampleAPI.answer(api.build(), Request(.get, target, fields: fields))
        #expect(response.text == "\"2024-02-29 \(Self.id) 2 1704161045.0 60\"")
        let wrong = try await SampleAPI.answer(api.build(), Request(.get, "/days/2023-02-29?id=x&stars=4&wait=x"))
        #expect(
            try wrong.issues == [
                #"date_from_datetime_parsing ["path","day"]"#, #"uuid_parsing ["query","id"]"#,
                #"enum ["query","stars"]"#, #"time_delta_parsing ["query","wait"]"#,
            ])
        let id = try await SampleAPI.answer(api.build(), Request(.get, "/ids/\(Self.id.uppercased())"))
        #expect(id.text == "\"\(Self.id)\"")
        let noID = try await SampleAPI.answer(api.build(), Request(.get, "/ids/12345678-1234-5678-1234_567812345678"))
        #expect(try noID.issues == [#"uuid_parsing ["path","id"]"#])
    }

    @Test func valuesAreReadFromBodiesAndForms() async throws {
        let body =
            #"{"id":"\#(Self.id)","made":"2024-01-02T03:04:05Z","day":"2024-02-29","time":"08:30:00","#
            + #""price":"19.99","stay":"P2DT12H","token":"aGk=","stars":3,"rooms":{"\#(Self.id)":2}}"#
        #expect(try await post(body).text == body)
        let form = try await post("day=2024-02-29&price=1.50", to: "/form", "application/x-www-form-urlencoded")
        #expect(form.text == #"{"day":"2024-02-29","price":"1.5"}"#)
    }

    @Test func violationsShowBoundsAsText() async throws {
        let body =
            #"{"id":"\#(Self.id)","made":0,"day":"2023-12-31","time":"08:30","price":99.96,"stay":89.5,"#
            + #""token":"","stars":"1","rooms":{}}"#
        let text = try await post(body).text
        #expect(text.contains(#""msg":"Input should be greater than or equal to 2024-01-01","#))
        #expect(text.contains(#""ctx":{"ge":"2024-01-01"}"#))
        #expect(text.contains(#""msg":"Input should be less than or equal to 99.95","#))
        #expect(text.contains(#""ctx":{"le":"99.95"}"#))
        #expect(text.contains(#""ctx":{"ge":"1 minute and 30 seconds"}"#))
    }

    @Test func documentShowsFormats() throws {
        let properties = try api.openAPIDocument()["components"]?["schemas"]?["Booking"]?["properties"]
        let formats = ["id": "uuid", "made": "date-time", "day": "date", "time": "time", "stay": "duration"]
        for (name, format) in formats {
            #expect(properties?[name]?["type"] == "string" && properties?[name]?["format"] == .string(format))
            #expect(properties?[name]?["minimum"] == nil)
        }
        let number: JSON = ["type": "number", "exclusiveMinimum": 0, "maximum": 99.95]
        #expect(properties?["price"]?["anyOf"]?[0] == number && properties?["price"]?["anyOf"]?[1]?["type"] == "string")
        #expect(properties?["token"]?["contentEncoding"] == "base64")
        #expect(properties?["rooms"]?["propertyNames"]?["format"] == "uuid")
        let stars: JSON = ["type": "integer", "enum": [1, 2, 3], "title": "Stars"]
        #expect(try api.openAPIDocument()["components"]?["schemas"]?["Stars"] == stars)
    }

    @Test(arguments: [
        ("0.1", "0.1"), ("12345678901234567.25", "12345678901234567.25"),
        ("0.30000000000000000000001e3", "300.00000000000000000001"),
        ("-1234567890123456789012345678901234567.8", "-1234567890123456789012345678901234567.8"),
        ("1E30", "1" + String(repeating: "0", count: 30)),
        ("123456789012345678901234567890", "123456789012345678901234567890"), ("-0.0", "0"),
    ])
    func decimalKeepsAllDigits(text: String, written: String) throws {
        let (value, _) = read(Decimal.self, try JSON(parsing: Array(text.utf8)))
        #expect(value?.description == written)
    }

    @Test func decimalThatDoesNotFitIsRejected() throws {
        let long = String(repeating: "9", count: 39)
        #expect(read(Decimal.self, .string(long)).1 == ["decimal_max_digits"])
        #expect(read(Decimal.self, .string("1e166")).1 == ["decimal_max_digits"])
        #expect(read(Decimal.self, .string("1e-129")).1 == ["decimal_max_places"])
        #expect(read(Decimal.self, .string("1e99999999999999999999")).1 == ["decimal_max_digits"])
        #expect(read(Decimal.self, .string("0e99999999999999999999")).0 == 0)
    }

    @Test func longNumberIsANumber() throws {
        let json = try JSON(
            parsing: Array("[1.00000000000000000000,2.5000000000000000000001,12345678901234567.5]".utf8))
        #expect(json == [.number(1), .longNumber("2.5000000000000000000001"), .longNumber("12345678901234567.5")])
        #expect(String(decoding: json.bytes, as: UTF8.self) == "[1.0,2.5000000000000000000001,12345678901234567.5]")
        #expect(try JSON(parsing: Array("0.30000000000000004".utf8)) == .number(0.30000000000000004))
        #expect(read([Double].self, json).0 == [1, 2.5, 12345678901234568])
        #expect(read(Int.self, json[1]!).0 == nil && read(Int.self, json[1]!).1.isEmpty == false)
        #expect(read(Bool.self, json[1]!).1 == ["bool_parsing"] && read(String.self, json[1]!).1 == ["string_type"])
    }

    @Test(arguments: ["aGk", "aGk=\n", "aG k=", "a+_=", "aGk==", "a===", "aGk=aGk="])
    func malformedBase64IsRejected(text: String) {
        #expect(read(Data.self, .string(text)).1 == ["base64_decode"])
    }

    @Test func urlSafeBase64IsRead() {
        #expect(read(Data.self, "-_-_").0 == Data([0xFB, 0xFF, 0xBF]))
        #expect(read(Data.self, "+/+/").0 == Data([0xFB, 0xFF, 0xBF]))
    }

    @Test func timeOfDayRejectsAnOffset() {
        #expect(read(TimeOfDay.self, "08:30Z").1 == ["timezone_naive"])
        #expect(read(TimeOfDay.self, 5).1 == ["time_type"] && read(Duration.self, true).1 == ["time_delta_type"])
    }

    @Test func longDurationIsRejected() {
        let text = "P" + String(repeating: "999999999D", count: 200_000)
        #expect(read(Duration.self, .string(text)).1 == ["time_delta_parsing"])
        #expect(read(Duration.self, .string("P999999999DT86400S")).1 == ["time_delta_parsing"])
    }

    @Test func anyTextIsReadOrRejected() {
        var random = SeededGenerator(seed: 22)
        let atoms =
            "0123456789-:TZPHMSDY.,+_eE dé{}=/".map(String.init) + ["2024-01-02", "urn:uuid:", Self.id, "999999999"]
        func expectAnAnswer<Value: RequestValue>(_ type: Value.Type, _ json: JSON) {
            let (value, issues) = read(type, json)
            #expect((value == nil) == !issues.isEmpty, "\(type) \(json)")
        }
        for _ in 0..<5000 {
            let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                atoms[Int.random(in: 0..<atoms.count, using: &random)]
            }
            let number = try? JSON(parsing: Array(text.joined().utf8))
            for json in [.string(text.joined()), number ?? .random(depth: 1, using: &random)] {
                expectAnAnswer(UUID.self, json)
                expectAnAnswer(Date.self, json)
                expectAnAnswer(CalendarDate.self, json)
                expectAnAnswer(TimeOfDay.self, json)
                expectAnAnswer(Decimal.self, json)
                expectAnAnswer(Duration.self, json)
                expectAnAnswer(Data.self, json)
                expectAnAnswer([CalendarDate: Stars].self, json)
            }
        }
    }

    @Test func everyDayHasANumber() throws {
        let day = try #require(CalendarDate("2024-02-28"))
        #expect(CalendarDate(daysSince1970: day.daysSince1970 + 2)?.description == "2024-03-01")
        #expect(CalendarDate(year: 2023, month: 2, day: 29) == nil && CalendarDate("0000-01-01") == nil)
        #expect(CalendarDate(year: 1, month: 1, day: 1)?.daysSince1970 == -719_162)
        #expect(CalendarDate(daysSince1970: -719_163) == nil && CalendarDate(daysSince1970: 2_932_897) == nil)
        var before = try #require(CalendarDate(daysSince1970: -719_162))
        for days in -719_161...2_932_896 {
            guard let date = CalendarDate(daysSince1970: days), date.daysSince1970 == days, before < date else {
                Issue.record("\(days)")
                break
            }
            before = date
        }
        #expect(before.description == "9999-12-31")
    }

    @Test func dayAndTimeMakeADate() throws {
        let day = try #require(CalendarDate("2024-02-29"))
        let time = try #require(TimeOfDay(hour: 23, minute: 30))
        let moment = day.date(at: time, offset: -3600)
        #expect(moment == read(Date.self, "2024-02-29T23:30:00-01:00").0)
        #expect(CalendarDate(of: moment)?.description == "2024-03-01" && CalendarDate(of: moment, offset: -3600) == day)
        #expect(CalendarDate(of: day.date()) == day && CalendarDate(of: day.date(offset: 1)) != day)
        #expect(
            CalendarDate(of: .distantPast - 1e11) == nil
                && CalendarDate(of: Date(timeIntervalSince1970: .infinity)) == nil)
        #expect(CalendarDate(of: Date(timeIntervalSince1970: -0.5))?.description == "1969-12-31")
    }

    @Test func writtenValueIsReadBack() throws {
        var random = SeededGenerator(seed: 21)
        func expectSame<Value: RequestValue & ResponseValue & Equatable>(_ value: Value) throws {
            var writer = JSONWriter()
            value.write(to: &writer)
            let json = try JSON(parsing: writer.bytes)
            #expect(read(Value.self, json).0 == value, "\(value) \(String(decoding: writer.bytes, as: UTF8.self))")
        }
        for _ in 0..<500 {
            let bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
            try expectSame(Data(bytes.prefix(Int.random(in: 0...16, using: &random))))
            try expectSame(UUID(uuid: bytes.withUnsafeBytes { $0.loadUnaligned(as: uuid_t.self) }))
            let seconds = Int.random(in: -8_000_000_000...8_000_000_000, using: &random)
            let microseconds = Int.random(in: 0...999_999, using: &random)
            try expectSame(Date(timeIntervalSinceReferenceDate: Double(seconds / 2) + Double(microseconds) / 1e6))
            try expectSame(try #require(CalendarDate(daysSince1970: seconds / 86_400)))
            let fraction = Int64.random(in: -999_999_999_999_999_999...999_999_999_999_999_999, using: &random)
            try expectSame(Duration(secondsComponent: Int64(seconds / 1000), attosecondsComponent: fraction))
            let time = TimeOfDay(
                hour: .random(in: 0...23, using: &random), minute: .random(in: 0...59, using: &random),
                second: .random(in: 0...59, using: &random), microsecond: microseconds)
            try expectSame(try #require(time))
            let digits = (0..<38).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
            let exponent = Int.random(in: -128...127, using: &random)
            try expectSame(
                try #require(Decimal(string: "\(digits.prefix(.random(in: 1...38, using: &random)))e\(exponent)")))
        }
    }
}
