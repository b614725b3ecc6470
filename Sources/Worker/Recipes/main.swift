import Brigade
import Contract
import Linux

// The recipe API as a worker of Brigade: `brigade serve recipe-worker`. Start reading at RecipeApplication.swift.
WorkerProgram(
    "recipe-worker",
    prestart: { try Prestart(settings: .current(), log: Logger(label: "prestart")).run() },
    check: {
        let runsPrestart = try Settings.resolved(flags: [:], environment: Environment.variables).prestart
        try RecipeApplication.check(.current(), runsPrestart: runsPrestart, log: Logger(label: "recipes"))
    },
    commands: [
        WorkerProgram.Command("openapi", failureCode: ExitCode.application.rawValue) { _ in
            print(try RecipeApplication.document(log: Logger(label: "recipes")).indentedText)
        },
        WorkerProgram.Command("migrate", arguments: MigrateCommand.arguments) { arguments in
            try MigrateCommand(arguments).run(.current(), log: Logger(label: "migrate"))
        },
        WorkerProgram.Command("backup", arguments: "FILE") { arguments in
            guard arguments.count == 1 else { throw WorkerProgram.Command.UsageError() }
            let progress = BackupProgress()
            let database = try RecipeSettings.current().database.sqliteFile { url in
                "pg_dump --format=custom --file=FILE '\(url)'"
            }
            let backup = Backup(location: database, log: Logger(label: "backup"), progress: progress.show)
            try backup.run(to: arguments[0])
        },
        WorkerProgram.Command("restore", arguments: "FILE") { arguments in
            guard arguments.count == 1 else { throw WorkerProgram.Command.UsageError() }
            let database = try RecipeSettings.current().database.sqliteFile { url in
                "pg_restore --clean --if-exists --dbname='\(url)' FILE"
            }
            let restore = Restore(location: database, log: Logger(label: "restore"))
            try restore.run(from: arguments[0])
        },
        WorkerProgram.Command("check", arguments: CheckDatabaseCommand.arguments) { arguments in
            try CheckDatabaseCommand(arguments).run(.current(), log: Logger(label: "check"))
        },
    ],
    application: { try RecipeApplication.make(.current(), log: Logger(label: "recipes")) }
).run()
