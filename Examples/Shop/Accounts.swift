// Authentication: users from the environment, tokens in memory, and dependencies that find the user of a request.
import Brigade
import Glibc
import Synchronization

struct User: Model {
    let name: String
    let isAdmin: Bool

    static let properties = Properties(User.init) {
        Property("name", \.name)
        Property("is_admin", \.isAdmin)
    }
}

final class Accounts: Sendable {
    struct SettingError: Error, CustomStringConvertible {
        var description: String { "SHOP_USERS must be NAME:PASSWORD,NAME:PASSWORD,...; the first user is the admin" }
    }

    private let passwords: [String: String]
    private let admin: String?
    private let users = Mutex<[String: User]>([:])

    /// No accounts: nobody can log in.
    init() {
        (passwords, admin) = ([:], nil)
    }

    init(_ setting: String?) throws {
        let pairs = (setting ?? "").split(separator: ",").map {
            $0.split(separator: ":", maxSplits: 1).map(String.init)
        }
        guard !pairs.isEmpty, pairs.allSatisfy({ $0.count == 2 }) else { throw SettingError() }
        passwords = Dictionary(pairs.map { ($0[0], $0[1]) }) { $1 }
        admin = pairs[0][0]
    }

    /// A token; nil if the name or the password is wrong.
    func logIn(_ name: String, _ password: String) -> String? {
        guard passwords[name] == password else { return nil }
        let token = (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
        users.withLock { $0[token] = User(name: name, isAdmin: name == admin) }
        return token
    }

    func user(_ token: String) -> User? { users.withLock { $0[token] } }
}

let currentUser = Dependency(OAuth2PasswordBearer(tokenURL: "token"), Injected(Accounts.self), run: .inline) {
    token, accounts in
    guard let user = accounts.user(token) else {
        throw HTTPError(.unauthorized, "The token is not valid", fields: [Field("www-authenticate", "Bearer")])
    }
    return user
}

let admin = Dependency(currentUser, run: .inline) { user in
    guard user.isAdmin else { throw HTTPError(.forbidden, "For admins") }
    return user
}

func accountRoutes(_ accounts: Accounts) -> Router {
    var router = Router(tags: ["account"])
    router.post(
        "/token", name: "log_in", description: "A token for a name and a password",
        Form(OAuth2PasswordForm.self, from: .anyOrigin), errors: [.badRequest]
    ) { form in
        guard let token = accounts.logIn(form.username, form.password) else {
            throw HTTPError(.badRequest, "Incorrect username or password")
        }
        return Reply(OAuth2Token(accessToken: token)).addingHeader("cache-control", "no-store")
    }
    router.get("/me", description: "Who you are", currentUser, run: .inline) { $0 }
    return router
}

enum ProcessEnvironment {
    static func value(of name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
