import Endpoints
import Logging
import Serving

WorkerProgram(
    name: "recipe-worker",
    prestart: { try Prestart(settings: .current(), log: Logger(label: "prestart")).run() },
    openapi: { try RecipeApplication.document(log: Logger(label: "recipes")).indentedText },
    application: { try RecipeApplication.make(.current(), log: Logger(label: "recipes")) }
).run()
