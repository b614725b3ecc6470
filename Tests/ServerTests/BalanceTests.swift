import Foundation
import Testing

@Suite(.serialized) struct BalanceTests {
    /// Connections that are opened at once, and never spoken on, fall evenly over the workers.
    @Test(arguments: [64, 8])
    func connectionsAreSharedEvenly(count: Int) throws {
        let server = try Server(workers: 4)
        let before = sockets(of: server)
        let clients = try (0..<count).map { _ in try server.client() }
        // Each is accepted, and answered by the worker that has it.
        for client in clients { #expect(try client.ask("/health/live").status == 200) }
        let shares = sockets(of: server).merging(before) { $0 - $1 }.values.sorted()
        #expect(shares.reduce(0, +) == count)
        #expect(shares[0] >= max(1, count / 4 * 3 / 4), "\(shares)")
    }

    private func sockets(of server: Server) -> [pid_t: Int] {
        Dictionary(
            uniqueKeysWithValues: server.workers.map { worker in
                (worker, Machine.descriptors(of: worker).values.filter { $0.hasPrefix("socket:") }.count)
            })
    }
}
