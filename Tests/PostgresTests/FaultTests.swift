import Glibc
import PostgresServer
import Testing

@testable import Postgres

/// The server is restarted, killed, full, slow, silent or something else: every request is answered within a bounded time, and
/// the client is back by itself.
@Suite(.serialized) struct FaultTests {
    @Test(arguments: [false, true]) func theServerIsRestarted(byKill: Bool) async throws {
        let server = try PostgresServer()
        let database = try TestDatabase(server)
        let client = try database.client()
        try await client.insert(1)
        if byKill { try server.kill() } else { try server.stop() }
        let readError = await failure { _ = try await client.count() }
        #expect(readError?.isUnavailable == true)
        #expect(client.problem?.contains("refused") == true)
        try server.start()
        try await client.awaitRecovery()
        #expect(try await client.count() == 1)
        #expect(client.problem == nil)
        client.close()
    }

    /// A short restart costs a read some time, and nothing else.
    @Test func aReadWaitsForAServerThatIsBackSoon() async throws {
        let server = try PostgresServer()
        let database = try TestDatabase(server)
        let client = try database.client()
        try await client.insert(1)
        try server.stop()
        async let count = client.count()
        try server.start()
        #expect(try await count == 1)
        client.close()
    }

    @Test func aWriteInFlightIsNotRepeated() async throws {
        let server = try PostgresServer()
        let database = try TestDatabase(server)
        let client = try database.client()
        try await client.insert(1)
        let slow = PostgresStatement("slow", .write, "INSERT INTO item SELECT 2 FROM pg_sleep(600)")
        let write = Task { try await client.execute(slow) { _ in } }
        while try server.execute(
            "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND pid <> pg_backend_pid()"
        )
        .isEmpty { try await client.pause() }
        try server.kill()
        let writeError = await failure { try await write.value }
        #expect(writeError?.isOutcomeUnknown == true)
        try server.start()
        try await client.awaitRecovery()
        #expect(try await client.count() == 1)
        client.close()
    }

    /// The server calls a commit a success, too, whose wait for the standby was cancelled. The row would be lost with it.
    @Test func aCommitThatNoStandbyHasIsNotAcknowledged() async throws {
        let server = try PostgresServer()
        let database = try TestDatabase(server)
        let client = try database.client { $0.timeout = .milliseconds(300) }
        try server.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        try server.execute("SELECT pg_reload_conf()")
        var id: Int64 = 0
        var writeError: PostgresError?
        // Until the server has read its settings.
        while writeError == nil, id < 200 {
            id += 1
            try await client.pause()
            writeError = await failure { try await client.insert(id) }
        }
        #expect(writeError?.isOutcomeUnknown == true, "\(id): \(String(describing: writeError))")
        try await client.awaitRecovery()
        #expect(try await client.count() == id)
        client.close()
    }

