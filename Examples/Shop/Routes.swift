// The API: its middleware, its error handlers, and the endpoints of items and orders.
import Brigade

func makeShop(_ shop: Shop, _ accounts: Accounts) -> API {
    var api = API(title: "Shop", version: "1.0.0", description: "Items, orders, and a stream of what is sold.")
    api.logger = Logger(label: "shop")
    api.provide(accounts)
    api.use(RequestID())
    api.use(Maintenance())
    addErrorHandlers(to: &api)
    api.include(accountRoutes(accounts))
    api.group("/items", tags: ["items"]) { itemRoutes(&$0, shop) }
    api.group("/orders", tags: ["orders"], dependencies: currentUser) { orderRoutes(&$0, shop) }
    api.group("/admin", tags: ["admin"], dependencies: admin) { admin in
        admin.use(NoStore())
        admin.post("/items", name: "add_item", Body(NewItem.self), status: .created) { new in shop.add(new) }
        admin.delete("/items/{id}", name: "remove_item", Path("id", Int.self), errors: [.notFound]) { id in
            try shop.remove(id)
        }
    }
    api.include(eventRoutes(shop))
    api.include(Health().router)
    return api
}

private func itemRoutes(_ items: inout Router, _ shop: Shop) {
    items.get(
        "/", name: "list_items", Query("category", Category?.self), Query("offset", default: 0, .atLeast(0)),
        Query("limit", default: 10, .atLeast(1), .atMost(100)), run: .inline
    ) { category, offset, limit in
        let all = shop.items(in: category)
        return Reply(Array(all.dropFirst(offset).prefix(limit))).addingHeader("x-total-count", "\(all.count)")
    }
    items.get(
        "/{id}", name: "read_item", Path("id", Int.self), errors: [.notFound: "No item has this id"], run: .inline
    ) { id in
        guard let item = shop.item(id) else { throw ShopError.noItem(id) }
        return Reply(item).addingCookie("last_item", "\(id)", maxAge: .seconds(3600))
    }
    // A literal path takes precedence over one with parameters.
    items.get(
        "/last", name: "last_item", description: "The item that this browser has seen last",
        Cookie("last_item", Int?.self),
        ifNil: .notFound, run: .inline
    ) { id in id.flatMap(shop.item) }
}

/// Reserves the items of an order, and releases them if the order fails.
private func reservation(_ shop: Shop) -> Dependency<NewOrder> {
    Dependency(Body(NewOrder.self)) { (yield: Dependency<NewOrder>.Yield, order) async throws in
        try shop.reserve(order.lines)
        do {
            try await yield(order)
        } catch {
            shop.release(order.lines)
            throw error
        }
    }
}

private func orderRoutes(_ orders: inout Router, _ shop: Shop) {
    orders.post(
        "/", name: "order", RequestContext(), currentUser, reservation(shop), status: .created,
        errors: [.paymentRequired: "The card was declined", .notFound: "No such item", .conflict: "Out of stock"]
    ) { context, user, wanted async throws in
        try await context.runBlocking { try charge(wanted.card) }
        let order = shop.order(wanted.lines, by: user.name)
        context.logger.info("ordered", metadata: ["order": "\(order.id)", "cents": "\(order.cents)"])
        context.afterResponse {
            try await Task.sleep(for: .milliseconds(10))  // stands for a call to a mail server
            context.logger.info("confirmation sent", metadata: ["to": "\(user.name)", "order": "\(order.id)"])
        }
        return Reply(order).addingHeader("location", "\(order.id)")
    }
    orders.get("/{id}", name: "read_order", currentUser, Path("id", Int.self), ifNil: .notFound, run: .inline) {
        user, id in shop.order(id, of: user.name)
    }
}

extension Status {
    static let paymentRequired = Status(402, "Payment Required")
}

/// Stands for a blocking call to a bank: it accepts cards that end with 2.
private func charge(_ card: String) throws {
    guard card.hasSuffix("2") else { throw ShopError.cardDeclined }
}
