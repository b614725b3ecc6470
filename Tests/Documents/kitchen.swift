// What the pages of docs/ and documentation comments take for there: recipes that can be asked for with and without await, and users with tokens.
import Brigade
import ServiceLifecycle

struct User: Model {
    let name: String
    let isAdmin: Bool

    static let properties = Properties(User.init) {
        Property("name", \.name)
        Property("is_admin", \.isAdmin, default: false)
    }
}

struct Users: Sendable {
    func find(token: String) throws -> User? { token == "secret" ? User(name: "Ann", isAdmin: true) : nil }
    func logIn(_ name: String, _ password: String) throws -> String? { password == "secret" ? "token" : nil }
}

struct NewRecipe: Model {
    let label: String
    let url: WebURL
    let tags: [String]

    static let properties = Properties(NewRecipe.init) {
        Property("label", \.label, .length(1...80), description: "What it is called.", examples: ["Ramen"])
        Property("url", \.url)
        Property("tags", \.tags, default: [], .count(...5))
    }
}

struct Store: Sendable {
    func search<Order>(_ label: String?, _ tags: [String], _ order: Order) throws -> [NewRecipe] { [] }
    func find(_ id: Int) throws -> NewRecipe? { nil }
    func add(_ recipe: NewRecipe) throws -> NewRecipe { recipe }
    func add(_ recipe: NewRecipe, by user: User) async throws -> NewRecipe { recipe }
    func allowance(of user: User) async throws -> Int { 7 }
    func begin() async throws -> Transaction { Transaction() }
    func close() async {}
}

struct Transaction: Sendable {
    func add(_ recipe: NewRecipe) async throws {}
    func commit() async throws {}
    func rollBack() async throws {}
}

struct Cleaner: Service {
    let store: Store

    func run() async throws { try await gracefulShutdown() }
}

struct Card: Model {
    let number: String

    static let properties = Properties(Card.init) { Property("number", \.number) }
}

struct Transfer: Model {
    let account: String

    static let properties = Properties(Transfer.init) { Property("account", \.account) }
}

protocol Mailer: Sendable {
    func send(_ text: String, to user: User) async throws
}

struct Mail: Mailer {
    func send(_ text: String, to user: User) async throws {}
}

let users = Users()
let store = Store()
let mail = Mail()
let currentUser = Dependency(HTTPBearer()) { token in
    guard let user = try users.find(token: token) else { throw HTTPError(.unauthorized, "No user has this token") }
    return user
}

func makeAPI(_ store: Store) -> API { API(title: "Recipes") }
