// What clients send and receive.
import Brigade

enum Category: String, Choice { case book, food, tool }

/// In centimetres.
struct Size: Model {
    let width: Double
    let height: Double

    static let properties = Properties(Size.init) {
        Property("width", \.width, .moreThan(0))
        Property("height", \.height, .moreThan(0))
    }
}

struct NewItem: Model {
    let name: String
    let cents: Int
    let category: Category
    let size: Size?
    let stock: Int

    static let properties = Properties(NewItem.init) {
        Property("name", \.name, .length(1...80), examples: ["Chopsticks"])
        Property("cents", \.cents, .atLeast(1), .atMost(10_000_000), description: "The price.")
        Property("category", \.category, default: .tool)
        Property("size", \.size)
        Property("stock", \.stock, default: 0, .atLeast(0))
    }
}

struct Item: Model {
    let id: Int
    let name: String
    let cents: Int
    let category: Category
    let size: Size?
    var stock: Int

    static let properties = Properties(Item.init) {
        Property("id", \.id)
        Property("name", \.name)
        Property("cents", \.cents)
        Property("category", \.category)
        Property("size", \.size)
        Property("stock", \.stock)
    }
}

struct Address: Model {
    let street: String
    let city: String

    static let properties = Properties(Address.init) {
        Property("street", \.street, .length(1...100))
        Property("city", \.city, .length(1...60))
    }
}

struct OrderLine: Model {
    let item: Int
    let count: Int

    static let properties = Properties(OrderLine.init) {
        Property("item", \.item, description: "Its id.")
        Property("count", \.count, default: 1, .atLeast(1), .atMost(99))
    }
}

struct NewOrder: Model {
    let lines: [OrderLine]
    let address: Address
    let card: String

    static let properties = Properties(NewOrder.init) {
        Property("lines", \.lines, .count(1...20))
        Property("address", \.address)
        Property("card", \.card, .length(...19), .pattern("^[0-9]{12,19}$"), examples: ["4000000000000002"])
    }
}

struct Order: Model {
    let id: Int
    let user: String
    let lines: [OrderLine]
    let cents: Int

    static let properties = Properties(Order.init) {
        Property("id", \.id)
        Property("user", \.user)
        Property("lines", \.lines)
        Property("cents", \.cents)
    }
}
