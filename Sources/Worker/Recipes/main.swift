import Logging
import Serving

WorkerProgram(
    name: "recipe-worker",
    prestart: { try Prestart(settings: .current(), log: Logger(label: "prestart")).run() },
    application: { try RecipeApplication.make(.current(), log: Logger(label: "recipes")) }
).run()
