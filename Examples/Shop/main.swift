// A shop: an API that uses most features. README.md says how to start it, and which file shows what.
import Brigade

/// The users, from the environment.
func accounts() throws -> Accounts { try Accounts(ProcessEnvironment.value(of: "SHOP_USERS")) }

WorkerProgram(
    "shop",
    check: { _ = try accounts() },
    commands: [
        .init("openapi") { _ in print(try makeShop(Shop(), Accounts()).openAPIDocument().indentedText) }
    ]
) { serve in
    let shop = Shop()
    try await serve(makeShop(shop, try accounts()))
    Logger(label: "shop").notice("closed", metadata: ["orders": "\(shop.orderCount)"])
}.run()
