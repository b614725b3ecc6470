import Endpoints
import Messages
import Synchronization
import Testing

/// Dependencies that yield their value and clean up afterwards.
@Suite struct DependencyScopeTests {
    private final class Log: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private struct Broken: Error {}

    private let log = Log()

    private func transaction(_ name: String, commit: @escaping @Sendable () throws -> Void = {}) -> Dependency<String> {
        Dependency { [log] (yield: Dependency<String>.Yield) async throws in
            log.add("begin \(name)")
            do {
                try await yield(name)
            } catch {
                log.add("roll back \(name)")
                throw error
            }
            try commit()
            log.add("commit \(name)")
        }
    }

    private func get(_ target: String, _ declare: (inout API) -> Void) async throws -> Response {
        var api = API(title: "t")
        declare(&api)
        return try await SampleAPI.answer(api.build(), Request(.get, target))
    }

    @Test func aScopeEndsWhenTheHandlerHasMadeItsResponse() async throws {
        let (first, log) = (transaction("a"), log)
        let second = Dependency(first) { (yield: Dependency<Int>.Yield, name: String) async throws in
            log.add("begin in \(name)")
            try await yield(7)
            log.add("commit in \(name)")
        }
        let response = try await get("/") { api in
            api.get("/", second, first) { number, name in
                log.add("handler")
                return "\(number) \(name)"
            }
        }
        #expect(response.text == #""7 a""#)
        #expect(log.all == ["begin a", "begin in a", "handler", "commit in a", "commit a"])
    }

    @Test func yieldThrowsTheErrorOfTheHandler() async throws {
        let transaction = transaction("a")
        let response = try await get("/") { api in
            api.get("/", transaction) { _ async throws -> String in throw HTTPError(.conflict, "taken") }
        }
        #expect(response.text == #"{"detail":"taken"}"#)
        #expect(log.all == ["begin a", "roll back a"])
    }

    @Test func anErrorAfterYieldReplacesTheResponse() async throws {
        let (outer, inner) = (
            transaction("outer"), transaction("inner") { throw HTTPError(.serviceUnavailable, "full") }
        )
        let response = try await get("/") { api in api.get("/", outer, inner) { "\($0) \($1)" } }
        #expect(response.status == .serviceUnavailable)
        #expect(log.all == ["begin outer", "begin inner", "roll back outer"])
    }

    @Test func aScopeThatNeverYieldsIsA500() async throws {
        let silent = Dependency { (_: Dependency<Int>.Yield) async throws in }
        #expect(try await get("/") { api in api.get("/", silent) { $0 } }.status == .internalServerError)
        let refusing = Dependency { (_: Dependency<Int>.Yield) async throws in throw HTTPError(.forbidden) }
        #expect(try await get("/") { api in api.get("/", refusing) { $0 } }.status == .forbidden)
    }

    @Test func aRouterMayDependOnAScope() async throws {
        let transaction = transaction("a")
        let response = try await get("/x/") { api in
            api.group("/x", dependencies: transaction) { $0.get("/") { "a" } }
        }
        #expect(response.text == #""a""# && log.all == ["begin a", "commit a"])
    }
}
