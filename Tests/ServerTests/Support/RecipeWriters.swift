import Foundation
import Synchronization

/// Clients that add recipes without pause, each recipe with a label of its own, and what each was told.
final class RecipeWriters: Sendable {
    struct Created: Equatable {
        let id: Int
        /// `position()` when the response had been read.
        let position: Int
    }

    struct Outcome {
        /// By label: a 201 that was read to its end.
        var created: [String: Created] = [:]
        /// By label: an error that says that nothing was stored.
        var refused: [String: Int] = [:]
        /// The connection ended before the response did: the recipe may be there or not.
        var unanswered: Set<String> = []
        /// Responses that no client should see.
        var unexpected: [String] = []

        var answered: Int { created.count + refused.count }

        var summary: String {
            let statuses = Dictionary(grouping: refused.values) { $0 }.map { "\($0.value.count) × \($0.key)" }.sorted()
            return
                "\(created.count) created, \(unanswered.count) without a response, \(statuses.joined(separator: ", "))"
        }

        /// What of it a database contradicts.
        /// - Parameter position: recipes that were created later may be missing.
        func contradictions(with stored: StoredRecipes, before position: Int = .max) -> [String] {
            var found = stored.damage
            for (label, created) in created where created.position <= position && stored.ids[label] != [created.id] {
                found.append("created with ID \(created.id), but stored with \(stored.ids[label] ?? []): \(label)")
            }
            for (label, status) in refused where stored.ids[label] != nil {
                found.append("refused with \(status), but stored: \(label)")
            }
            for (label, ids) in stored.ids where ids.count > 1 { found.append("stored \(ids.count) times: \(label)") }
            return found.sorted()
        }
    }

    private struct Body: Decodable {
        let id: Int
        let label: String
    }

    private let outcome = Mutex(Outcome())
    private let stopping = Atomic(false)
    private let progress = NSCondition()
    private let finished = DispatchGroup()
    private let address: Client.Address
    private let name: String
    private let position: @Sendable () -> Int

    /// - Parameters:
    ///   - name: begins each label.
    ///   - count: so many clients, each with a connection of its own.
    ///   - each: ends after so many recipes.
    ///   - source: what a recipe has in that column, by its client's and its own number.
    init(
        _ address: Client.Address, named name: String = "recipe", count: Int, each: Int = .max,
        position: @escaping @Sendable () -> Int = { 0 },
        source: @escaping @Sendable (_ client: Int, _ number: Int) -> String = { _, _ in "Mum" }
    ) {
        (self.name, self.address, self.position) = (name, address, position)
        for client in 0..<count {
            finished.enter()
            Thread.detachNewThread { [self] in
                run(client, each) { source(client, $0) }
                finished.leave()
            }
        }
    }

    /// What has come of it so far.
    var current: Outcome { outcome.withLock(\.self) }

    /// Waits until so many further requests are answered.
    func waitForMore(than count: Int) throws {
        let goal = current.answered + count
        try wait(for: "\(count) more responses") { $0.answered >= goal }
    }

    /// Waits until so many further recipes are created, or are refused with a 503.
    func waitForMore(_ status: Int, than count: Int) throws {
        func seen(_ outcome: Outcome) -> Int {
            status == 201 ? outcome.created.count : outcome.refused.count { $0.value == status }
        }
        let goal = seen(current) + count
        try wait(for: "\(count) more × \(status)") { seen($0) >= goal }
    }

    private func wait(for what: String, until isThere: (Outcome) -> Bool) throws {
        let end = Date(timeIntervalSinceNow: 60)
        progress.lock()
        defer { progress.unlock() }
        while !isThere(current) {
            guard progress.wait(until: end) else {
                throw ChildProcess.Failure(description: "never: \(what); \(current.summary)")
            }
        }
    }

    /// Waits until each has sent what it should.
    func finish() -> Outcome {
        finished.wait()
        return current
    }

    /// Ends them after the request that they wait for; what came of it.
    func stop() -> Outcome {
        stopping.store(true, ordering: .relaxed)
        return finish()
    }

    private func run(_ client: Int, _ most: Int, source: (Int) -> String) {
        var kept: Client?
        var number = 0
        while number < most, !stopping.load(ordering: .relaxed) {
            guard let connection = try? kept ?? Client(address) else {
                // Nobody listens: the recipe has not been sent.
                usleep(2000)
                continue
            }
            kept = nil
            let label = "\(name) \(client)-\(number)"
            // Each eighth names a submitter that does not exist.
            let submitter = number % 8 == 7 ? 999_999 : 1
            let body =
                #"{"label":"\#(label)","source":"\#(source(number))","url":"https://e.com/","submitter_id":\#(submitter)}"#
            number += 1
            do {
                let answer = try connection.ask(
                    "POST", "/api/v1/recipes/", fields: ["Content-Type: application/json"], body: body)
                note(answer, label, isValid: submitter == 1)
                if answer["connection"] != "close" { kept = connection }
            } catch {
                outcome.withLock { _ = $0.unanswered.insert(label) }
            }
        }
    }

    private func note(_ answer: Client.Answer, _ label: String, isValid: Bool) {
        let created = try? JSONDecoder().decode(Body.self, from: Data(answer.body.utf8))
        let position = position()
        outcome.withLock { outcome in
            switch answer.status {
            case 201 where isValid && created?.label == label:
                outcome.created[label] = Created(id: created!.id, position: position)
            case 422 where !isValid: outcome.refused[label] = 422
            case 503: outcome.refused[label] = 503
            // A few are enough.
            default:
                if outcome.unexpected.count < 8 {
                    outcome.unexpected.append("\(label): \(answer.status) \(answer.fields) \(answer.body)")
                }
            }
        }
        progress.lock()
        progress.broadcast()
        progress.unlock()
    }
}