    @Test func aServerWithoutConnectionsLeftSaysSo() async throws {
        let database = try TestDatabase()
        try database.execute("CREATE ROLE limited LOGIN CONNECTION LIMIT 0")
        let client = try database.client(url: database.url.replacing("postgres@", with: "limited@"))
        #expect(
            await failure { try await client.execute(.one) { _ in } }?.description.contains(
                #"too many connections for role "limited""#) == true)
        try database.execute("ALTER ROLE limited CONNECTION LIMIT -1")
        try await client.awaitRecovery()
        client.close()
    }

    @Test func aWrongPasswordIsToldWithoutThePassword() async throws {
        let database = try TestDatabase()
        try database.execute("CREATE ROLE secured LOGIN PASSWORD 'right'")
        let url = database.url.replacing("postgres@", with: "secured:s3cret@")
        let client = try database.client(url: url)
        let text = await failure { try await client.execute(.one) { _ in } }?.description ?? ""
        #expect(text.contains(#"password authentication failed for user "secured""#))
        #expect(!text.contains("s3cret"))
        client.close()
        let wrong = try #require(throws: ConnectionFailure.self) {
            _ = try BlockingConnection(PostgresURL(url), applicationName: "test")
        }
        #expect(!wrong.isTransient)
        let missing = try #require(throws: ConnectionFailure.self) {
            _ = try BlockingConnection(
                PostgresURL(database.url.replacing("/test", with: "/missing")), applicationName: "test")
        }
        #expect(missing.reason.contains("does not exist"))
        #expect(!missing.isTransient)
    }

    @Test func theNextHostIsTriedIfOneRefuses() async throws {
        let database = try TestDatabase()
        let refusing = FaultyProxy(to: database.server.port)
        refusing.set(.refusing)
        let client = try database.client(url: database.url.replacing("@", with: "@127.0.0.1:\(refusing.port),"))
        #expect(try await client.count() == 0)
        #expect(refusing.connections > 0)
        client.close()
    }

    @Test func theNextHostIsTriedIfOneIsSilent() async throws {
        let database = try TestDatabase()
        let silent = FaultyProxy(to: database.server.port)
        silent.set(.stalled)
        let url = database.url.replacing("@", with: "@127.0.0.1:\(silent.port),") + "?connect_timeout=1"
        let client = try database.client(url: url)
        #expect(try await client.count() == 0)
        client.close()
        silent.set(.forwarding)
    }

    @Test func aSlowServerIsNoFault() async throws {
        let database = try TestDatabase()
        let proxy = FaultyProxy(to: database.server.port)
        proxy.set(.delaying(50))
        let client = try database.client(
            url: database.url.replacing(":\(database.server.port)", with: ":\(proxy.port)"))
        for number in 0..<5 { try await client.insert(Int64(number)) }
        #expect(try await client.count() == 5)
        client.close()
    }

    @Test func aServerThatIsSilentIsGivenUpAndTriedAgain() async throws {
        let database = try TestDatabase()
        let proxy = FaultyProxy(to: database.server.port)
        let url = database.url.replacing(":\(database.server.port)", with: ":\(proxy.port)") + "?connect_timeout=1"
        let client = try database.client(url: url) { $0.timeout = .milliseconds(500) }
        try await client.insert(1)
        // With one connection, the write would wait for the read, and never be sent.
        let name = database.url.split(separator: "/").last!
        while try database.server.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = '\(name)' AND state = 'idle' AND query <> ''"
        )
        .count < 2 { try await client.pause() }
        proxy.set(.stalled)
        let write = Task { try await client.insert(2) }
        let readError = await failure { _ = try await client.count() }
        #expect(readError?.isUnavailable == true)
        let writeError = await failure { try await write.value }
        #expect(writeError?.isOutcomeUnknown == true)
        proxy.set(.forwarding)
        try await client.awaitRecovery()
        #expect(client.problem == nil)
        client.close()
    }

    @Test func aServerThatSpeaksNonsenseIsLeft() async throws {
        let database = try TestDatabase()
        let proxy = FaultyProxy(to: database.server.port)
        let client = try database.client(
            url: database.url.replacing(":\(database.server.port)", with: ":\(proxy.port)"))
        try await client.insert(1)
        proxy.set(.nonsense)
        let readError = await failure { _ = try await client.count() }
        #expect(readError?.isUnavailable == true)
        proxy.set(.forwarding)
        try await client.awaitRecovery()
        #expect(try await client.count() == 1)
        client.close()
    }

    /// The processes are stopped, as those of a host that swaps or a debugger holds: the kernel still accepts connections.
    @Test func aStoppedServerIsGivenUp() async throws {
        let server = try PostgresServer()
        let database = try TestDatabase(server)
        let client = try database.client(url: database.url + "?connect_timeout=1") { $0.timeout = .milliseconds(500) }
        try await client.insert(1)
        try server.signal(SIGSTOP)
        // The postmaster alone: connections that are open go on, and new ones are not answered.
        #expect(try await client.count() == 1)
        let other = try database.client(url: database.url + "?connect_timeout=1") { $0.timeout = .milliseconds(500) }
        let readError = await failure { _ = try await other.count() }
        #expect(readError?.isUnavailable == true)
        try server.signal(SIGCONT)
        try await other.awaitRecovery()
        client.close()
        other.close()
    }

    @Test func everythingIsAnsweredWhenTheClientCloses() async throws {
        let database = try TestDatabase()
        let client = try database.client()
        _ = try await client.count()
        let read = Task { try await client.execute(.sleep, [.integer(600)]) { $0.count } }
        while try database.server.execute(
            "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(%' AND state = 'active'"
        )
        .isEmpty { try await client.pause() }
        client.close()
        let readError = await failure { _ = try await read.value }
        #expect(readError?.isUnavailable == true)
        let laterError = await failure { _ = try await client.count() }
        #expect(laterError?.isUnavailable == true)
        try database.server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(%'")
    }

    @Test func aConnectionIsEncryptedAndVerifiedIfTheURLSaysSo() async throws {
        let server = try PostgresServer()
        let database = try TestDatabase(server)
        let client = try database.client(url: database.url + "?sslmode=require")
        let refusal = await failure { _ = try await client.count() }
        #expect(refusal?.description.contains("server does not support SSL") == true)
        let certificate = try server.startTLS()
        try await client.awaitRecovery()
        client.close()

        let usesTLS = PostgresStatement(
            "tls", .shortRead, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        let verifying = try database.client(url: database.url + "?sslmode=verify-full&sslrootcert=\(certificate)")
        #expect(try await verifying.execute(usesTLS) { $0.boolean(0, 0) })
        verifying.close()
        let other = try PostgresServer()
        let stranger = try other.startTLS()
        let doubting = try database.client(url: database.url + "?sslmode=verify-full&sslrootcert=\(stranger)")
        let doubt = await failure { _ = try await doubting.count() }
        #expect(doubt?.description.contains("certificate verify failed") == true)
        doubting.close()
        withExtendedLifetime(other) {}
    }
}
