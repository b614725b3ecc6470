import Brigade
import Testing

@testable import Recipes

@Suite struct MigrateCommandTests {
    private let directory = TemporaryDirectory()

    private func run(_ arguments: String...) throws {
        var settings = RecipeSettings()
        settings.database = .sqlite(directory.database())
        try MigrateCommand(arguments).run(settings, log: .silent)
    }

    @Test(arguments: [
        [], ["sideways"], ["up", "a", "b"], ["up", "--force"], ["status", "da9301b43279"], ["status", "--force"],
        ["down", "-1"], ["down", "--forced"], ["up", ""],
    ])
    func wrongArgumentsAreRefused(arguments: [String]) throws {
        #expect(throws: WorkerProgram.Command.UsageError.self) { try MigrateCommand(arguments) }
    }

    @Test func upAndDownMoveADatabase() throws {
        try run("up")
        try run("status")
        try run("down", "base")
        #expect(throws: WorkerProgram.Command.Exit.self) { try run("status") }
        try run("up", Migration.all[0].revision)
        try directory.prestart().run()
        #expect(throws: RecipeDatabaseError.self) { try run("down", "base") }
        try run("down", "--force", "base")
        try run("down")
    }

    @Test func onlyUpCreatesAFile() throws {
        for arguments in [["down"], ["status"]] {
            var settings = RecipeSettings()
            settings.database = .sqlite(directory.database())
            let error = try #require(throws: RecipeDatabaseError.self) {
                try MigrateCommand(arguments).run(settings, log: .silent)
            }
            #expect(error.description.contains("does not exist"))
        }
    }

    @Test func theTableIsForPeople() {
        let second = Migration(
            revision: "b2", summary: "table tag", sqlite: Migration.Statements(up: [], down: []),
            postgres: Migration.Statements(up: [], down: []))
        #expect(
            MigrateCommand.table([(.initial, true), (second, false)]) == """
                revision      state    what it adds
                da9301b43279  applied  tables user and recipe
                b2            pending  table tag
                1 pending: run `recipe-worker migrate up`, or start the server
                """)
        #expect(MigrateCommand.table([(second, true)]).split(separator: "\n").count == 2)
    }
}
