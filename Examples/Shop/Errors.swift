// Error handlers: one body for all errors.
import Brigade

struct Problem: Model {
    let code: String
    let message: String
    let item: Int?
    let request: String

    static let properties = Properties(Problem.init) {
        Property("code", \.code)
        Property("message", \.message)
        Property("item", \.item)
        Property("request", \.request, description: "The id of the request in the log.")
    }
}

func addErrorHandlers(to api: inout API) {
    api.onError(ShopError.self, statuses: [.notFound, .conflict, .paymentRequired]) { error, context in
        switch error {
        case .noItem(let id): problem(context, "no_item", "There is no item \(id)", item: id).status(.notFound)
        case .outOfStock(let id): problem(context, "out_of_stock", "Too few are left", item: id).status(.conflict)
        case .cardDeclined: problem(context, "card_declined", "The card was declined").status(.paymentRequired)
        }
    }
    api.onError(NotFoundError.self) { _, context in
        problem(context, "no_page", "There is nothing here").status(.notFound)
    }
}

private func problem(_ context: Context, _ code: String, _ message: String, item: Int? = nil) -> Reply<Problem> {
    Reply(Problem(code: code, message: message, item: item, request: context.id))
}
