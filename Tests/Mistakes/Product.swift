// Tests/mistakes.sh puts one mistake at a time into this program, and checks the compiler's errors.
import Brigade

enum Shelf: String, Choice { case top, bottom }

struct Maker {
    let name: String
}

struct Size: Model {
    let width: Int
    let height: Int

    static let properties = Properties(Size.init) {
        Property("width", \.width, .moreThan(0))
        Property("height", \.height, .moreThan(0))
    }
}

struct Product: Model {
    let number: Int
    let name: String
    let subtitle: String
    let page: WebURL
    let price: Double
    let oldPrice: Double
    let stock: Int
    let reserved: Int
    let isNew: Bool
    let isSold: Bool
    let shelf: Shelf
    let tags: [String]
    let sizes: [Size]
    let size: Size?
    let words: [String: String]
    let rating: Double
    let votes: Integer
    let author: String
    let editor: String
    let edition: Int
    let language: String
    let pages: Int?
    let weight: Double?
    let note: String
    let extra: JSON

    static let properties = Properties(Product.init) {
        Property("number", \.number, .atLeast(1))
        Property("name", \.name, .length(1...80), .pattern("^[A-Z]"), description: "Its name.", examples: ["Lamp"])
        Property("subtitle", \.subtitle, default: "", .length(...200))
        Property("page", \.page, description: "Where it is shown.")
        Property("price", \.price, .moreThan(0), .lessThan(100_000))
        Property("old_price", \.oldPrice, .moreThan(0))
        Property("stock", \.stock, default: 0, .atLeast(0))
        Property("reserved", \.reserved, default: 0, .atLeast(0))
        Property("is_new", \.isNew, default: true)
        Property("is_sold", \.isSold, default: false)
        Property("shelf", \.shelf, default: .top)
        Property("tags", \.tags, default: [], .count(...5))
        Property("sizes", \.sizes, .count(1...3))
        Property("size", \.size, required: true)
        Property("words", \.words, default: [:])
        Property("rating", \.rating, default: 0, .multiple(of: 0.5))
        Property("votes", \.votes, default: 0, .multiple(of: 1))
        Property("author", \.author, .length(2...))
        Property("editor", \.editor, default: "no one", .length(2...))
        Property("edition", \.edition, default: 1, .atLeast(1), .atMost(99))
        Property("language", \.language, .pattern("^[a-z]{2}$"), examples: ["en", "de"])
        Property("pages", \.pages, .atLeast(1))
        Property("weight", \.weight, .moreThan(0))
        Property("note", \.note, default: "", .length(...2000))
        Property("extra", \.extra, default: nil)
    }
}

func declare() -> API {
    var api = API(title: "Shop", version: "1.0.0")
    api.get("/products/{number}", name: "read", Path("number", Int.self), Query("q", String?.self)) { number, q in
        "\(number + 1) \(q ?? "")"
    }
    api.post("/products", name: "add", Body(Product.self), status: .created) { product in
        product
    }
    return api
}
